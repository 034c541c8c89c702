#include "connectors/pagerduty/caller.h"

#include <chrono>
#include <string_view>

#include "base/strings.h"
#include "connector/failure.h"
#include "connector/instance.h"
#include "connectors/pagerduty/tables.h"

namespace davit::connectors::pagerduty {
namespace {

constexpr std::chrono::minutes kSelfAge{15};

// The 13 operations with a required From that these tools use: all writes below /incidents but
// requests for responders, and new maintenance windows.
bool needs_from(const ApiRequest& request) {
  std::string_view const path =
      std::string_view(request.target).substr(0, request.target.find('?'));
  if (path == "/maintenance_windows") return true;
  auto const is_incident = path == "/incidents" || path.starts_with("/incidents/");
  return is_incident && !path.ends_with("/responder_requests");
}

Error nobody() {
  return Error(
      ErrorKind::invalid_input,
      "PagerDuty wants to know on whose behalf this is done, and the key belongs to no user; ask "
      "the operator to set `user` to the e-mail of a PagerDuty user"
  );
}

// Who the key's user is; invalid_input when it has none.
Async<json::Value> self(Invocation call) {
  auto me = co_await call.get_cached("/users/me", kSelfAge);
  if (me || connector::http_status_of(me.error()) != 400) co_return me;
  co_return nobody();
}

}  // namespace

Async<> add_from(Invocation call, ApiRequest* request) {
  if (call.tool().effect == Effect::read || !needs_from(*request)) co_return Result<>();
  auto email = call.instance().settings().user;
  if (email.empty()) {
    DAVIT_CO_TRY(auto const me, co_await self(call));
    email = json::find_string(me, "user.email").value_or("");
  }
  if (email.empty()) co_return nobody();
  if (has_control_character(email)) {
    co_return Error(ErrorKind::invalid_input, "the setting `user` is no e-mail address");
  }
  request->headers.set("From", email);
  co_return Result<>();
}

Async<std::string> caller_id(Invocation call) {
  auto const& user = call.instance().settings().user;
  if (user.empty()) {
    DAVIT_CO_TRY(auto const me, co_await self(call));
    auto const id = json::find_string(me, "user.id");
    if (!id) co_return nobody();
    co_return std::string(*id);
  }
  DAVIT_CO_TRY(auto const id, co_await call.look_up(&kUserLookup, user));
  co_return id.is_string() ? std::string(json::view(id.get_string())) : std::string();
}

}  // namespace davit::connectors::pagerduty
