// Prices of AWS with where they are from and when they were right. They are those of one region.
#pragma once

#include <span>
#include <string_view>

#include "cost/money.h"

namespace davit::cost {

inline constexpr std::string_view kPricesRegion = "us-east-1";
inline constexpr int kMonthHours = 730;

struct Price {
  std::string_view key;   // "fargate.arm.vcpu"
  std::string_view unit;  // "vCPU-hour"
  Dollars price;
  std::string_view date;  // "2026-06", "2025-07-07"; empty: the source has none
  std::string_view source;
};

inline constexpr std::string_view kInfracost = "infracost's test files, from AWS's price list";

// Sources and dates are of the pages as they were read; a price without a date may be older.
inline constexpr Price kPrices[] = {
    {"fargate.x86.vcpu", "vCPU-hour", usd("0.04048"), "2025-07-07", kInfracost},
    {"fargate.x86.memory", "GB-hour", usd("0.004445"), "2025-07-07", kInfracost},
    {"fargate.arm.vcpu", "vCPU-hour", usd("0.03238"), "2026-06", "vantage.sh, fortem"},
    {"fargate.arm.memory", "GB-hour", usd("0.00356"), "2026-06", "vantage.sh, fortem"},
    {"fargate.storage", "GB-hour", usd("0.000111"), "", "vantage.sh"},
    {"lambda.x86", "GB-second", usd("0.0000166667"), "2024-07-01", kInfracost},
    {"lambda.arm", "GB-second", usd("0.0000133334"), "2024-07-01", kInfracost},
    {"lambda.requests", "million requests", usd("0.20"), "2024-07-01", kInfracost},
    {"lambda.storage", "GB-second", usd("0.0000000309"), "2024-07-01", kInfracost},
    {"lambda.arm.warm", "GB-second", usd("0.0000033334"), "", kInfracost},
    {"lambda.arm.warm_run", "GB-second", usd("0.0000077778"), "", kInfracost},
    {"balancer", "hour", usd("0.0225"), "2024-07-01", kInfracost},
    {"balancer.capacity", "LCU-hour", usd("0.008"), "2024-07-01", kInfracost},
    {"address", "hour", usd("0.005"), "2024-02-01", "AWS networking blog"},
    {"nat", "hour", usd("0.045"), "", kInfracost},
    {"nat.data", "GB", usd("0.045"), "", kInfracost},
    {"endpoint", "hour", usd("0.01"), "2024-10-18", kInfracost},
    {"endpoint.data", "GB", usd("0.01"), "2024-10-18", kInfracost},
    {"transfer.out", "GB", usd("0.09"), "2024-09-25", kInfracost},
    {"gateway.rest", "million requests", usd("3.50"), "", kInfracost},
    {"gateway.http", "million requests", usd("1.00"), "", kInfracost},
    {"logs", "GB", usd("0.50"), "", kInfracost},
    {"logs.kept", "GB-month", usd("0.03"), "", kInfracost},
    {"metric", "metric", usd("0.30"), "2026-02", "signoz"},
    {"alarm", "metric of an alarm", usd("0.10"), "2026-02", "signoz"},
    {"dashboard", "dashboard", usd("3.00"), "2026-02", "signoz"},
    {"traces", "million traces", usd("5.00"), "", "AWS X-Ray pricing"},
    {"secret", "secret", usd("0.40"), "", kInfracost},
    {"key", "key", usd("1.00"), "", kInfracost},
    {"images", "GB-month", usd("0.10"), "", kInfracost},
    {"bucket", "GB-month", usd("0.023"), "", kInfracost},
    {"files", "GB-month", usd("0.30"), "", kInfracost},
    {"health_check", "check", usd("0.50"), "", kInfracost},
    {"health_check.option", "option", usd("1.00"), "", kInfracost},
    {"firewall", "list", usd("5.00"), "", kInfracost},
    {"firewall.rule", "rule", usd("1.00"), "", kInfracost},
    {"firewall.requests", "million requests", usd("0.60"), "", kInfracost},
};

// A key in our code; one that the table lacks does not compile.
struct PriceKey {
  consteval PriceKey(const char* key) {  // NOLINT(google-explicit-constructor)
    for (auto const& row : kPrices) {
      if (row.key == key) price = &row;
    }
    if (price == nullptr) throw "prices.h has no such price";
  }
  const Price* price = nullptr;
};

inline std::span<const Price> prices() { return kPrices; }

// The newest date of a source: no price is known to be newer.
std::string_view prices_date();

// Fargate Spot is sold at a price that moves, and is not in the table: 50 to 70 per cent below that
// of Fargate.
inline constexpr int kSpotLowPercent = 30;
inline constexpr int kSpotHighPercent = 50;

}  // namespace davit::cost
