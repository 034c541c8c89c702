// rollout::State as JSON. Every member is there in every text, so that a text which lacks one is
// none of ours.
#include <algorithm>
#include <array>
#include <limits>

#include <fmt/format.h>

#include "base/strings.h"
#include "release/journal.h"
#include "release/time_text.h"

namespace davit::release {
namespace {

using rollout::milliseconds;
using rollout::Plan;
using rollout::State;
using rollout::Step;

// Longer than any release, and far from what could overflow when times are added.
constexpr std::int64_t kLongestMs = std::int64_t{366} * 24 * 3'600'000;
// rollout::check takes 100.
constexpr std::size_t kMostSteps = 1'000;
constexpr std::size_t kMostRemarks = 10'000;

struct PlanTime {
  std::string_view key;
  milliseconds Plan::* member;
};
constexpr std::array kPlanTimes{
    PlanTime{"start_limit_ms", &Plan::start_limit},
    PlanTime{"gate_limit_ms", &Plan::gate_limit},
    PlanTime{"shift_limit_ms", &Plan::shift_limit},
    PlanTime{"retire_limit_ms", &Plan::retire_limit},
    PlanTime{"pause_limit_ms", &Plan::pause_limit},
};

struct StepPercent {
  std::string_view key;
  int Step::* member;
};
constexpr std::array kStepPercents{
    StepPercent{"green_runs", &Step::green_runs},
    StepPercent{"green_weight", &Step::green_weight},
    StepPercent{"blue_runs", &Step::blue_runs},
};

// to_string of rollout has no way back for these.
constexpr std::array kActs{
    rollout::Act::start, rollout::Act::gate, rollout::Act::shift, rollout::Act::trim
};

json::Object to_object(const Step& step) {
  json::Object out;
  for (auto const& [key, member] : kStepPercents) out[key] = step.*member;
  out["bake_ms"] = step.bake.count();
  return out;
}

json::Object to_object(const Plan& plan) {
  json::Object out;
  out["release"] = plan.release;
  out["previous"] = plan.previous;
  json::Array steps;
  for (auto const& step : plan.steps) steps.push_back(to_object(step));
  out["steps"] = std::move(steps);
  out["pauses"] = plan.pauses;
  for (auto const& [key, member] : kPlanTimes) out[key] = (plan.*member).count();
  return out;
}

json::Object to_object(const rollout::Action& action) {
  json::Object out;
  out["number"] = static_cast<std::int64_t>(action.number);
  out["act"] = rollout::to_string(action.act);
  out["release"] = action.release;
  out["percent"] = action.percent;
  return out;
}

// Takes members out of an object, and remembers the first that was not as it has to be.
class Reader {
 public:
  explicit Reader(const json::Object& object, std::string& wrong)
      : object_(object), wrong_(wrong) {}

  std::string text(std::string_view key) {
    auto const* value = object_.if_contains(key);
    if (value == nullptr || !value->is_string()) return complain(key), "";
    return std::string(json::view(value->get_string()));
  }
  bool flag(std::string_view key) {
    auto const* value = object_.if_contains(key);
    if (value == nullptr || !value->is_bool()) return complain(key), false;
    return value->get_bool();
  }
  template <class Number = int>
  Number number(std::string_view key, std::int64_t most) {
    auto const value = json::find_int(object_, key);
    if (!value || *value < 0 || *value > most) return complain(key), Number{};
    return static_cast<Number>(*value);
  }
  milliseconds span(std::string_view key) {
    return milliseconds(number<std::int64_t>(key, kLongestMs));
  }
  rollout::Time time(std::string_view key) {
    auto const read = parse_time(text(key));
    return read ? *read : (complain(key), rollout::Time{});
  }
  bool has(std::string_view key) {
    auto const* value = object_.if_contains(key);
    if (value == nullptr) complain(key);
    return value != nullptr && !value->is_null();
  }
  const json::Object& object(std::string_view key) {
    auto const* value = object_.if_contains(key);
    if (value == nullptr || !value->is_object()) return complain(key), no_object_;
    return value->get_object();
  }
  const json::Array& array(std::string_view key, std::size_t most) {
    auto const* value = object_.if_contains(key);
    if (value == nullptr || !value->is_array() || value->get_array().size() > most)
      return complain(key), no_array_;
    return value->get_array();
  }
  void complain(std::string_view key) {
    if (wrong_.empty()) wrong_ = key;
  }

