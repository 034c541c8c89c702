// Quick actions: lines such as "/close" in a comment or description, which GitLab carries out
// (docs.gitlab.com/user/project/quick_actions).
#pragma once

#include <string>
#include <string_view>

#include "sandbox/gitlab/noteable.h"

namespace davit::sandbox::gitlab {

struct QuickActions {
  std::string rest;      // the text without the lines that were carried out
  json::Object changes;  // GitLab's commands_changes
  json::Array summary;   // one sentence for each
};

// Lines inside fenced code, and words that are no command here, stay text.
QuickActions run_quick_actions(Call& call, const Noteable& on, std::string_view text);

}  // namespace davit::sandbox::gitlab
