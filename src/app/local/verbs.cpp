// What can be asked of the supervisor: the verbs of the control socket.
#include <algorithm>

#include <fmt/format.h>

#include "app/exit_code.h"
#include "app/local/members.h"
#include "app/local/operator.h"
#include "app/manifest_source.h"

namespace davit::app {
namespace {

using namespace std::chrono_literals;

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
  auto const name = text_of(request, "verb");
  auto const verb = std::ranges::find(kVerbs, name, &Verb::name);
  if (verb == std::end(kVerbs)) {
    co_return Error(
        ErrorKind::invalid_input,
        fmt::format("the supervisor knows no '{}': it may be of another version of davit", name)
    );
  }
  parts_.logger.info("asked", {{"verb", name}, {"by", text_of(request, "actor")}});
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
  auto until = text_of(request, "until");
  auto wanted = deploy_request_from(request);
  if (wanted.is_dry) co_return co_await begin(std::move(wanted));
  DAVIT_CO_TRY(auto event, co_await detach(begin(std::move(wanted)), tell));
  auto release = text_of(event, "release");
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
  co_return co_await follow(std::move(release), std::move(tell), text_of(request, "until"));
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
  if (auto const to = text_of(request, "to");
      !to.empty() && to != "previous" && to != plan.previous) {
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
  if (flag_of(request, "is_dry")) {
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
        .file = text_of(request, "file"), .environment = text_of(request, "environment")
    };
    DAVIT_CO_TRY(auto const manifest, load(source));
    DAVIT_CO_CHECK(go_on(manifest));
  }
  releases.roll_back("asked for by " + text_of(request, "actor"));
  DAVIT_CO_TRY(auto result, co_await follow(plan.release, std::move(tell), "done"));
  // It is what was wanted.
  auto const stage = text_of(result, "stage");
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
  if (flag_of(request, "is_dry")) {
    co_return co_await begin_again(std::move(request));
  }
  DAVIT_CO_TRY(auto event, co_await detach(begin_again(std::move(request)), tell));
  auto release = text_of(event, "release");
  event["event"] = "begun";
  DAVIT_CO_CHECK(tell(event));
  co_return co_await follow(std::move(release), std::move(tell), "done");
}

Async<json::Object> Operator::stop(json::Object request, Tell tell) {
  parts_.stop(text_of(request, "actor"));
  while (!has_ended_) {
    // Cancelled when whoever asked has gone; the order stands.
    DAVIT_CO_TRY([[maybe_unused]] auto const is_told, co_await ended_.wait_for(500ms));
    DAVIT_CO_TRY(auto const view, co_await look());
    DAVIT_CO_CHECK(tell(to_json(view)));
  }
  co_return json::Object{{"version", 1}, {"stopped", true}};
}

Async<json::Object> Operator::scale(json::Object request, Tell) {
  DAVIT_CO_CHECK(parts_.releases->check_free());
  auto const tasks = static_cast<int>(json::find_int(request, "tasks").value_or(0));
  DAVIT_CO_CHECK(co_await parts_.scale(text_of(request, "service"), tasks));
  DAVIT_CO_TRY(auto const view, co_await look());
  co_return to_json(view);
}

}  // namespace davit::app
