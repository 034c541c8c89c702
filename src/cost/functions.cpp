#include <algorithm>
#include <iterator>

#include "cost/pieces.h"

namespace davit::cost {
namespace {

constexpr std::int64_t kMonthSeconds = std::int64_t{kMonthHours} * 3600;
constexpr std::int64_t kMemory = 128;       // MiB, when nothing is said
constexpr std::int64_t kFreeStorage = 512;  // MiB of /tmp

bool is_arm(const infra::Resource& function) {
  auto const* list = property(function, "Architectures");
  return list != nullptr && *list == json::Value(json::Array{"arm64"});
}

// The functions that answer calls; the others, such as that which rotates secrets, hardly ever run.
std::vector<const infra::Resource*> callees(const Scene& scene) {
  std::vector<const infra::Resource*> found;
  for (auto const* alias : scene.of_type("AWS::Lambda::Alias")) {
    std::ranges::copy(targets_of(scene, *alias, "FunctionName"), std::back_inserter(found));
  }
  return found;
}

std::int64_t calls_of_each(const Scene& scene) {
  auto const count = static_cast<std::int64_t>(callees(scene).size());
  return count == 0 ? 0 : functions_calls(scene) / count;
}

// GB-seconds of runs with so much memory.
Quantity run_of(std::int64_t calls, std::chrono::milliseconds time, std::int64_t mib) {
  return ratio(calls * time.count() * mib, 1000 * 1024);
}

bool is_warm(const Scene& scene, const infra::Resource& function) {
  return std::ranges::any_of(
      scene.of_type("AWS::Lambda::Alias"),
      [&](const infra::Resource* alias) {
        return property(*alias, "ProvisionedConcurrencyConfig") != nullptr &&
               std::ranges::count(targets_of(scene, *alias, "FunctionName"), &function) != 0;
      }
  );
}

}  // namespace

void count_function(const Scene& scene, const infra::Resource& function, Ledger& ledger) {
  if (std::ranges::count(callees(scene), &function) == 0) return;
  auto const calls = calls_of_each(scene);
  auto const memory = number_of(function, "MemorySize").value_or(kMemory);
  auto const run = run_of(calls, scene.usage.call_time, memory);
  ledger.add("Lambda: requests", "lambda.requests", millions(calls), &function);
  if (!is_arm(function)) {
    ledger.add("Lambda, x86: runs", "lambda.x86", run, &function);
  } else if (is_warm(scene, function)) {
    ledger.add("Lambda, ARM: runs, kept warm", "lambda.arm.warm_run", run, &function);
  } else {
    ledger.add("Lambda, ARM: runs", "lambda.arm", run, &function);
  }
  auto const size = number_of(function, "EphemeralStorage.Size").value_or(0);
  if (size <= kFreeStorage) return;
  auto const storage = run_of(calls, scene.usage.call_time, size - kFreeStorage);
  ledger.add("Lambda: /tmp beyond 512 MiB", "lambda.storage", storage, &function);
}

void count_alias(const Scene& scene, const infra::Resource& alias, Ledger& ledger) {
  auto const warm =
      number_of(alias, "ProvisionedConcurrencyConfig.ProvisionedConcurrentExecutions");
  if (!warm) return;
  for (auto const* function : targets_of(scene, alias, "FunctionName")) {
    if (!is_arm(*function)) {
      ledger.add_unknown("Lambda, x86: kept warm", function);
      continue;
    }
    auto const memory = number_of(*function, "MemorySize").value_or(kMemory);
    auto const kept = ratio(*warm * memory * kMonthSeconds, 1024);
    ledger.add("Lambda, ARM: kept warm", "lambda.arm.warm", kept, function);
  }
}

void count_gateway(const Scene& scene, const infra::Resource& gateway, Ledger& ledger) {
  auto const requests = millions(functions_calls(scene));
  if (gateway.type->name == "AWS::ApiGateway::RestApi") {
    ledger.add("API Gateway, REST", "gateway.rest", requests, &gateway);
  } else {
    ledger.add("API Gateway, HTTP", "gateway.http", requests, &gateway);
  }
}

}  // namespace davit::cost
