#include "sandbox/gitlab/commit_writer.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/base64.h"

namespace davit::sandbox::gitlab {
namespace {

// A rule's name may end in a star.
bool covers(const ProtectedBranch& rule, std::string_view branch) {
  if (!rule.name.ends_with('*')) return rule.name == branch;
  return branch.starts_with(std::string_view(rule.name).substr(0, rule.name.size() - 1));
}

std::optional<http::Response> apply(
    const Project& project, const Commit* head, const FileAction& action, Snapshot& files
) {
  auto const wanted = action.action == "move" ? action.previous_path : action.path;
  auto const found = files.find(wanted);
  auto const is_there = found != files.end();
  if (action.action == "create" && is_there) {
    return message(400, "A file with this name already exists");
  }
  if (action.action != "create" && !is_there) {
    return message(400, "A file with this name doesn't exist");
  }
  if (action.action == "move" && files.contains(action.path)) {
    return message(400, "A file with this name already exists");
  }
  if (!action.last_commit_id.empty() && head != nullptr) {
    auto const* last = last_change(project, *head, wanted);
    if (last != nullptr && last->id != action.last_commit_id) {
      return message(
          400, "You are attempting to update a file that has changed since you started editing it."
      );
    }
  }
  auto file = is_there ? found->second : File{make_blob(""), false};
  if (action.action == "delete" || action.action == "move") files.erase(found);
  if (action.action == "delete") return std::nullopt;
  if (action.content && action.action != "chmod") file.blob = make_blob(*action.content);
  if (action.is_executable) file.executable = *action.is_executable;
  files.insert_or_assign(action.path, std::move(file));
  return std::nullopt;
}

// Where the new commit starts; null for an empty repository.
Or<const Commit*> starting_point(
    const Call& call, const Project& project, std::string_view branch
) {
  auto const& repository = project.repository;
  auto const exists = repository.branches.contains(branch);
  auto const start = call.text("start_branch").value_or(call.text("start_sha").value_or(""));
  if (start.empty() || start == branch) {
    if (!exists) return message(400, "You can only create or edit files when you are on a branch");
    return repository.resolve(branch);
  }
  if (exists && !call.flag("force")) {
    auto const text = fmt::format(
        "A branch called '{}' already exists. Switch to that branch in order to make changes",
        branch
    );
    return message(400, text);
  }
  auto const* head = repository.resolve(start);
  if (head == nullptr) return message(400, "Cannot find start_branch '" + std::string(start) + "'");
  return head;
}

}  // namespace

Or<std::string> decode_content(std::string_view content, std::string_view encoding) {
  if (encoding != "base64") return std::string(content);
  std::string compact(content);
  std::erase_if(compact, [](char c) { return c == '\n' || c == '\r'; });
  auto decoded = base64_decode(compact);
  if (!decoded) return message(400, "invalid base64");
  return *std::move(decoded);
}

Or<const Commit*> write_commit(
    Call& call, Project& project, std::string_view text, const std::vector<FileAction>& actions
) {
  auto const branch = call.text("branch").value_or("");
  if (!may_push(call, project, branch)) {
    return message(403, "403 Forbidden - You are not allowed to push into this branch");
  }
  DAVIT_TRY(auto const* head, starting_point(call, project, branch));
  auto files = head == nullptr ? Snapshot() : head->files;
  for (auto const& action : actions) {
    if (auto refused = apply(project, head, action, files)) return *std::move(refused);
  }
  Signature author{call.user->name, call.user->email, call.now};
  if (auto const name = call.text("author_name")) author.name = *name;
  if (auto const email = call.text("author_email")) author.email = *email;
  std::vector<std::string> parents;
  if (head != nullptr) parents.push_back(head->id);
  auto const id = project.repository.add_commit(
      std::move(parents), std::string(text), std::move(author), std::move(files)
  );
  project.repository.branches[std::string(branch)] = id;
  project.last_activity = call.now;
  for (auto& [iid, mr] : project.merge_requests) {
    // A push takes approvals back: the project setting's default.
    if (mr.state == "opened" && mr.source_branch == branch) mr.approvals.clear();
  }
  return project.repository.find(id);
}

const Commit* last_change(const Project& project, const Commit& head, std::string_view path) {
  auto const content = [&](const Commit& commit) {
    auto const found = commit.files.find(path);
    return found == commit.files.end() ? std::string_view()
                                       : std::string_view(found->second.blob->id);
  };
  if (content(head).empty()) return nullptr;
  for (auto const* commit : project.repository.log(head)) {
    auto const differs = std::ranges::all_of(commit->parents, [&](auto const& parent) {
      return content(*project.repository.find(parent)) != content(*commit);
    });
    if (differs) return commit;
  }
  return nullptr;
}

bool may_push(const Call& call, const Project& project, std::string_view branch) {
  auto const role = call.role_in(project);
  if (role < Role::developer) return false;
  return std::ranges::all_of(project.protected_branches, [&](const ProtectedBranch& rule) {
    return !covers(rule, branch) || (rule.push != Role::none && role >= rule.push);
  });
}

bool is_protected(const Project& project, std::string_view branch) {
  return std::ranges::any_of(project.protected_branches, [&](const ProtectedBranch& rule) {
    return covers(rule, branch);
  });
}

}  // namespace davit::sandbox::gitlab
