#include "release/gate_health.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "json/json.h"
#include "release/gate_observer.h"

namespace davit::release {
namespace {

// As health pages of frameworks and draft-inadarei-api-health-check say it. Whatever else a page
// calls itself is no good: a version that is degraded already at its start gets no traffic.
constexpr std::string_view kGoodStates[] = {
    "alive",
    "available",
    "good",
    "healthy",
    "live",
    "ok",
    "okay",
    "pass",
    "passing",
    "ready",
    "running",
    "serving",
    "success",
    "up",
};

bool is_good_state(std::string_view state) {
  return std::ranges::find(kGoodStates, to_lower(trim(state))) != std::end(kGoodStates);
}

// "its server jira is broken: ..."; empty when it is well.
std::string trouble_of(std::string_view name, const json::Value& server) {
  auto const state = json::find_string(server, "status");
  if (!state || is_good_state(*state)) return "";
  auto const why = json::find_string(server, "error");
  return fmt::format(
      "its server {} is {}{}{}",
      excerpt(name),
      excerpt(*state),
      why ? ": " : "",
      excerpt(why.value_or(""))
  );
}

std::string trouble_of_servers(const json::Object& servers, std::string_view server) {
  if (auto const* one = servers.if_contains(server)) return trouble_of(server, *one);
  for (auto const& member : servers) {
    auto text = trouble_of(member.key(), member.value());
    if (!text.empty()) return text;
  }
  return "";
}

}  // namespace

Health read_health(int status, std::string_view body, std::string_view server) {
  auto const page = json::parse(body);
  auto const is_object = page && page->is_object();
  std::string trouble;
  std::string state;
  if (is_object) {
    state =
        json::find_string(*page, "status").value_or(json::find_string(*page, "state").value_or(""));
    if (!state.empty() && !is_good_state(state))
      trouble = fmt::format("it says it is {}", excerpt(state));
    auto const* servers = json::find_object(*page, "servers");
    if (servers != nullptr && trouble.empty()) trouble = trouble_of_servers(*servers, server);
  }
  if (status != 200) {
    auto const more = !trouble.empty() ? trouble : excerpt(body);
    return {false, fmt::format("it answered {}{}{}", status, more.empty() ? "" : ": ", more)};
  }
  if (!trouble.empty()) return {false, "it answered 200, but " + trouble};
  return {true, state.empty() ? "200" : excerpt(state)};
}

}  // namespace davit::release
