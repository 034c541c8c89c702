#include "sandbox/gitlab/seed_history.h"

namespace davit::sandbox::gitlab {

void History::branch(std::string_view name, std::string_view from) {
  auto& branches = project_.repository.branches;
  branches[std::string(name)] = branches.find(from)->second;
}

std::string History::commit(
    std::string_view branch,
    Id author,
    std::string_view when,
    std::string_view message,
    std::initializer_list<Edit> edits
) {
  auto& repository = project_.repository;
  std::vector<std::string> parents;
  Snapshot files;
  if (auto const head = repository.branches.find(branch); head != repository.branches.end()) {
    parents.push_back(head->second);
    files = repository.find(head->second)->files;
  }
  for (auto const& edit : edits) {
    if (edit.content) {
      files.insert_or_assign(edit.path, File{make_blob(*edit.content), edit.is_executable});
    } else {
      files.erase(edit.path);
    }
  }
  auto const& who = store_.user(author);
  auto const id = repository.add_commit(
      std::move(parents), std::string(message), {who.name, who.email, at(when)}, std::move(files)
  );
  repository.branches[std::string(branch)] = id;
  return id;
}

void History::tag(std::string_view name, std::string_view message, std::string_view when) {
  Tag tag;
  tag.name = name;
  tag.target = project_.repository.branches.find("main")->second;
  tag.message = message;
  tag.created = at(when);
  project_.repository.tags.emplace(tag.name, tag);
}

}  // namespace davit::sandbox::gitlab