 private:
  const json::Object& object_;
  std::string& wrong_;
  json::Object no_object_;
  json::Array no_array_;
};

Step read_step(const json::Value& value, std::string& wrong) {
  Step step;
  if (!value.is_object()) {
    if (wrong.empty()) wrong = "steps";
    return step;
  }
  Reader in(value.get_object(), wrong);
  for (auto const& [key, member] : kStepPercents) step.*member = in.number(key, 100);
  step.bake = in.span("bake_ms");
  return step;
}

Plan read_plan(const json::Object& object, std::string& wrong) {
  Reader in(object, wrong);
  Plan plan;
  plan.release = in.text("release");
  plan.previous = in.text("previous");
  for (auto const& step : in.array("steps", kMostSteps))
    plan.steps.push_back(read_step(step, wrong));
  plan.pauses = in.flag("pauses");
  for (auto const& [key, member] : kPlanTimes) plan.*member = in.span(key);
  return plan;
}

rollout::Action read_action(const json::Object& object, std::string& wrong) {
  Reader in(object, wrong);
  rollout::Action action;
  action.number = in.number<std::uint64_t>("number", std::numeric_limits<std::int64_t>::max());
  auto const* const act = std::ranges::find(kActs, in.text("act"), [](rollout::Act one) {
    return rollout::to_string(one);
  });
  if (act == kActs.end()) {
    in.complain("act");
  } else {
    action.act = *act;
  }
  action.release = in.text("release");
  action.percent = in.number("percent", 100);
  return action;
}

}  // namespace

json::Object to_json(const State& state) {
  json::Object out;
  out["stage"] = rollout::to_string(state.stage);
  out["step"] = static_cast<std::int64_t>(state.step);
  out["weight"] = state.weight;
  out["blue_runs"] = state.blue_runs;
  out["was_shifted"] = state.was_shifted;
  out["under_way"] = state.under_way ? json::Value(to_object(*state.under_way)) : json::Value();
  out["actions"] = static_cast<std::int64_t>(state.actions);
  out["tries"] = state.tries;
  out["since"] = to_text(state.since);
  out["deadline"] = state.deadline ? json::Value(to_text(*state.deadline)) : json::Value();
  out["reason"] = to_utf8(state.reason);
  json::Array remarks;
  for (auto const& remark : state.remarks) remarks.emplace_back(to_utf8(remark));
  out["remarks"] = std::move(remarks);
  out["plan"] = to_object(state.plan);
  return out;
}

Result<State> state_from_json(const json::Value& value) {
  if (!value.is_object()) return Error(ErrorKind::invalid_input, "a state is an object");
  std::string wrong;
  Reader in(value.get_object(), wrong);
  State state;
  if (auto const stage = rollout::parse_stage(in.text("stage"))) {
    state.stage = *stage;
  } else {
    in.complain("stage");
  }
  state.step = in.number<std::size_t>("step", kMostSteps);
  state.weight = in.number("weight", 100);
  state.blue_runs = in.number("blue_runs", 100);
  state.was_shifted = in.flag("was_shifted");
  if (in.has("under_way")) state.under_way = read_action(in.object("under_way"), wrong);
  state.actions = in.number<std::uint64_t>("actions", std::numeric_limits<std::int64_t>::max());
  state.tries = in.number("tries", std::numeric_limits<int>::max());
  state.since = in.time("since");
  if (in.has("deadline")) state.deadline = in.time("deadline");
  state.reason = in.text("reason");
  for (auto const& remark : in.array("remarks", kMostRemarks)) {
    if (!remark.is_string()) in.complain("remarks");
    if (remark.is_string()) state.remarks.emplace_back(json::view(remark.get_string()));
  }
  state.plan = read_plan(in.object("plan"), wrong);
  if (!wrong.empty()) {
    return Error(
        ErrorKind::invalid_input, fmt::format("'{}' is missing or is not what it can be", wrong)
    );
  }
  if (auto const problem = rollout::check(state); !problem.empty())
    return Error(ErrorKind::invalid_input, "the state makes no sense: " + problem);
  return state;
}

}  // namespace davit::release
