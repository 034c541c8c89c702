// From the manifest, or from a version that served before, to a release under way.
#include <algorithm>
#include <iterator>
#include <optional>

#include <fmt/format.h>

#include "app/local/journals.h"
#include "app/local/members.h"
#include "app/local/operator.h"
#include "app/local/programs.h"
#include "app/local/rollback_choice.h"
#include "app/local/scratch.h"
#include "app/manifest_source.h"
#include "secrets/reference.h"
#include "targets/local/kept_versions.h"
#include "targets/local/variables.h"

namespace davit::app {
namespace {

using namespace std::chrono_literals;

constexpr auto kPulse = 500ms;  // between two looks at a release that ends
// For the hooks of a release that has ended to be told its end, before they are ended.
constexpr auto kLastHooks = 1s;
constexpr std::size_t kVersionsKept = 10;

}  // namespace

// Rolls back what is under way.
Async<> Operator::make_way(std::string actor) {
  auto& releases = *parts_.releases;
  while (releases.is_under_way() && !rollout::is_end(releases.state()->stage)) {
    releases.roll_back("superseded by " + actor);
    DAVIT_CO_CHECK(co_await releases.wait_for_change(kPulse));
  }
  co_return co_await end_hooks();
}

// The hooks of a release that has ended hold up nothing: one may hang for a minute.
Async<> Operator::end_hooks() {
  auto& releases = *parts_.releases;
  auto const limit = parts_.clock->steady_now() + kLastHooks;
  while (releases.is_under_way() && rollout::is_end(releases.state()->stage)) {
    if (parts_.clock->steady_now() >= limit) releases.cut_hooks();
    DAVIT_CO_CHECK(co_await releases.wait_for_change(kPulse));
  }
  co_return Result<>();
}

Async<json::Object> Operator::begin(DeployRequest request) {
  ManifestSource const source{.file = request.file, .environment = request.environment};
  DAVIT_CO_TRY(auto const manifest, load(source));
  if (manifest.target != manifest::Target::local) {
    co_return Error(
        ErrorKind::invalid_input,
        fmt::format("{}: `target` is not `local`: this machine is not meant", request.file)
    );
  }
  DAVIT_CO_CHECK(local::check_variables(manifest, secrets::process_environment()));
  if (!request.is_dry) {
    DAVIT_CO_CHECK(check_newest(look_at_journals(parts_.folder.journals())));
    if (!request.supersedes) DAVIT_CO_CHECK(parts_.releases->check_free());
  }
  if (request.program.empty()) request.program = parts_.program;
  if (request.release.empty()) request.release = make_release_name(parts_.clock->now());
  // A dry run makes the version too, for what is wrong with it to be found, and throws it away.
  std::optional<Scratch> scratch;
  if (request.is_dry) {
    scratch.emplace(parts_.folder.root);
    DAVIT_CO_CHECK(scratch->check());
  }
  local::VersionOptions const where{
      .program = davitd_program(request.program, manifest),
      .folder = scratch ? scratch->path() : parts_.folder.root,
  };
  DAVIT_CO_TRY(auto const version, local::make_version(manifest, request.release, where));
  std::vector<std::string> remarks;
  for (auto const& change : compare(parts_.up_settings, up_settings(manifest.local))) {
    remarks.push_back(app::describe(change));
  }
  co_return co_await begin_version(std::move(request), manifest, version, std::move(remarks));
}

Async<json::Object> Operator::begin_version(
    DeployRequest request,
    manifest::Manifest manifest,
    local::Version version,
    std::vector<std::string> remarks
) {
  auto const is_dry = request.is_dry;
  auto const release = version.release;
  auto begun = co_await plan_and_begin(
      std::move(request), std::move(manifest), std::move(version), std::move(remarks)
  );
  // Nobody could release it any more, and it would take the place of one that served.
  if (!begun && !is_dry) local::remove_version(parts_.folder.root, release);
  co_return begun;
}

Async<json::Object> Operator::plan_and_begin(
    DeployRequest request,
    manifest::Manifest manifest,
    local::Version version,
    std::vector<std::string> remarks
) {
  // Not before there is something to come in its place.
  if (request.supersedes && !request.is_dry) DAVIT_CO_CHECK(co_await make_way(request.actor));
  DAVIT_CO_TRY(auto const status, co_await parts_.status());
  auto const serving = serving_of(status);
  DAVIT_CO_TRY(auto planned, make_plan(request, manifest, version, status.serving, serving));
  std::ranges::move(remarks, std::back_inserter(planned.remarks));
  DAVIT_CO_TRY(
      auto options, make_driver_options(manifest, parts_.folder.evidence(), request.allows_breaking)
  );
  if (request.is_dry) {
    auto result = to_json(planned, version, options);
    result["text"] = describe(planned, version, options);
    co_return result;
  }
  Releases::Order order{.plan = planned.plan, .options = std::move(options)};
  order.origin.release = version.release;
  order.origin.previous = status.serving;
  order.origin.actor = request.actor;
  order.origin.command = request.command;
  order.origin.commit = version.commit;
  order.origin.strategy = to_string(planned.strategy);
  order.origin.allows_breaking = request.allows_breaking;
  DAVIT_CO_CHECK(parts_.releases->begin(std::move(order)));
  local::remove_old_versions(parts_.folder.root, {version.release, status.serving}, kVersionsKept);
  json::Object begun{{"release", version.release}};
  begun["remarks"] = json::Array(planned.remarks.begin(), planned.remarks.end());
  co_return begun;
}

Serving Operator::serving_of(const local::Status& status) const {
  Serving serving;
  for (auto const& task : status.tasks) {
    if (task.record.release == status.serving) ++serving.tasks[task.record.service];
  }
  if (status.serving.empty()) return serving;
  if (auto const version = local::read_version(parts_.folder.root, status.serving)) {
    serving.in_memory = servers_in_memory(*version);
  }
  return serving;
}

Async<json::Object> Operator::begin_again(json::Object request) {
  auto& releases = *parts_.releases;
  auto const is_dry = flag_of(request, "is_dry");
  if (!is_dry) {
    DAVIT_CO_CHECK(co_await end_hooks());
    DAVIT_CO_CHECK(releases.check_free());
    DAVIT_CO_CHECK(check_newest(look_at_journals(parts_.folder.journals())));
  }
  DAVIT_CO_TRY(auto const status, co_await parts_.status());
  auto const history = release::read_history(parts_.folder.journals());
  auto const kept = local::kept_versions(parts_.folder.root);
  DAVIT_CO_TRY(
      auto const chosen, choose_rollback(history, status.serving, text_of(request, "to"), kept)
  );
  auto const name = make_release_name(parts_.clock->now());
  if (is_dry) {
    json::Object result{{"version", 1}, {"dry_run", true}, {"to", chosen}};
    result["text"] = fmt::format(
        "releases {} again, all at once and through the gate, as {} over {}\n",
        chosen,
        name,
        status.serving
    );
    co_return result;
  }
  // The checks and hooks are those of today's manifest.
  ManifestSource const source{
      .file = text_of(request, "file"), .environment = text_of(request, "environment")
  };
  DAVIT_CO_TRY(auto const manifest, load(source));
  DAVIT_CO_CHECK(local::copy_version(parts_.folder.root, chosen, name));
  DAVIT_CO_TRY(auto const version, local::read_version(parts_.folder.root, name));
  DeployRequest again{
      .release = name,
      .strategy = "all-at-once",
      .bake = 0ms,
      .allows_breaking = true,
      .actor = text_of(request, "actor"),
      .command = "davit rollback --to " + chosen,
  };
  DAVIT_CO_TRY(auto begun, co_await begin_version(std::move(again), manifest, version, {}));
  begun["again"] = chosen;
  co_return begun;
}

}  // namespace davit::app
