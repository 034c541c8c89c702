// Service-level objectives.
#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "sandbox/dynatrace/paging.h"
#include "sandbox/dynatrace/selector.h"
#include "sandbox/dynatrace/timeframe.h"

namespace davit::sandbox::dynatrace {
namespace {

using enum http::Method;

std::string status_of(const Slo& slo) {
  if (slo.value < slo.target) return "FAILURE";
  return slo.value < slo.warning ? "WARNING" : "SUCCESS";
}

// How many problems of its entity are open, and how many there ever were.
std::pair<int, int> related_problems(const Store& store, const Slo& slo) {
  std::pair<int, int> counts{0, 0};
  for (auto const& problem : store.problems) {
    if (std::ranges::find(problem.affected, slo.entity) == problem.affected.end()) continue;
    ++counts.second;
    if (!problem.end) ++counts.first;
  }
  return counts;
}

// Without evaluation the numbers are -1 and the status is SUCCESS: what the vendor sends.
json::Object show_slo(const Store& store, const Slo& slo, bool is_evaluated) {
  auto const metric = fmt::format("func:slo.{}", to_lower(slo.id.substr(0, 8)));
  auto const [open, total] = related_problems(store, slo);
  json::Object burn{
      {"burnRateVisualizationEnabled", true},
      {"fastBurnThreshold", 10.0},
      {"burnRateType", nullptr},
      {"burnRateValue", nullptr},
  };
  if (is_evaluated) {
    burn["burnRateType"] = slo.burn_rate >= 10 ? "FAST" : slo.burn_rate > 1 ? "SLOW" : "NONE";
    burn["burnRateValue"] = slo.burn_rate;
    burn["sloValue"] = slo.value;
    burn["estimatedTimeToConsumeErrorBudget"] = slo.burn_rate > 1 ? 14.2 : 720.0;
  }
  return {
      {"id", slo.id},
      {"enabled", slo.is_enabled},
      {"name", slo.name},
      {"description", slo.description},
      {"evaluatedPercentage", is_evaluated ? slo.value : -1.0},
      {"errorBudget", is_evaluated ? slo.value - slo.target : -1.0},
      {"status", is_evaluated ? status_of(slo) : "SUCCESS"},
      {"error", is_evaluated ? "NONE" : "EVALUATION_NOT_TRIGGERED"},
      {"useRateMetric", true},
      {"metricExpression", slo.expression},
      {"metricRate", ""},
      {"metricNumerator", ""},
      {"metricDenominator", ""},
      {"numeratorValue", 0.0},
      {"denominatorValue", 0.0},
      {"metricKey", metric},
      {"errorBudgetMetricKey", metric + ".errorBudget"},
      {"normalizedErrorBudgetMetricKey", metric + ".normalizedErrorBudget"},
      {"burnRateMetricKey", metric + ".burnRate"},
      {"errorBudgetBurnRate", std::move(burn)},
      {"target", slo.target},
      {"warning", slo.warning},
      {"evaluationType", "AGGREGATE"},
      {"timeframe", "-1w"},
      {"filter", slo.filter},
      {"relatedOpenProblems", is_evaluated ? open : -1},
      {"relatedTotalProblems", is_evaluated ? total : -1},
      {"problemFilters", json::Array{}},
  };
}

bool matches(const Store& store, const Slo& slo, const Selector& all) {
  return std::ranges::all_of(all, [&](const Criterion& one) {
    if (one.name == "id") return one.has(slo.id);
    if (one.name == "name") return one.has(slo.name);
    if (one.name == "text") {
      return contains_similar(slo.name, one.value()) ||
             contains_similar(slo.description, one.value());
    }
    auto const open = related_problems(store, slo).first;
    if (one.name == "healthState") return one.has(open == 0 ? "HEALTHY" : "UNHEALTHY");
    if (one.name == "problemDisplayName") {
      return std::ranges::any_of(store.problems, [&](const Problem& problem) {
        return one.has(problem.display_id) &&
               std::ranges::find(problem.affected, slo.entity) != problem.affected.end();
      });
    }
    return false;
  });
}

http::Response list_slos(World& world, Call& call) {
  if (auto refused = turn_page(call)) return *std::move(refused);
  auto const is_evaluated = call.flag("evaluate");
  DAVIT_TRY(
      auto const selector,
      parse_selector(
          call.text("sloSelector").value_or(""),
          "sloSelector",
          {"id",
           "name",
           "text",
           "healthState",
           "problemDisplayName",
           "managementZone",
           "managementZoneID"}
      )
  );
  auto const enabled = call.text("enabledSlos").value_or("true");
  std::vector<const Slo*> rows;
  for (auto const& slo : world.store.slos) {
    if (enabled != "all" && slo.is_enabled != (enabled == "true")) continue;
    if (matches(world.store, slo, selector)) rows.push_back(&slo);
  }
  std::ranges::sort(rows, {}, [](auto const* one) { return one->name; });
  if (call.text("sort").value_or("name") == "-name") std::ranges::reverse(rows);
  PageRule const rule{
      .name = "slo", .size = is_evaluated ? 25 : 10, .max_size = is_evaluated ? 25 : 10'000
  };
  return paged_rows(call, rule, rows, [&](const Slo& slo) {
    return show_slo(world.store, slo, is_evaluated);
  });
}

// One alone is always evaluated.
http::Response get_slo(World& world, Call& call) {
  auto const found = std::ranges::find(world.store.slos, call.arg("id"), &Slo::id);
  if (found == world.store.slos.end()) {
    return error(404, fmt::format("SLO with ID {} not found", call.arg("id")));
  }
  auto const frame = call.text("timeFrame").value_or("CURRENT");
  if (frame != "CURRENT" && frame != "GTF") {
    return violation("timeFrame", "must be one of: CURRENT, GTF");
  }
  if (frame == "GTF") {
    DAVIT_TRY([[maybe_unused]] auto const timeframe, read_timeframe(call, "now-2w"));
  }
  return json_answer(show_slo(world.store, *found, true));
}

constexpr Row kRoutes[] = {
    {get, "/slo", list_slos},
    {get, "/slo/:id", get_slo},
};

}  // namespace

std::span<const Row> slo_routes() { return kRoutes; }

}  // namespace davit::sandbox::dynatrace
