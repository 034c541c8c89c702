#include "app/local/control_error.h"

namespace davit::app {
namespace {

constexpr ErrorKind kKinds[] = {
    ErrorKind::invalid_input,
    ErrorKind::not_found,
    ErrorKind::unauthenticated,
    ErrorKind::forbidden,
    ErrorKind::conflict,
    ErrorKind::rate_limited,
    ErrorKind::unavailable,
    ErrorKind::timeout,
    ErrorKind::cancelled,
    ErrorKind::protocol,
    ErrorKind::internal,
};

}  // namespace

json::Object to_json(const Error& error) {
  json::Object object{{"kind", to_string(error.kind())}, {"message", error.message()}};
  if (error.detail() == kLocked) object["detail"] = kLocked;
  return object;
}

Error error_from_json(const json::Value& value) {
  auto const name = json::find_string(value, "kind").value_or("");
  auto const message = json::find_string(value, "message").value_or("an error without a message");
  for (auto const kind : kKinds) {
    if (to_string(kind) != name) continue;
    return Error(kind, std::string(message))
        .with_detail(std::string(json::find_string(value, "detail").value_or("")));
  }
  return Error(ErrorKind::internal, std::string(message));
}

}  // namespace davit::app
