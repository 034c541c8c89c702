// What a manifest may say, for people and for editors: both are made from the tables.
#pragma once

#include <string>

#include "json/json.h"

namespace davit::manifest {

// A JSON Schema (2020-12) of davit.yaml, which editors check and complete by. It knows keys, kinds
// and ranges of numbers; what depends on other keys is left to the checks.
json::Value json_schema();

// The reference, in Markdown: a table for each section with kinds, defaults and ranges.
std::string describe_manifest();

}  // namespace davit::manifest
