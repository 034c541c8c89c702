#include "release/hooks.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/strings.h"
#include "json/json.h"
#include "release/hook_program.h"

namespace davit::release {
namespace {

struct Name {
  Hook::When when;
  std::string_view name;
};
constexpr std::array kNames{
    Name{Hook::When::pre_deploy, "pre-deploy"},
    Name{Hook::When::pre_traffic, "pre-traffic"},
    Name{Hook::When::pre_step, "pre-step"},
    Name{Hook::When::confirm_promotion, "confirm-promotion"},
    Name{Hook::When::post_deploy, "post-deploy"},
    Name{Hook::When::rollback, "rollback"},
    Name{Hook::When::event, "event"},
};

constexpr std::size_t kMostAnswerBytes = 4096;

// What a hook is told.
struct Fact {
  std::string_view variable;  // of a program's environment
  std::string_view key;       // in the JSON for a URL
  json::Value value;
};

std::vector<Fact> facts(Hook::When when, const rollout::State& state) {
  auto const text = [](std::string_view value) { return json::Value(json::String(value)); };
  return {
      {"DAVIT_HOOK", "hook", text(to_string(when))},
      {"DAVIT_RELEASE", "release", text(state.plan.release)},
      {"DAVIT_PREVIOUS", "previous", text(state.plan.previous)},
      {"DAVIT_STAGE", "stage", text(rollout::to_string(state.stage))},
      {"DAVIT_STEP", "step", static_cast<std::int64_t>(state.step) + 1},
      {"DAVIT_WEIGHT", "weight", state.weight},
      {"DAVIT_REASON", "reason", text(to_utf8(state.reason))},
  };
}

std::vector<std::pair<std::string, std::string>> environment_of(const std::vector<Fact>& facts) {
  std::vector<std::pair<std::string, std::string>> environment;
  environment.reserve(facts.size());
  for (auto const& [variable, key, value] : facts) {
    auto const* text = value.if_string();
    environment.emplace_back(
        variable, text != nullptr ? std::string(json::view(*text)) : json::to_text(value)
    );
  }
  return environment;
}

std::string body_of(const std::vector<Fact>& facts) {
  json::Object body;
  for (auto const& [variable, key, value] : facts) body[key] = value;
  return json::to_text(body);
}

Async<> call_url(http::Client* client, Hook hook, std::string body) {
  http::ClientRequest request(http::Method::post, hook.url);
  request.headers.set("Content-Type", "application/json");
  request.body = std::move(body);
  request.timeout = hook.timeout;
  request.max_body_bytes = kMostAnswerBytes;
  request.over_limit = http::OverLimit::cut;
  DAVIT_CO_TRY(auto const response, co_await client->send(std::move(request)));
  if (response.status >= 200 && response.status < 300) co_return Result<>();
  auto error = Error(
      ErrorKind::conflict,
      fmt::format("it answered {}{}", response.status, last_words(response.body))
  );
  co_return std::move(error).with_detail(to_utf8(response.body));
}

// Of a URL only where it leads: the path is the secret of chat webhooks, and a user or a query may
// be one, too.
std::string place_of(const Hook& hook) {
  if (hook.url.empty()) return hook.command.empty() ? "no command" : hook.command.front();
  auto const colon = hook.url.find("://");
  auto const begin = colon == std::string::npos ? 0 : colon + 3;
  auto host = hook.url.substr(begin, hook.url.find_first_of("/?#\\", begin) - begin);
  if (auto const at = host.rfind('@'); at != std::string::npos) host.erase(0, at + 1);
  return hook.url.substr(0, begin) + host;
}

}  // namespace

std::optional<Hook::When> parse_hook_name(std::string_view name) {
  auto const* const row = std::ranges::find(kNames, name, &Name::name);
  return row == kNames.end() ? std::nullopt : std::optional(row->when);
}

std::string_view to_string(Hook::When when) {
  return std::ranges::find(kNames, when, &Name::when)->name;
}

Async<> run_hooks(
    Executor executor,
    http::Client* client,
    std::vector<Hook> hooks,
    Hook::When when,
    rollout::State state
) {
  for (auto& hook : hooks) {
    if (hook.when != when) continue;
    auto const what = fmt::format("the hook {} ({})", to_string(when), place_of(hook));
    auto ran =
        hook.url.empty()
            ? run_program(executor, hook.command, environment_of(facts(when, state)), hook.timeout)
            : call_url(client, hook, body_of(facts(when, state)));
    auto outcome = co_await std::move(ran);
    if (!outcome) co_return std::move(outcome).error().while_doing(what);
  }
  co_return Result<>();
}

}  // namespace davit::release
