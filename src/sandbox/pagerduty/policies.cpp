// Escalation policies, and who is on call through them.
#include <algorithm>
#include <set>
#include <tuple>

#include "sandbox/pagerduty/answers.h"
#include "sandbox/pagerduty/entities.h"
#include "sandbox/pagerduty/oncall.h"
#include "sandbox/sorted.h"

namespace davit::sandbox::pagerduty {
namespace {

using enum http::Method;

constexpr std::chrono::days kLongestRange{90};

bool has_user(const Policy& policy, const std::vector<std::string>& users) {
  return users.empty() || std::ranges::any_of(policy.rules, [&](auto const& rule) {
           return is_among(users, rule.user);
         });
}

http::Response list(World& world, Call& call) {
  std::vector<const Policy*> rows;
  for (auto const& policy : world.store.policies) {
    if (!matches_query(call, policy.name) || !has_user(policy, call.list("user_ids[]"))) continue;
    if (fits(call.list("team_ids[]"), policy.team)) rows.push_back(&policy);
  }
  return paged(call, "escalation_policies", rows, [&](auto const& row) {
    return show_policy(world, row);
  });
}

http::Response one(World& world, Call& call) {
  auto const* policy = find(world.store.policies, call.arg("id"));
  if (policy == nullptr) return not_found();
  return json_answer(json::Object{{"escalation_policy", show_policy(world, *policy)}});
}

struct OnCall {
  const Policy* policy = nullptr;
  int level = 0;
  std::string schedule;
  Shift shift;
  bool is_permanent = false;
};

std::vector<OnCall> all_on_call(const Store& store, Time since, Time until) {
  std::vector<OnCall> all;
  for (auto const& policy : store.policies) {
    int level = 0;
    for (auto const& rule : policy.rules) {
      ++level;
      if (!rule.user.empty()) {
        all.push_back({&policy, level, "", {since, until, rule.user}, true});
        continue;
      }
      for (auto& shift : final_shifts(*find(store.schedules, rule.schedule), since, until)) {
        all.push_back({&policy, level, rule.schedule, std::move(shift)});
      }
    }
  }
  return all;
}

void keep_earliest(std::vector<OnCall>& all) {
  std::set<std::tuple<std::string, int, std::string>> seen;
  sort_keeping_order(all, {}, [](auto const& one) { return one.shift.start; });
  std::erase_if(all, [&](auto const& one) {
    return !seen.emplace(one.policy->id, one.level, one.shift.user).second;
  });
}

json::Object show_on_call(const World& world, const OnCall& one) {
  json::Object shown{
      {"escalation_policy", reference(world, "escalation_policy", one.policy->id)},
      {"escalation_level", one.level},
      {"schedule", reference(world, "schedule", one.schedule)},
      {"user", reference(world, "user", one.shift.user)},
      {"start", nullptr},
      {"end", nullptr}
  };
  // Null for ever: a user who is a target herself.
  if (!one.is_permanent) {
    shown["start"] = stamp(one.shift.start);
    shown["end"] = stamp(one.shift.end);
  }
  return shown;
}

http::Response list_on_calls(World& world, Call& call) {
  DAVIT_TRY(auto const since, time_param(call, "since"));
  DAVIT_TRY(auto const until, time_param(call, "until"));
  auto const from = since.value_or(call.now);
  auto const to = until.value_or(std::max(call.now, from));
  if (from > to) return invalid("until must be after since");
  if (to - from > kLongestRange) return invalid("Time range must be 90 days or less");
  auto all = all_on_call(world.store, from, to);
  auto schedules = call.list("schedule_ids[]");
  std::ranges::replace(schedules, std::string("null"), std::string());
  std::erase_if(all, [&](auto const& one) {
    return !fits(call.list("user_ids[]"), one.shift.user) || !fits(schedules, one.schedule) ||
           !fits(call.list("escalation_policy_ids[]"), one.policy->id);
  });
  if (call.flag("earliest")) keep_earliest(all);
  std::vector<const OnCall*> rows;
  for (auto const& row : all) rows.push_back(&row);
  return paged(call, "oncalls", rows, [&](auto const& row) { return show_on_call(world, row); });
}

constexpr Route<World> kPolicyRoutes[] = {
    {get, "/escalation_policies", list},
    {get, "/escalation_policies/:id", one},
};
constexpr Route<World> kOnCallRoutes[] = {
    {get, "/oncalls", list_on_calls},
};

}  // namespace

Routes policy_routes() { return kPolicyRoutes; }
Routes oncall_routes() { return kOnCallRoutes; }

}  // namespace davit::sandbox::pagerduty
