// Vulnerabilities, which the API calls security problems.
#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "base/strings.h"
#include "sandbox/dynatrace/paging.h"
#include "sandbox/dynatrace/selector.h"
#include "sandbox/dynatrace/timeframe.h"
#include "sandbox/sorted.h"

namespace davit::sandbox::dynatrace {
namespace {

using enum http::Method;

json::Object show_risk(const Vulnerability& one) {
  return {
      {"riskLevel", one.level},
      {"riskScore", one.score},
      {"riskVector", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:N"},
      {"baseRiskLevel", one.level},
      {"baseRiskScore", one.score},
      {"baseRiskVector", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:N"},
      {"exposure", one.is_exposed ? "PUBLIC_NETWORK" : "NOT_DETECTED"},
      {"dataAssets", "REACHABLE"},
      {"publicExploit", one.has_exploit ? "AVAILABLE" : "NOT_AVAILABLE"},
      {"vulnerableFunctionUsage", one.is_exposed ? "IN_USE" : "NOT_IN_USE"},
      {"assessmentAccuracy", "FULL"},
  };
}

json::Object show_counts(const Vulnerability& one) {
  auto const affected = one.affected.size();
  return {
      {"affectedProcessGroups", affected},
      {"affectedProcessGroupInstances", 3 * affected},
      {"affectedNodes", 0},
      {"exposedProcessGroups", one.is_exposed ? affected : 0},
      {"vulnerableComponents", 1},
      {"relatedHosts", 3 * affected},
      {"reachableDataAssets", 1},
  };
}

json::Object show(const World& world, const Call& call, const Vulnerability& one, bool is_whole) {
  auto const wants = [&](std::string_view name) { return is_whole || wants_field(call, name); };
  json::Object out{
      {"securityProblemId", one.id},
      {"displayId", one.display_id},
      {"title", one.title},
      {"cveIds", json::Array{json::Value(one.cve)}},
      {"externalVulnerabilityId", "SNYK-" + one.display_id.substr(2)},
      {"vulnerabilityType", "THIRD_PARTY"},
      {"technology", one.technology},
      {"packageName", one.package},
      {"status", one.status},
      {"muted", one.is_muted},
      {"firstSeenTimestamp", to_millis(one.first_seen)},
      {"lastUpdatedTimestamp", to_millis(one.first_seen + std::chrono::hours(30))},
      {"lastOpenedTimestamp", to_millis(one.first_seen)},
      {"url",
       fmt::format(
           "{}/ui/apps/dynatrace.classic.vulnerabilities/#securityProblems/{}",
           world.addresses.dynatrace,
           one.id
       )},
  };
  if (wants("riskAssessment")) out["riskAssessment"] = show_risk(one);
  if (wants("globalCounts")) out["globalCounts"] = show_counts(one);
  if (wants("managementZones")) out["managementZones"] = show_zones(story::kTeam);
  return out;
}

json::Object show_component(const Vulnerability& one) {
  json::Array affected;
  for (auto const& entity : one.affected) affected.push_back(json::Value(entity));
  return {
      {"id", entity_id("SOFTWARE_COMPONENT", one.package)},
      {"displayName", one.package},
      {"shortName", one.package.substr(0, one.package.find(':'))},
      {"fileName", one.package},
      {"numberOfAffectedEntities", one.affected.size()},
      {"affectedEntities", std::move(affected)},
  };
}

bool has_risk(const Vulnerability& one, const Criterion& wanted) {
  return (wanted.has_similar("EXPOSED") && one.is_exposed) ||
         (wanted.has_similar("EXPLOIT") && one.has_exploit) ||
         (wanted.has_similar("VULNERABLE_FUNCTION_IN_USE") && one.is_exposed);
}

double number_of(const Criterion& one) { return std::strtod(one.value().c_str(), nullptr); }

struct Test {
  std::string_view name;
  bool (*holds)(const Vulnerability& one, const Criterion& wanted);
};

bool has_process_group(const Vulnerability& one, const Criterion& wanted) {
  return std::ranges::any_of(one.affected, [&](auto const& id) { return wanted.has(id); });
}

bool has_process_group_named(
    const Store& store, const Vulnerability& one, const Criterion& wanted
) {
  return std::ranges::any_of(one.affected, [&](auto const& id) {
    return wanted.has_similar(store.entity_name(id));
  });
}

constexpr Test kTests[] = {
    {"status", [](auto& v, auto& one) { return one.has_similar(v.status); }},
    {"muted", [](auto& v, auto& one) { return one.has_similar(v.is_muted ? "true" : "false"); }},
    {"riskLevel", [](auto& v, auto& one) { return one.has_similar(v.level); }},
    {"minRiskScore", [](auto& v, auto& one) { return v.score >= number_of(one); }},
    {"maxRiskScore", [](auto& v, auto& one) { return v.score < number_of(one); }},
    {"baseRiskLevel", [](auto& v, auto& one) { return one.has_similar(v.level); }},
    {"cveId", [](auto& v, auto& one) { return one.has_similar(v.cve); }},
    {"riskAssessment", [](auto& v, auto& one) { return has_risk(v, one); }},
    {"technology", [](auto& v, auto& one) { return one.has_similar(v.technology); }},
    {"displayId", [](auto& v, auto& one) { return one.has_similar(v.display_id); }},
    {"securityProblemId", [](auto& v, auto& one) { return one.has(v.id); }},
    {"packageName", [](auto& v, auto& one) { return one.has_similar(v.package); }},
    {"vulnerabilityType", [](auto&, auto& one) { return one.has_similar("THIRD_PARTY"); }},
    {"affectedPgIds", [](auto& v, auto& one) { return has_process_group(v, one); }},
    {"affectedPgNames", nullptr},  // needs the store
    {"managementZones", [](auto&, auto& one) { return one.has(story::kTeam); }},
};

const Test* find_test(const Criterion& one) {
  auto const* test = std::ranges::find(kTests, std::string_view(one.name), &Test::name);
  return test == std::end(kTests) ? nullptr : test;
}

http::Response list_problems(World& world, Call& call) {
  if (auto refused = turn_page(call)) return *std::move(refused);
  DAVIT_TRY(
      auto const selector,
      parse_selector(call.text("securityProblemSelector").value_or(""), "securityProblemSelector")
  );
  for (auto const& one : selector) {
    if (find_test(one) == nullptr || one.values.empty()) {
      return violation("securityProblemSelector", fmt::format("Unknown criterion '{}'", one.name));
    }
  }
  DAVIT_TRY([[maybe_unused]] auto const timeframe, read_timeframe(call, "now-2h"));
  std::vector<const Vulnerability*> rows;
  for (auto const& problem : world.store.vulnerabilities) {
    auto const fits = std::ranges::all_of(selector, [&](auto const& one) {
      auto const* test = find_test(one);
      if (test->holds == nullptr) return has_process_group_named(world.store, problem, one);
      return test->holds(problem, one);
    });
    if (fits) rows.push_back(&problem);
  }
  auto const by = call.text("sort").value_or("");
  if (by.ends_with("riskAssessment.riskScore")) {
    sort_keeping_order(rows, [&](auto const* a, auto const* b) {
      return by.starts_with('-') ? a->score > b->score : a->score < b->score;
    });
  }
  return paged_rows(
      call,
      {.name = "securityProblems", .size = 100},
      rows,
      [&](const Vulnerability& one) { return show(world, call, one, false); }
  );
}

const Vulnerability* find(const World& world, const Call& call) {
  auto const& all = world.store.vulnerabilities;
  auto const found = std::ranges::find(all, call.arg("id"), &Vulnerability::id);
  return found == all.end() ? nullptr : &*found;
}

http::Response not_found(const Call& call) {
  return error(404, fmt::format("Security problem with ID {} not found", call.arg("id")));
}

http::Response get_problem(World& world, Call& call) {
  auto const* one = find(world, call);
  if (one == nullptr) return not_found(call);
  auto out = show(world, call, *one, true);
  json::Array affected;
  for (auto const& entity : one->affected) affected.push_back(json::Value(entity));
  out["description"] = one->description;
  out["affectedEntities"] = affected;
  out["exposedEntities"] = one->is_exposed ? affected : json::Array{};
  out["vulnerableComponents"] = json::Array{show_component(*one)};
  return json_answer(out);
}

http::Response list_items(World& world, Call& call) {
  auto const* one = find(world, call);
  if (one == nullptr) return not_found(call);
  json::Array items;
  for (auto const& entity : one->affected) {
    items.push_back(json::Object{
        {"id", entity},
        {"name", world.store.entity_name(entity)},
        {"entityIds", json::Array{json::Value(entity)}},
        {"vulnerabilityState", one->status == "OPEN" ? "VULNERABLE" : "RESOLVED"},
        {"firstAffectedTimestamp", to_millis(one->first_seen)},
        {"assessment",
         json::Object{
             {"exposure", one->is_exposed ? "PUBLIC_NETWORK" : "NOT_DETECTED"},
             {"dataAssets", "REACHABLE"},
             {"numberOfDataAssets", 1},
             {"vulnerableFunctionUsage", one->is_exposed ? "IN_USE" : "NOT_IN_USE"},
         }},
        {"muteState", json::Object{{"muted", one->is_muted}, {"reason", "INITIAL_STATE"}}},
        {"remediationProgress",
         json::Object{
             {"affectedEntities", json::Array{json::Value(entity)}},
             {"unaffectedEntities", json::Array{}},
         }},
        {"vulnerableComponents", json::Array{show_component(*one)}},
    });
  }
  return json_answer(json::Object{{"remediationItems", std::move(items)}});
}

constexpr Row kRoutes[] = {
    {get, "/securityProblems", list_problems},
    {get, "/securityProblems/:id", get_problem},
    {get, "/securityProblems/:id/remediationItems", list_items},
};

}  // namespace

std::span<const Row> security_routes() { return kRoutes; }

}  // namespace davit::sandbox::dynatrace
