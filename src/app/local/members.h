// Members of a JSON object that may be missing: empty, false or none then.
#pragma once

#include <string>
#include <string_view>

#include "json/json.h"

namespace davit::app {

template <class Json>
std::string text_of(const Json& value, std::string_view key) {
  return std::string(json::find_string(value, key).value_or(""));
}

template <class Json>
bool flag_of(const Json& value, std::string_view key) {
  return json::find_bool(value, key).value_or(false);
}

}  // namespace davit::app
