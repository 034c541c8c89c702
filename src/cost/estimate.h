// Estimate: what a deployment costs in a month, counted from the resources of its stacks, and how
// it is used.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cost/money.h"
#include "infra/stack.h"
#include "manifest/manifest.h"

namespace davit::cost {

// What nobody can read from a manifest. Each is printed with the estimate.
struct Usage {
  std::int64_t calls = 1'000'000;  // in a month, of the whole deployment
  std::chrono::milliseconds call_time{300};
  std::int64_t response_bytes = 4'000;   // to the client, of a call
  std::int64_t upstream_bytes = 20'000;  // between a server and the service behind it, of a call
  std::int64_t log_bytes = 600;          // of a call
  std::int64_t open_streams = 20;        // on the average
  std::int64_t stored_bytes = 1'000'000'000;  // in each bucket and file system
  std::int64_t image_bytes = 20'000'000;
  int lambda_percent = 50;  // of the calls of a hybrid deployment
};

struct Line {
  std::string what;
  std::string server;    // empty: everybody's
  std::string resource;  // logical id; empty: of several
  std::string_view unit;
  int count = 1;         // of resources, or of what else was counted, in it
  bool is_known = true;  // otherwise the price is not, and the amounts are 0
  Dollars price_low;     // of a unit; they differ for Spot
  Dollars price_high;
  Quantity low;  // with the fewest tasks
  Quantity high;
  Dollars amount_low;  // a month, in whole cents
  Dollars amount_high;
};

struct Advice {
  std::string text;
  Dollars saving;  // a month, with the fewest tasks
};

// What a release adds, while the old tasks and the new run side by side.
struct ReleaseCost {
  std::chrono::minutes overlap{0};
  Dollars low;  // exact: it is less than a cent, often
  Dollars high;
};

struct Estimate {
  std::vector<Line> lines;
  // Sums of the lines as they stand, so that they add up.
  Dollars low;
  Dollars high;
  int unknown = 0;              // lines without a price, which the sums lack
  bool is_region_known = true;  // otherwise the prices are those of another region
  std::string_view region;      // of the prices
  std::string_view date;        // of the prices
  std::vector<std::string> assumptions;
  ReleaseCost release;
  std::vector<Advice> advice;
};

// Pure. `stacks` are those of `infra::build_stacks` for the manifest.
Estimate estimate(
    const manifest::Manifest& manifest,
    const std::vector<infra::Stack>& stacks,
    const Usage& usage = {}
);

}  // namespace davit::cost
