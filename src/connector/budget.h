// Budget: how large an answer is as JSON, and how to make it smaller without breaking it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "json/json.h"

namespace davit::connector {

// Bytes of `value` as JSON text, without writing it.
std::size_t json_size(const json::Value& value);

// How many of the first elements take at most `bytes` together; never fewer than one of a
// non-empty array, so that whoever goes on from there makes progress.
std::size_t count_that_fit(const json::Array& items, std::size_t bytes);

// Cuts the longest text or array in `value` at its end, then the next, until it takes at most
// `bytes`; of a value of very many small ones the last are left out.
// Answers the paths of what was cut, each once: "description", "jobs.0.excerpt".
std::vector<std::string> shrink(json::Value& value, std::size_t bytes);

}  // namespace davit::connector
