#include "app/local/deploy_request.h"

#include <algorithm>

#include <fmt/format.h>

#include "app/local/members.h"
#include "manifest/calls.h"

namespace davit::app {
namespace {

using rollout::Strategy;
using std::chrono::milliseconds;

struct StrategyName {
  Strategy strategy;
  std::string_view name;
};
constexpr StrategyName kStrategies[] = {
    {Strategy::all_at_once, "all-at-once"},
    {Strategy::canary, "canary"},
    {Strategy::linear, "linear"},
    {Strategy::rolling, "rolling"},
};

std::optional<milliseconds> duration(const json::Object& object, std::string_view key) {
  auto const number = json::find_int(object, key);
  return number ? std::optional(milliseconds(*number)) : std::nullopt;
}

// On this machine blue/green is a shift of everything at once.
Strategy strategy_of(const manifest::Manifest& manifest) {
  switch (manifest.release.strategy) {
    case manifest::Strategy::rolling: return Strategy::rolling;
    case manifest::Strategy::blue_green: return Strategy::all_at_once;
    case manifest::Strategy::canary: return Strategy::canary;
    case manifest::Strategy::linear: return Strategy::linear;
  }
  return Strategy::all_at_once;
}

int percent_of(const manifest::Manifest& manifest, Strategy strategy) {
  return strategy == Strategy::linear ? manifest.release.step_percent
                                      : manifest.release.canary_percent;
}

using HookMember = manifest::Strings manifest::Hooks::*;
struct HookRow {
  release::Hook::When when;
  HookMember member;
};
constexpr HookRow kHooks[] = {
    {release::Hook::When::pre_deploy, &manifest::Hooks::pre_deploy},
    {release::Hook::When::pre_traffic, &manifest::Hooks::pre_traffic},
    {release::Hook::When::pre_step, &manifest::Hooks::pre_step},
    {release::Hook::When::confirm_promotion, &manifest::Hooks::confirm_promotion},
    {release::Hook::When::post_deploy, &manifest::Hooks::post_deploy},
    {release::Hook::When::rollback, &manifest::Hooks::rollback},
    {release::Hook::When::event, &manifest::Hooks::event},
};

std::vector<release::Hook> hooks_of(const manifest::Manifest& manifest) {
  std::vector<release::Hook> hooks;
  for (auto const& [when, member] : kHooks) {
    auto const& words = manifest.release.hooks.*member;
    if (words.empty()) continue;
    release::Hook hook{.when = when};
    auto const is_url =
        words.size() == 1 && (words[0].starts_with("http://") || words[0].starts_with("https://"));
    if (is_url) {
      hook.url = words[0];
    } else {
      hook.command = words;
    }
    hooks.push_back(std::move(hook));
  }
  return hooks;
}

int tasks_of(const local::Version& version, const Serving& serving) {
  auto most = 1;
  for (auto const& service : version.services) {
    auto const scaled = serving.tasks.find(service.name);
    most = std::max(most, scaled == serving.tasks.end() ? service.tasks : scaled->second);
  }
  return most;
}

// With a part of the traffic on each version, requests of one session would come to both.
void keep_sessions_together(
    Planned& planned, const local::Version& version, const Serving& serving
) {
  auto names = servers_in_memory(version);
  names.insert(names.end(), serving.in_memory.begin(), serving.in_memory.end());
  std::ranges::sort(names);
  auto const repeated = std::ranges::unique(names);
  names.erase(repeated.begin(), repeated.end());
  if (names.empty()) return;
  auto remark = fmt::format(
      "sessions of {} live in the memory of a task: they end with the release",
      fmt::join(names, ", ")
  );
  if (planned.strategy != Strategy::all_at_once) {
    remark += fmt::format(
        ", and it is all-at-once instead of {}, as no session may meet two versions",
        to_string(planned.strategy)
    );
  }
  planned.strategy = Strategy::all_at_once;
  planned.remarks.push_back(std::move(remark));
}

}  // namespace

std::vector<std::string> servers_in_memory(const local::Version& version) {
  std::vector<std::string> names;
  for (auto const& service : version.services) {
    if (service.is_stateless) continue;
    names.insert(names.end(), service.servers.begin(), service.servers.end());
  }
  return names;
}

std::optional<Strategy> parse_strategy(std::string_view name) {
  auto const found = std::ranges::find(kStrategies, name, &StrategyName::name);
  return found == std::end(kStrategies) ? std::nullopt : std::optional(found->strategy);
}

std::string_view to_string(Strategy strategy) {
  return std::ranges::find(kStrategies, strategy, &StrategyName::strategy)->name;
}

json::Object to_json(const DeployRequest& request) {
  json::Object object{
      {"verb", "deploy"},
      {"file", request.file},
      {"environment", request.environment},
      {"program", request.program},
      {"release", request.release},
      {"strategy", request.strategy},
      {"pauses", request.pauses},
      {"allows_breaking", request.allows_breaking},
      {"supersedes", request.supersedes},
      {"is_dry", request.is_dry},
      {"actor", request.actor},
      {"command", request.command},
  };
  if (request.percent) object["percent"] = *request.percent;
  if (request.bake) object["bake_ms"] = request.bake->count();
  if (request.step_bake) object["step_bake_ms"] = request.step_bake->count();
  return object;
}

DeployRequest deploy_request_from(const json::Object& object) {
  DeployRequest request{
      .file = text_of(object, "file"),
      .environment = text_of(object, "environment"),
      .program = text_of(object, "program"),
      .release = text_of(object, "release"),
      .strategy = text_of(object, "strategy"),
      .bake = duration(object, "bake_ms"),
      .step_bake = duration(object, "step_bake_ms"),
      .pauses = flag_of(object, "pauses"),
      .allows_breaking = flag_of(object, "allows_breaking"),
      .supersedes = flag_of(object, "supersedes"),
      .is_dry = flag_of(object, "is_dry"),
      .actor = text_of(object, "actor"),
      .command = text_of(object, "command"),
  };
  if (auto const percent = json::find_int(object, "percent")) {
    request.percent = static_cast<int>(std::clamp(*percent, std::int64_t{0}, std::int64_t{100}));
  }
  return request;
}

Result<Planned> make_plan(
    const DeployRequest& request,
    const manifest::Manifest& manifest,
    const local::Version& version,
    const std::string& previous,
    const Serving& serving
) {
  Planned planned;
  if (request.strategy.empty()) {
    planned.strategy = strategy_of(manifest);
  } else if (auto const strategy = parse_strategy(request.strategy)) {
    planned.strategy = *strategy;
  } else {
    return Error(ErrorKind::invalid_input, "there is no strategy '" + request.strategy + "'");
  }
  // With nothing to compare with or go back to there is nothing to watch either.
  if (previous.empty()) planned.strategy = Strategy::all_at_once;
  if (!previous.empty()) keep_sessions_together(planned, version, serving);
  rollout::StrategyOptions options{.tasks = tasks_of(version, serving)};
  options.percent = request.percent.value_or(percent_of(manifest, planned.strategy));
  options.step_bake = request.step_bake.value_or(manifest.local.step_bake);
  options.bake = previous.empty() ? milliseconds(0) : request.bake.value_or(manifest.local.bake);
  auto& plan = planned.plan;
  plan.release = version.release;
  plan.previous = previous;
  plan.steps = rollout::make_steps(planned.strategy, options);
  plan.pauses = request.pauses && !previous.empty();
  plan.pause_limit = manifest.release.pause_timeout;
  plan.start_limit = std::max<milliseconds>(plan.start_limit, manifest.local.start * 3 / 2);
  // A task that drains has its whole time, and some for being ended.
  plan.retire_limit = std::max<milliseconds>(plan.retire_limit, manifest.local.drain * 3 / 2);
  if (auto wrong = rollout::check(plan); !wrong.empty()) {
    return Error(ErrorKind::invalid_input, std::move(wrong));
  }
  return planned;
}

Result<release::DriverOptions> make_driver_options(
    const manifest::Manifest& manifest, const std::filesystem::path& evidence, bool allows_breaking
) {
  release::DriverOptions options;
  options.evidence = evidence;
  options.allows_breaking =
      allows_breaking || manifest.release.tool_changes == manifest::ToolChanges::allow;
  options.hooks = hooks_of(manifest);
  for (auto const& tool : manifest.release.smoke) options.calls.push_back({.tool = tool});
  for (auto const& line : manifest.release.calls) {
    DAVIT_TRY(auto call, manifest::parse_call(line));
    options.calls.push_back(
        {.server = std::move(call.server),
         .tool = std::move(call.tool),
         .arguments = std::move(call.arguments),
         .contains = std::move(call.contains)}
    );
  }
  return options;
}

}  // namespace davit::app
