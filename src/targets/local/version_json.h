// A version as version.json has it. For version.cpp only.
#pragma once

#include "json/json.h"
#include "targets/local/version.h"

namespace davit::local {

json::Object to_json(const Version& version);
// Errors: protocol.
Result<Version> version_from_json(const json::Value& value);

}  // namespace davit::local
