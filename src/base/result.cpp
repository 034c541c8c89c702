#include "base/result.h"

namespace davit {

std::string_view to_string(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::invalid_input: return "invalid_input";
    case ErrorKind::not_found: return "not_found";
    case ErrorKind::unauthenticated: return "unauthenticated";
    case ErrorKind::forbidden: return "forbidden";
    case ErrorKind::conflict: return "conflict";
    case ErrorKind::rate_limited: return "rate_limited";
    case ErrorKind::unavailable: return "unavailable";
    case ErrorKind::timeout: return "timeout";
    case ErrorKind::cancelled: return "cancelled";
    case ErrorKind::protocol: return "protocol";
    case ErrorKind::internal: return "internal";
  }
  return "internal";
}

std::optional<ErrorKind> parse_error_kind(std::string_view name) {
  constexpr auto kLast = static_cast<int>(ErrorKind::internal);
  for (auto number = 0; number <= kLast; ++number) {
    auto const kind = static_cast<ErrorKind>(number);
    if (to_string(kind) == name) return kind;
  }
  return {};
}

}  // namespace davit
