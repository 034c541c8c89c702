#include "connectors/pagerduty/times.h"

#include <string>

#include "connector/arguments.h"
#include "connector/text.h"

namespace davit::connectors::pagerduty {
namespace {

constexpr std::size_t kDateBytes = 10;  // 2026-11-20

}  // namespace

std::optional<std::chrono::sys_seconds> read_time(std::string_view text) {
  if (text.size() != kDateBytes) return connector::from_rfc3339(text);
  return connector::from_rfc3339(std::string(text) + "T00:00:00Z");
}

void make_whole(json::Object& arguments, std::initializer_list<std::string_view> names) {
  for (auto const name : names) {
    auto const time = read_time(connector::text_of(arguments, name));
    if (time) arguments[name] = connector::to_rfc3339(*time);
  }
}

}  // namespace davit::connectors::pagerduty
