#include <fmt/format.h>

#include "sandbox/dynatrace/seed.h"

namespace davit::sandbox::dynatrace {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

struct Step {
  int parent;  // index, or -1 for the root
  std::string_view name;
  std::string_view kind;
  char service;  // w: the front end, a: the API, p: the provider, d: the database
  int starts_ms;
  int lasts_ms;
  int http_status;
  bool is_failed;
};

// One failing checkout: the third attempt to get a connection gives up.
constexpr Step kCheckout[] = {
    {-1, "POST /checkout", "server", 'w', 0, 6240, 503, true},
    {0, "session.load", "internal", 'w', 2, 6, 0, false},
    {0, "POST /v1/checkout", "client", 'w', 10, 6215, 503, true},
    {2, "POST /v1/checkout", "server", 'a', 14, 6205, 503, true},
    {3, "SELECT orders", "client", 'd', 18, 9, 0, false},
    {3, "SELECT seats FOR UPDATE", "client", 'd', 29, 14, 0, false},
    {3, "POST /charges (attempt 1)", "client", 'p', 48, 2004, 0, true},
    {3, "POST /charges (attempt 2)", "client", 'p', 2060, 2003, 0, true},
    {3, "POST /charges (attempt 3)", "client", 'p', 4080, 2002, 0, true},
    {3, "UPDATE orders SET state", "client", 'd', 6090, 11, 0, false},
    {3, "UPDATE seats SET held", "client", 'd', 6104, 13, 0, false},
    {0, "render error page", "internal", 'w', 6228, 9, 0, false},
};

std::string service_of(char letter) {
  switch (letter) {
    case 'w': return std::string(story::kFrontEndEntity);
    case 'p': return provider_entity();
    case 'd': return database_entity();
    default: return std::string(story::kServiceEntity);
  }
}

std::string span_id(std::string_view trace, int index) {
  return index < 0 ? std::string() : stable_hex(fmt::format("{}/{}", trace, index), 16);
}

void add_step(Store& store, std::string_view trace, int index, const Step& step, Time start) {
  store.spans.push_back(
      {.trace = std::string(trace),
       .id = span_id(trace, index),
       .parent = span_id(trace, step.parent),
       .name = std::string(step.name),
       .kind = std::string(step.kind),
       .service = service_of(step.service),
       .start = start + milliseconds(step.starts_ms),
       .duration_ns = std::int64_t{step.lasts_ms} * 1'000'000 + 137 * index,
       .is_failed = step.is_failed,
       .http_status = step.http_status,
       .exception = step.is_failed && step.service != 'w' ? std::string(story::kSymptom) : ""}
  );
}

void add_story(Store& store) {
  auto const start = store.seeded - story::kDeployed + minutes(10);
  int index = 0;
  for (auto const& step : kCheckout) add_step(store, kStoryTrace, index++, step, start);
}

// Of many requests only the outer spans.
void add_request(Store& store, int number, bool is_failed, Time start) {
  auto const trace = stable_hex(
      is_failed ? fmt::format("trace {}", number) : fmt::format("good trace {}", number), 32
  );
  auto const lasts = is_failed ? 6100 + number : 140 + number % 40;
  auto const status = is_failed ? 503 : 201;
  Step const outer{-1, "POST /checkout", "server", 'w', 0, lasts + 20, status, is_failed};
  Step const inner{0, "POST /v1/checkout", "server", 'a', 9, lasts, status, is_failed};
  Step const charge{1, "POST /charges", "client", 'p', 20, lasts - 40, 0, is_failed};
  add_step(store, trace, 0, outer, start);
  add_step(store, trace, 1, inner, start);
  add_step(store, trace, 2, charge, start);
}

}  // namespace

void seed_spans(Store& store) {
  add_story(store);
  for (int number = 0; number < 40; ++number) {
    add_request(store, number, true, store.seeded - minutes(40) + seconds(55) * number);
    add_request(store, number, false, store.seeded - minutes(110) + seconds(160) * number);
  }
  for (int number = 0; number < 60; ++number) {
    store.business_events.push_back(
        {.time = store.seeded - minutes(2 * number + 1),
         .type = number % 4 == 0 && number < 20 ? "checkout.failed" : "checkout.completed",
         .order = fmt::format("ord_{}", 81'900 - number),
         .amount = 18.5 + number}
    );
  }
}

void seed_kubernetes(Store& store) {
  struct Seed {
    minutes ago;
    std::string_view reason;
    std::string_view type;
    std::string_view message;
    int count;
  };
  constexpr Seed kSeeds[] = {
      {minutes(49), "ScalingReplicaSet", "Normal", "Scaled up replica set to 3", 1},
      {minutes(48), "Pulled", "Normal", "Container image harbor-api:4.2.0 pulled", 3},
      {minutes(48), "Started", "Normal", "Started container harbor-api", 3},
      {minutes(38), "Unhealthy", "Warning", "Readiness probe failed: HTTP 503", 17},
      {minutes(30), "BackOff", "Warning", "Back-off restarting failed container", 4},
      {minutes(22), "Unhealthy", "Warning", "Liveness probe failed: timeout after 2 s", 6},
  };
  int replica = 0;
  for (auto const& one : kSeeds) {
    auto const is_pod = one.reason != "ScalingReplicaSet";
    store.kubernetes_events.push_back(
        {.time = store.seeded - one.ago,
         .reason = std::string(one.reason),
         .message = std::string(one.message),
         .type = std::string(one.type),
         .kind = is_pod ? "Pod" : "Deployment",
         .object = is_pod ? pod_name(story::kService, replica++ % 3) : std::string(story::kService),
         .count = one.count}
    );
  }
}

}  // namespace davit::sandbox::dynatrace
