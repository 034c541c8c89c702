// Errors as they travel over the control socket.
#pragma once

#include "base/result.h"
#include "json/json.h"

namespace davit::app {

// The detail of an error that says that another release is under way: exit code 9.
inline constexpr std::string_view kLocked = "locked";

// The detail of an error that says that nobody listens on the socket: no supervisor runs. Only what
// asks says so; it does not travel.
inline constexpr std::string_view kNobodyListens = "nobody-listens";

json::Object to_json(const Error& error);
// What is not understood is an internal error.
Error error_from_json(const json::Value& value);

}  // namespace davit::app
