// YAML as text, from JSON: for templates, which people read and review. CloudFormation's functions
// are written in their short form, `!Ref Vpc`.
#pragma once

#include <string>

#include "json/json.h"

namespace davit::infra {

// A block mapping or sequence, with a newline at the end. Reads the same under YAML 1.1 and 1.2:
// texts that either takes for something else are in quotes.
std::string to_yaml(const json::Value& value);

}  // namespace davit::infra
