#include "cost/estimate.h"

#include <fmt/format.h>

#include "cost/advice.h"
#include "cost/fargate.h"
#include "cost/ledger.h"
#include "cost/pieces.h"
#include "cost/prices.h"

namespace davit::cost {
namespace {

std::string kilobytes(std::int64_t bytes) { return to_text(ratio(bytes, 1000)) + " kB"; }

void assume_prices(const Estimate& estimate, std::string_view region, auto& assumptions) {
  if (!estimate.is_region_known) {
    assumptions.push_back(fmt::format(
        "The prices are those of {}: those of {} are not known here and are often higher.",
        kPricesRegion,
        region
    ));
  }
  assumptions.push_back(fmt::format(
      "Prices before taxes, discounts and free tiers, as of {} or earlier.", prices_date()
  ));
  assumptions.push_back(fmt::format("A month has {} hours.", kMonthHours));
}

void assume_use(const manifest::Manifest& manifest, const Usage& usage, auto& assumptions) {
  assumptions.push_back(fmt::format(
      "{} calls a month of {} ms, with answers of {}.",
      usage.calls,
      usage.call_time.count(),
      kilobytes(usage.response_bytes)
  ));
  assumptions.push_back(fmt::format(
      "A call exchanges {} with the service behind the server and writes {} of logs.",
      kilobytes(usage.upstream_bytes),
      kilobytes(usage.log_bytes)
  ));
  if (manifest.on_ecs()) {
    assumptions.push_back(fmt::format(
        "{} event streams are open on the average; each call is a new connection.",
        usage.open_streams
    ));
  }
  if (manifest.on_ecs() && manifest.on_lambda()) {
    assumptions.push_back(
        fmt::format("{} per cent of the calls go to Lambda.", usage.lambda_percent)
    );
  }
  assumptions.push_back(fmt::format(
      "{} GB in each bucket and file system; images of {} MB.",
      to_text(ratio(usage.stored_bytes, 1'000'000'000)),
      to_text(ratio(usage.image_bytes, 1'000'000))
  ));
}

void assume_tasks(const manifest::Manifest& manifest, auto& assumptions) {
  if (!manifest.on_ecs()) return;
  assumptions.emplace_back("The low amount is that of the fewest tasks, the high that of the most."
  );
  if (manifest.service.capacity != manifest::Capacity::fargate) {
    assumptions.push_back(fmt::format(
        "Spot costs {} to {} per cent less than Fargate; its price moves.",
        100 - kSpotHighPercent,
        100 - kSpotLowPercent
    ));
  }
  if (!manifest.scaling.weekdays.empty() || !manifest.scaling.weekends.empty()) {
    assumptions.push_back(fmt::format(
        "Tasks run {} hours a week.", to_text(ratio(week_minutes(manifest.scaling), 60))
    ));
  }
}

std::vector<std::string> assumptions_of(
    const Estimate& estimate, const manifest::Manifest& manifest, const Usage& usage
) {
  std::vector<std::string> assumptions;
  assume_prices(estimate, manifest.region, assumptions);
  assume_use(manifest, usage, assumptions);
  assume_tasks(manifest, assumptions);
  assumptions.emplace_back(
      "Left out, since they are little: calls of Secrets Manager, KMS and S3, data between zones "
      "and through endpoints, queries of logs, mails."
  );
  if (!manifest.dns.zone.empty()) {
    assumptions.emplace_back("The hosted zone exists and is not counted.");
  }
  if (manifest.network.vpc != "new") {
    assumptions.emplace_back("What belongs to the existing VPC is not counted.");
  }
  return assumptions;
}

}  // namespace

Estimate estimate(
    const manifest::Manifest& manifest, const std::vector<infra::Stack>& stacks, const Usage& usage
) {
  Scene const scene{.manifest = manifest, .stacks = stacks, .usage = usage};
  Ledger ledger;
  for (auto const& stack : stacks) {
    for (auto const& resource : stack.resources()) count_resource(scene, resource, ledger);
  }
  count_use(scene, ledger);
  Estimate estimate;
  estimate.lines = std::move(ledger).take();
  for (auto const& line : estimate.lines) {
    estimate.low += line.amount_low;
    estimate.high += line.amount_high;
    if (!line.is_known) ++estimate.unknown;
  }
  estimate.is_region_known = manifest.region == kPricesRegion;
  estimate.region = kPricesRegion;
  estimate.date = prices_date();
  estimate.assumptions = assumptions_of(estimate, manifest, usage);
  estimate.release = release_cost(scene);
  estimate.advice = advice(scene);
  return estimate;
}

}  // namespace davit::cost
