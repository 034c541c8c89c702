#include "connectors/gitlab/positions.h"

#include <cstdlib>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "connectors/gitlab/diff.h"

namespace davit::connectors::gitlab {
namespace {

// In the message about a file that is not there.
constexpr std::size_t kNamedFiles = 5;

std::string text_at(const json::Value& value, std::string_view key) {
  return std::string(json::find_string(value, key).value_or(""));
}

}  // namespace

Positions::Positions(const json::Value& diff_refs, const json::Array& files)
    : base_(text_at(diff_refs, "base_sha")),
      start_(text_at(diff_refs, "start_sha")),
      head_(text_at(diff_refs, "head_sha")) {
  for (auto const& given : files) {
    File file{.old_path = text_at(given, "old_path"), .new_path = text_at(given, "new_path")};
    for (auto const& line : lines_of(json::find_string(given, "diff").value_or(""))) {
      file.lines.push_back({.old_line = line.old_line, .new_line = line.new_line});
    }
    files_.push_back(std::move(file));
  }
}

const Positions::File* Positions::find_file(std::string_view path) const {
  for (auto const& file : files_) {
    if (file.new_path == path || file.old_path == path) return &file;
  }
  return nullptr;
}

Result<json::Object> Positions::find(const Place& place) const {
  auto const* file = find_file(place.path);
  if (file == nullptr) {
    std::vector<std::string> names;
    for (auto const& one : files_) {
      if (names.size() < kNamedFiles) names.push_back(one.new_path);
    }
    return Error(
        ErrorKind::not_found,
        fmt::format("{} is not in the diff; it has {}", place.path, fmt::join(names, ", "))
    );
  }
  const Line* found = nullptr;
  int nearest = 0;
  for (auto const& line : file->lines) {
    auto const number = place.is_old ? line.old_line : line.new_line;
    if (number == 0) continue;
    if (number == place.line) found = &line;
    auto const is_nearer = std::abs(number - place.line) < std::abs(nearest - place.line);
    if (nearest == 0 || is_nearer) nearest = number;
  }
  if (found == nullptr) {
    auto const side = place.is_old ? "old" : "new";
    auto const what = fmt::format("line {} is not on the {} side of the diff", place.line, side);
    if (file->lines.empty()) {
      return Error(
          ErrorKind::not_found,
          fmt::format("GitLab shows no text of {}: say it in the summary", place.path)
      );
    }
    if (nearest == 0) return Error(ErrorKind::not_found, what + ", which has no line there");
    return Error(ErrorKind::not_found, fmt::format("{}; the nearest is {}", what, nearest));
  }
  // An added line has only the new number, a removed one only the old, any other both.
  json::Object position{
      {"position_type", "text"},
      {"base_sha", base_},
      {"start_sha", start_},
      {"head_sha", head_},
      {"old_path", file->old_path},
      {"new_path", file->new_path},
  };
  if (found->old_line != 0) position["old_line"] = found->old_line;
  if (found->new_line != 0) position["new_line"] = found->new_line;
  return position;
}

}  // namespace davit::connectors::gitlab
