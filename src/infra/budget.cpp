#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "infra/concerns.h"

namespace davit::infra {
namespace {

using json::Array;
using json::Object;

// Where CloudFormation does not know the type, though budgets belong to no region (its resource
// specification as of cfn-lint 1.58.0).
constexpr auto kRegionsWithout = std::to_array<std::string_view>(
    {"af-south-1",     "ap-east-1",      "ap-east-2",      "ap-northeast-3", "ap-south-2",
     "ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7",
     "ca-west-1",      "eu-central-2",   "eu-north-1",     "eu-south-1",     "eu-south-2",
     "il-central-1",   "me-central-1",   "mx-central-1",   "us-gov-east-1",  "us-gov-west-1"}
);

struct Threshold {
  std::string_view of;  // what has been spent, or what will have been at the end of the month
  int percent;
};
constexpr Threshold kThresholds[] = {{"ACTUAL", 80}, {"FORECASTED", 100}};

Array subscribers(const Manifest& manifest, const Value& topic) {
  Array list;
  auto const& own = manifest.budget.email;
  for (auto const& address : own.empty() ? manifest.alerts.email : own) {
    list.push_back(Object{{"SubscriptionType", "EMAIL"}, {"Address", address}});
  }
  if (list.empty() && !topic.is_null()) {
    list.push_back(Object{{"SubscriptionType", "SNS"}, {"Address", topic}});
  }
  return list;
}

Array notifications(const Array& subscribers) {
  Array list;
  for (auto const& [of, percent] : kThresholds) {
    Object const when{
        {"NotificationType", of},
        {"ComparisonOperator", "GREATER_THAN"},
        {"Threshold", percent},
        {"ThresholdType", "PERCENTAGE"}
    };
    list.push_back(Object{{"Notification", when}, {"Subscribers", subscribers}});
  }
  return list;
}

}  // namespace

void add_budget(const Manifest& manifest, Parts& parts, Stack& stack) {
  if (!manifest.budget.monthly) return;
  if (std::ranges::find(kRegionsWithout, manifest.region) != kRegionsWithout.end()) {
    stack.add_note(fmt::format(
        "CloudFormation cannot make a budget in {}: make that of {} USD by hand in Billing.",
        manifest.region,
        *manifest.budget.monthly
    ));
    return;
  }
  // Values of one filter are alternatives ("Creating a budget", AWS Cost Management user guide), so
  // that the environment cannot be asked for beside the application: its other environments in the
  // same account count as well.
  Object const budget{
      {"BudgetName", manifest.stack_name() + "-monthly"},
      {"BudgetType", "COST"},
      {"TimeUnit", "MONTHLY"},
      {"BudgetLimit", Object{{"Amount", *manifest.budget.monthly}, {"Unit", "USD"}}},
      {"CostFilters", Object{{"TagKeyValue", Array{Value("user:Application$" + manifest.name)}}}}
  };
  stack.add(
      Layer::watch,
      "MonthlyBudget",
      "AWS::Budgets::Budget",
      {{"Budget", budget},
       {"NotificationsWithSubscribers", notifications(subscribers(manifest, parts.watch.topic))}}
  );
  stack.add_note(
      "The budget counts what has the tag Application. Activate the cost allocation tags "
      "Application, Environment and Server once in Billing; they count from a day later on, and "
      "the budget takes in every environment of this account."
  );
}

}  // namespace davit::infra
