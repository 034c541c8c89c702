#include "connectors/gitlab/quick_actions.h"

#include <fmt/format.h>

#include "base/strings.h"
#include "connector/arguments.h"

namespace davit::connectors::gitlab {
namespace {

// "/close", "/assign @mina", "/close\r", but not "/api/users" and "/etc.d".
bool is_quick_action(std::string_view line) {
  auto const is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  if (!line.starts_with('/')) return false;
  std::size_t end = 1;
  while (end < line.size() && is_letter(line[end])) ++end;
  constexpr std::string_view kPathLike = "/.-0123456789";
  return end > 1 && (end == line.size() || kPathLike.find(line[end]) == kPathLike.npos);
}

}  // namespace

Result<> refuse_quick_actions_in(std::string_view name, std::string_view text) {
  for (auto const line : split(text, '\n')) {
    auto const trimmed = trim(line);
    if (!is_quick_action(trimmed)) continue;
    return Error(
        ErrorKind::invalid_input,
        fmt::format(
            "GitLab would carry out the line '{}' of {}; write it in backquotes, or, where the "
            "tool has it, set allow_quick_actions",
            utf8_prefix(trimmed, 60),
            name
        )
    );
  }
  return {};
}

Result<> refuse_quick_actions(const json::Object& arguments) {
  if (connector::flag_of(arguments, "allow_quick_actions")) return {};
  for (auto const name : {"body", "description", "title", "summary"}) {
    DAVIT_CHECK(refuse_quick_actions_in(name, connector::text_of(arguments, name)));
  }
  if (auto const* edit = arguments.if_contains("description_edit")) {
    auto const text = json::find_string(*edit, "new_str").value_or("");
    DAVIT_CHECK(refuse_quick_actions_in("description_edit", text));
  }
  auto const* comments = arguments.if_contains("comments");
  if (comments == nullptr || !comments->is_array()) return {};
  for (auto const& comment : comments->get_array()) {
    // A suggestion stands in a fence, but not every line of it needs to stay there.
    for (auto const key : {"body", "suggestion"}) {
      auto const text = json::find_string(comment, key).value_or("");
      DAVIT_CHECK(refuse_quick_actions_in("comments", text));
    }
  }
  return {};
}

}  // namespace davit::connectors::gitlab
