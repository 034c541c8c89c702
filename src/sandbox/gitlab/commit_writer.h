// Commits that change files: the actions of POST /repository/commits, which the files API uses too.
#pragma once

#include <string>
#include <vector>

#include "sandbox/gitlab/call.h"

namespace davit::sandbox::gitlab {

struct FileAction {
  std::string action;  // create, update, delete, move, chmod
  std::string path;
  std::string previous_path;
  std::optional<std::string> content;  // decoded
  std::string last_commit_id;
  std::optional<bool> is_executable;
};

// The content as it is, or out of base64 with `encoding`. Refuses what is no base64.
Or<std::string> decode_content(std::string_view content, std::string_view encoding);

// Commits to the branch of the parameters `branch`, `start_branch`, `start_sha`, `force`, with
// `author_email` and `author_name`. Refuses in GitLab's words.
Or<const Commit*> write_commit(
    Call& call, Project& project, std::string_view message, const std::vector<FileAction>& actions
);

// The last commit that changed the file, seen from `head`; null when the file is not there.
const Commit* last_change(const Project& project, const Commit& head, std::string_view path);

// True when the caller's role is enough for every rule that protects the branch.
bool may_push(const Call& call, const Project& project, std::string_view branch);
bool is_protected(const Project& project, std::string_view branch);

}  // namespace davit::sandbox::gitlab
