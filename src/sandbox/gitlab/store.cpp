#include "sandbox/gitlab/store.h"

#include "base/strings.h"

namespace davit::sandbox::gitlab {

bool MergeRequest::is_draft() const {
  // GitLab docs, "Draft merge requests".
  for (auto const* mark : {"draft:", "[draft]", "(draft)"}) {
    if (to_lower(title).starts_with(mark)) return true;
  }
  return false;
}

const User& Store::user(Id id) const { return users.at(id); }

const User* Store::find_user(std::string_view username) const {
  for (auto const& [id, user] : users) {
    if (iequals(user.username, username)) return &user;
  }
  return nullptr;
}

std::string Store::full_path(const Project& project) const {
  return groups.at(project.group).full_path + "/" + project.path;
}

const Project* Store::find_project(std::string_view path) const {
  for (auto const& [id, project] : projects) {
    if (iequals(full_path(project), path)) return &project;
  }
  return nullptr;
}

}  // namespace davit::sandbox::gitlab
