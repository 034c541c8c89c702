// Short words for telling a repository's history.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "sandbox/gitlab/store.h"

namespace davit::sandbox::gitlab {

// What one commit does to one file: nothing as content deletes it.
struct Edit {
  std::string path;
  std::optional<std::string> content;
  bool is_executable = false;
};

class History {
 public:
  History(Store& store, Project& project) : store_(store), project_(project) {}

  // A new branch at the head of `from`.
  void branch(std::string_view name, std::string_view from = "main");

  // One commit on `branch`, which may be new when the repository is empty. Gives its id.
  std::string commit(
      std::string_view branch,
      Id author,
      std::string_view when,
      std::string_view message,
      std::initializer_list<Edit> edits
  );

  void tag(std::string_view name, std::string_view message, std::string_view when);

 private:
  Store& store_;
  Project& project_;
};

}  // namespace davit::sandbox::gitlab
