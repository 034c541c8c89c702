// JSON for people: two blanks a level, members in their order, short lists and objects on one line.
#pragma once

#include <string>

#include "json/json.h"

namespace davit::json {

std::string pretty(const Value& value);

}  // namespace davit::json
