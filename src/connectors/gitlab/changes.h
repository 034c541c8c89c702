// Changes: what a merge request, a commit or a comparison does to files, for a model.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "connector/invocation.h"
#include "json/json.h"

namespace davit::connectors::gitlab {

// GitLab answers with 100 files a page and itself stops at 1,000 by default:
// https://docs.gitlab.com/administration/diff_limits/
inline constexpr int kMaxDiffPages = 10;

// A place in what is shown: a file, and a line of its patch.
struct ChangesPlace {
  std::size_t file = 0;
  std::size_t line = 0;
};

struct Changes {
  json::Object shown;                // {"files": [...]} and what was left out
  std::optional<ChangesPlace> next;  // when not all of it fits
};

// Of the arguments `mode` or `diff` (stat or patch), `paths` and `max_bytes`: which of GitLab's
// `files` to show from a place on, and how.
Changes show_changes(const connector::Invocation& call, json::Array files, ChangesPlace from = {});

}  // namespace davit::connectors::gitlab
