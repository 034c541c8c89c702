#include <cmath>
#include <string>
#include <vector>

#include "connector/invocation.h"
#include "connectors/dynatrace/escape.h"
#include "connectors/dynatrace/tables.h"

namespace davit::connectors::dynatrace {
namespace {

constexpr std::int64_t kMostEvaluated = 25;

Async<ApiRequest> make_slo_list(Invocation call) {
  std::vector<std::string> const criteria{
      criterion("text", call.text("text")),
      criterion("healthState", call.text("health")),
      std::string(call.text("slo_selector")),
  };
  auto& arguments = call.arguments();
  if (auto const selector = all_of(criteria); !selector.empty()) {
    arguments["slo_selector"] = selector;
  }
  // Dynatrace refuses more when it has to evaluate each.
  if (call.text("evaluate") == "true" && call.integer("limit") > kMostEvaluated) {
    arguments["limit"] = kMostEvaluated;
  }
  co_return build_request(call.tool(), arguments);
}

// What was not evaluated comes as -1 with a status that means nothing.
void tidy(json::Object& slo) {
  auto const* value = slo.if_contains("value");
  if (value != nullptr && value->is_number() && value->to_number<double>() == -1) {
    for (auto const name : {"status", "value", "error_budget", "open_problems"}) {
      slo.stable_erase(name);
    }
  }
  for (auto const name : {"value", "error_budget"}) {
    auto* number = slo.if_contains(name);
    if (number == nullptr || !number->is_double()) continue;
    *number = std::round(number->get_double() * 1000) / 1000;
  }
  auto const* error = slo.if_contains("error");
  if (error != nullptr && *error == "NONE") slo.stable_erase("error");
}

void tidy_list(const json::Object& /*arguments*/, json::Object& answer) {
  for (auto& item : answer["items"].get_array()) tidy(item.get_object());
}

void tidy_one(const json::Object& /*arguments*/, json::Object& answer) { tidy(answer); }

constexpr Tool kTools[] = {
    {
        .name = "dynatrace_list_slos",
        .title = "List SLOs",
        .description = "Service-level objectives with their state and error budget.",
        .toolset = "slo",
        .call = {.path = "v2:/slo"},
        .params =
            {
                {.name = "text", .description = "In name or description.", .in = In::none},
                {.name = "health",
                 .description = "UNHEALTHY has open problems.",
                 .in = In::none,
                 .choices = "HEALTHY|UNHEALTHY"},
                {.name = "slo_selector",
                 .description = "As managementZone(\"prod\").",
                 .wire = "sloSelector"},
                {.name = "evaluate",
                 .description = "Without it no values, and faster.",
                 .choices = "true|false",
                 .fallback = "true"},
                {.name = "from",
                 .description = "ISO 8601, or 24h, 7d ago.",
                 .kind = Kind::timestamp,
                 .fallback = "7d"},
                {.name = "limit",
                 .description = "At most 25 when evaluating.",
                 .kind = Kind::integer,
                 .fallback = "20",
                 .min = 1,
                 .max = 200,
                 .wire = "pageSize"},
                kCursor,
            },
        .paging = kNextPageKey,
        .root = "slo",
        .keep = "id name~150 status value=evaluatedPercentage target warning "
                "error_budget=errorBudget burn_rate=errorBudgetBurnRate.burnRateValue "
                "open_problems=relatedOpenProblems? timeframe",
        .timeout_s = 45,
        .source = "https://docs.dynatrace.com/docs/discover-dynatrace/references/dynatrace-api/"
                  "environment-api/service-level-objectives-classic/get-all",
        .make = make_slo_list,
        .finish = tidy_list,
    },
    {
        .name = "dynatrace_get_slo",
        .title = "Get SLO",
        .description = "A service-level objective with its expression and state.",
        .toolset = "slo",
        .call = {.path = "v2:/slo/{slo}"},
        .params =
            {
                {.name = "slo", .description = "Id.", .in = In::path, .required = true},
                {.name = "time_frame",
                 .description = "GTF takes from and to.",
                 .choices = "CURRENT|GTF",
                 .fallback = "CURRENT",
                 .wire = "timeFrame"},
                {.name = "from", .description = "ISO 8601, or 24h, 7d ago.", .kind = Kind::timestamp
                },
                kTo,
            },
        .keep = "id name~150 description~500 enabled status value=evaluatedPercentage target "
                "warning error_budget=errorBudget "
                "burn_rate=errorBudgetBurnRate{type=burnRateType value=burnRateValue "
                "fast_threshold=fastBurnThreshold hours_left=estimatedTimeToConsumeErrorBudget} "
                "open_problems=relatedOpenProblems? timeframe expression=metricExpression "
                "filter error~300",
        .timeout_s = 45,
        .source = "https://docs.dynatrace.com/docs/discover-dynatrace/references/dynatrace-api/"
                  "environment-api/service-level-objectives-classic/get-single",
        .finish = tidy_one,
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> slo_tools = kTools;

}  // namespace davit::connectors::dynatrace
