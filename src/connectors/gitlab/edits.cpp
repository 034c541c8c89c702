#include "connectors/gitlab/edits.h"

#include <fmt/format.h>

namespace davit::connectors::gitlab {

Result<std::string> replaced_once(
    std::string_view where, std::string_view text, std::string_view old_part, std::string_view part
) {
  auto const refuse = [&](std::string_view why) {
    return Error(ErrorKind::invalid_input, fmt::format("{}: old_str {}", where, why));
  };
  if (old_part.empty()) return refuse("must not be empty");
  auto const at = text.find(old_part);
  if (at == text.npos) return refuse("is not there; read it again and copy it exactly");
  if (text.find(old_part, at + 1) != text.npos) {
    return refuse("is there several times; take in more of the lines around it");
  }
  std::string out(text);
  out.replace(at, old_part.size(), part);
  return out;
}

}  // namespace davit::connectors::gitlab
