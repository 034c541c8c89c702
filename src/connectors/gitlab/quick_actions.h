// GitLab carries out a line such as "/merge" or "/close" in a text: a way to do with a harmless
// tool what the harmful one would refuse. https://docs.gitlab.com/user/project/quick_actions/
#pragma once

#include <string_view>

#include "base/result.h"
#include "json/json.h"

namespace davit::connectors::gitlab {

// Refuses such lines in every argument that goes to GitLab as Markdown: `body`, `description`,
// `title`, `summary`, the new text of `description_edit`, and the bodies of `comments`; unless
// `allow_quick_actions` is set. Errors: invalid_input.
Result<> refuse_quick_actions(const json::Object& arguments);

// The same for one text, which `name` says where it is.
Result<> refuse_quick_actions_in(std::string_view name, std::string_view text);

}  // namespace davit::connectors::gitlab
