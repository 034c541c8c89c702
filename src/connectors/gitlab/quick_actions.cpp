#include "connectors/gitlab/quick_actions.h"

#include <fmt/format.h>

#include "base/strings.h"
#include "connector/arguments.h"

namespace davit::connectors::gitlab {
namespace {

bool is_quick_action(std::string_view line) {
  auto const is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return line.size() > 1 && line[0] == '/' && is_letter(line[1]);
}

}  // namespace

Result<> refuse_quick_actions(const json::Object& arguments) {
  if (connector::flag_of(arguments, "allow_quick_actions")) return {};
  for (auto const name : {"body", "description"}) {
    for (auto const line : split(connector::text_of(arguments, name), '\n')) {
      auto const text = trim(line);
      if (!is_quick_action(text)) continue;
      return Error(
          ErrorKind::invalid_input,
          fmt::format(
              "GitLab would carry out the line '{}' of {}; write it in backquotes, or, where the "
              "tool has it, set allow_quick_actions",
              utf8_prefix(text, 60),
              name
          )
      );
    }
  }
  return {};
}

}  // namespace davit::connectors::gitlab
