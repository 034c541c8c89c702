#include "connector/paging.h"

#include <string_view>

#include "base/strings.h"

namespace davit::connector {
namespace {

// One parameter of a link: `rel="next"`, where the value may also name several relations.
bool is_next(std::string_view parameter) {
  auto const equals = parameter.find('=');
  if (equals == std::string_view::npos) return false;
  if (!iequals(trim(parameter.substr(0, equals)), "rel")) return false;
  auto value = trim(parameter.substr(equals + 1));
  if (value.size() >= 2 && value.starts_with('"') && value.ends_with('"')) {
    value = value.substr(1, value.size() - 2);
  }
  for (auto const relation : split(value, ' ')) {
    if (iequals(relation, "next")) return true;
  }
  return false;
}

std::optional<std::string> next_in(std::string_view field) {
  for (;;) {
    auto const open = field.find('<');
    auto const close = field.find('>', open);
    if (open == std::string_view::npos || close == std::string_view::npos) return std::nullopt;
    auto const target = field.substr(open + 1, close - open - 1);
    // The parameters end where the next link begins.
    auto const parameters = field.substr(close + 1, field.find('<', close) - close - 1);
    for (auto const parameter : split(parameters.substr(0, parameters.find(',')), ';')) {
      if (is_next(parameter)) return std::string(target);
    }
    field.remove_prefix(close + 1);
  }
}

}  // namespace

std::optional<std::string> next_link(const http::Headers& headers) {
  for (std::size_t i = 0; i < headers.size(); ++i) {
    if (!iequals(headers.name(i), "link")) continue;
    if (auto next = next_in(headers.value(i))) return next;
  }
  return std::nullopt;
}

}  // namespace davit::connector
