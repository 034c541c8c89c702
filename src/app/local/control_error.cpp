#include "app/local/control_error.h"

namespace davit::app {

json::Object to_json(const Error& error) {
  json::Object object{{"kind", to_string(error.kind())}, {"message", error.message()}};
  if (error.detail() == kLocked) object["detail"] = kLocked;
  return object;
}

Error error_from_json(const json::Value& value) {
  auto const name = json::find_string(value, "kind").value_or("");
  auto const message = json::find_string(value, "message").value_or("an error without a message");
  return Error(parse_error_kind(name).value_or(ErrorKind::internal), std::string(message))
      .with_detail(std::string(json::find_string(value, "detail").value_or("")));
}

}  // namespace davit::app
