// What can be asked of the supervisor: the verbs of the control socket.
#include <algorithm>

#include <fmt/format.h>

#include "app/exit_code.h"
#include "app/local/journals.h"
#include "app/local/operator.h"
#include "app/local/rollback_choice.h"
#include "app/manifest_source.h"

namespace davit::app {
namespace {

using namespace std::chrono_literals;

std::string text(const json::Object& object, std::string_view key) {
  return std::string(json::find_string(object, key).value_or(""));
}

Error nothing_under_way() {
  return Error(
      ErrorKind::not_found, "no release is under way; `davit history` shows the last ones"
  );
}

// One that is done, or failed on its way back, is under way while its hooks still run.
bool can_be_rolled_back(const Releases& releases) {
  if (releases.is_stuck()) return true;
  if (!releases.is_under_way()) return false;
  auto const stage = releases.state()->stage;
  return stage != rollout::Stage::done && stage != rollout::Stage::failed;
}

}  // namespace

struct Operator::Verb {
  std::string_view name;
  Async<json::Object> (Operator::*run)(json::Object request, Tell tell);
};

const Operator::Verb Operator::kVerbs[] = {
    {"status", &Operator::status},
    {"deploy", &Operator::deploy},
    {"wait", &Operator::wait},
    {"continue", &Operator::resume},
    {"rollback", &Operator::roll_back},
    {"stop", &Operator::stop},
    {"scale", &Operator::scale},
};

Async<json::Object> Operator::answer(json::Object request, Tell tell) {
  auto const name = text(request, "verb");
  auto const verb = std::ranges::find(kVerbs, name, &Verb::name);
  if (verb == std::end(kVerbs)) {
    co_return Error(
        ErrorKind::invalid_input,
        fmt::format("the supervisor knows no '{}': it may be of another version of davit", name)
    );
  }
  parts_.logger.info("asked", {{"verb", name}, {"by", text(request, "actor")}});
  co_return co_await (this->*verb->run)(std::move(request), std::move(tell));
}

Async<json::Object> Operator::status(json::Object, Tell) {
  DAVIT_CO_TRY(auto const view, co_await look());
  auto object = to_json(view);
  object["settings"] = to_json(parts_.up_settings);
  object["program"] = parts_.program;
  co_return object;
}

Async<json::Object> Operator::deploy(json::Object request, Tell tell) {
  auto until = text(request, "until");
  auto wanted = deploy_request_from(request);
  if (wanted.is_dry) co_return co_await begin(std::move(wanted));
  DAVIT_CO_TRY(auto event, co_await detach(begin(std::move(wanted)), tell));
  auto release = text(event, "release");
  event["event"] = "begun";
  DAVIT_CO_CHECK(tell(event));
  if (until == "begun") {
    auto result = outcome(*parts_.releases->state());
    result["exit_code"] = 0;
    co_return result;
  }
  co_return co_await follow(std::move(release), std::move(tell), std::move(until));
}

Async<json::Object> Operator::wait(json::Object request, Tell tell) {
  if (!parts_.releases->is_under_way()) co_return nothing_under_way();
  auto release = parts_.releases->state()->plan.release;
  co_return co_await follow(std::move(release), std::move(tell), text(request, "until"));
}

Async<json::Object> Operator::resume(json::Object, Tell tell) {
  auto& releases = *parts_.releases;
  if (!releases.is_under_way()) co_return nothing_under_way();
  if (releases.state()->stage != rollout::Stage::paused) {
    co_return Error(
        ErrorKind::conflict,
        fmt::format(
            "{} does not wait for anybody: it is at `{}`",
            releases.state()->plan.release,
            to_string(releases.state()->stage)
        )
    );
  }
  releases.resume();
  co_return co_await follow(releases.state()->plan.release, std::move(tell), "done");
}

Async<json::Object> Operator::roll_back(json::Object request, Tell tell) {
  auto& releases = *parts_.releases;
  if (!can_be_rolled_back(releases)) {
    co_return co_await go_back(std::move(request), std::move(tell));
  }
  auto const plan = releases.state()->plan;
  if (auto const to = text(request, "to"); !to.empty() && to != "previous" && to != plan.previous) {
    co_return Error(
        ErrorKind::conflict,
        fmt::format(
            "{} is being released, and can be rolled back to {} only; `--to {}` is for afterwards",
            plan.release,
            plan.previous,
            to
        )
    );
  }
  if (json::find_bool(request, "is_dry").value_or(false)) {
    json::Object result{{"version", 1}, {"dry_run", true}};
    result["text"] = fmt::format(
        "rolls back {}: all traffic goes to {} at once, then the new tasks end\n",
        plan.release,
        plan.previous.empty() ? "nobody" : plan.previous
    );
    co_return result;
  }
  if (releases.is_stuck()) {
    ManifestSource const source{
        .file = text(request, "file"), .environment = text(request, "environment")
    };
    DAVIT_CO_TRY(auto const manifest, load(source));
    DAVIT_CO_CHECK(go_on(manifest));
  }
  releases.roll_back("asked for by " + text(request, "actor"));
  DAVIT_CO_TRY(auto result, co_await follow(plan.release, std::move(tell), "done"));
  // It is what was wanted.
  auto const stage = text(result, "stage");
  if (stage == "rolled_back" || stage == "refused") result["exit_code"] = 0;
  if (stage == "done") {
    result["exit_code"] = static_cast<int>(ExitCode::rollback_failed);
    result["remark"] = "that was too late: `davit rollback` again releases the version before it";
  }
  co_return result;
}

// A version that served before is released again: all at once, through the gate. Its tools may be
// fewer than now; that is known.
Async<json::Object> Operator::go_back(json::Object request, Tell tell) {
  if (json::find_bool(request, "is_dry").value_or(false)) {
    co_return co_await begin_again(std::move(request));
  }
  DAVIT_CO_TRY(auto event, co_await detach(begin_again(std::move(request)), tell));
  auto release = text(event, "release");
  event["event"] = "begun";
  DAVIT_CO_CHECK(tell(event));
  co_return co_await follow(std::move(release), std::move(tell), "done");
}

Async<json::Object> Operator::begin_again(json::Object request) {
  auto& releases = *parts_.releases;
  auto const is_dry = json::find_bool(request, "is_dry").value_or(false);
  // The hooks of the one that has just ended come to their end first.
  while (!is_dry && releases.is_under_way() && rollout::is_end(releases.state()->stage)) {
    DAVIT_CO_CHECK(co_await releases.wait_for_change(500ms));
  }
  if (!is_dry) {
    DAVIT_CO_CHECK(releases.check_free());
    DAVIT_CO_CHECK(check_newest(look_at_journals(parts_.folder.journals())));
  }
  DAVIT_CO_TRY(auto const status, co_await parts_.status());
  auto const history = release::read_history(parts_.folder.journals());
  auto const kept = kept_versions(parts_.folder.root);
  DAVIT_CO_TRY(
      auto const chosen, choose_rollback(history, status.serving, text(request, "to"), kept)
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
      .file = text(request, "file"), .environment = text(request, "environment")
  };
  DAVIT_CO_TRY(auto const manifest, load(source));
  DAVIT_CO_CHECK(copy_version(parts_.folder.root, chosen, name));
  DAVIT_CO_TRY(auto const version, local::read_version(parts_.folder.root, name));
  DeployRequest deploy{.strategy = "all-at-once", .bake = 0ms};
  auto const serving = serving_of(status);
  DAVIT_CO_TRY(auto planned, make_plan(deploy, manifest, version, status.serving, serving));
  DAVIT_CO_TRY(auto options, make_driver_options(manifest, parts_.folder.evidence(), true));
  Releases::Order order{.plan = std::move(planned.plan), .options = std::move(options)};
  order.origin.release = name;
  order.origin.previous = status.serving;
  order.origin.actor = text(request, "actor");
  order.origin.command = "davit rollback --to " + chosen;
  order.origin.commit = version.commit;
  order.origin.strategy = "all-at-once";
  order.origin.allows_breaking = true;
  DAVIT_CO_CHECK(releases.begin(std::move(order)));
  json::Object begun{{"release", name}, {"again", chosen}};
  json::Array remarks;
  for (auto const& remark : planned.remarks) remarks.emplace_back(remark);
  begun["remarks"] = std::move(remarks);
  co_return begun;
}

Async<json::Object> Operator::stop(json::Object request, Tell tell) {
  parts_.stop(text(request, "actor"));
  while (!has_ended_) {
    [[maybe_unused]] auto const ended = co_await ended_.wait_for(500ms);
    DAVIT_CO_TRY(auto const view, co_await look());
    DAVIT_CO_CHECK(tell(to_json(view)));
  }
  co_return json::Object{{"version", 1}, {"stopped", true}};
}

Async<json::Object> Operator::scale(json::Object request, Tell) {
  DAVIT_CO_CHECK(parts_.releases->check_free());
  auto const tasks = static_cast<int>(json::find_int(request, "tasks").value_or(0));
  DAVIT_CO_CHECK(co_await parts_.scale(text(request, "service"), tasks));
  DAVIT_CO_TRY(auto const view, co_await look());
  co_return to_json(view);
}

}  // namespace davit::app
