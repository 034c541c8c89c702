// Positions: where in a merge request's diff a comment can hang. GitLab refuses a place that is not
// exactly one of its diff ("line_code must be a valid line code"), so places are taken from it.
// https://docs.gitlab.com/api/discussions/#create-a-new-thread-in-the-merge-request-diff
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "json/json.h"

namespace davit::connectors::gitlab {

// What a comment names: a line of the new side, or of the old.
struct Place {
  std::string path;
  int line = 0;
  bool is_old = false;
};

class Positions {
 public:
  // `diff_refs` and the files as GitLab gives them.
  Positions(const json::Value& diff_refs, const json::Array& files);

  // The `position` of a request. Errors: not_found, with the nearest line that there is.
  Result<json::Object> find(const Place& place) const;

 private:
  struct Line {
    int old_line = 0;  // 0 for an added one
    int new_line = 0;  // 0 for a removed one
  };
  struct File {
    std::string old_path;
    std::string new_path;
    std::vector<Line> lines;
  };

  const File* find_file(std::string_view path) const;

  std::string base_;
  std::string start_;
  std::string head_;
  std::vector<File> files_;
};

}  // namespace davit::connectors::gitlab
