// GitLab carries out a line such as "/merge" or "/close" in a text: a way to do with a harmless
// tool what the harmful one would refuse. https://docs.gitlab.com/user/project/quick_actions/
#pragma once

#include "base/result.h"
#include "json/json.h"

namespace davit::connectors::gitlab {

// Refuses such lines in the arguments `body` and `description`, unless `allow_quick_actions` is
// set. Errors: invalid_input.
Result<> refuse_quick_actions(const json::Object& arguments);

}  // namespace davit::connectors::gitlab
