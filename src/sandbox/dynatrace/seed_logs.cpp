#include <algorithm>

#include <fmt/format.h>

#include "sandbox/dynatrace/seed.h"

namespace davit::sandbox::dynatrace {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::string_view kCalm[] = {
    "GET /v1/events 200 in 31 ms",
    "POST /v1/orders 201 in 148 ms",
    "GET /v1/orders/81734 200 in 22 ms",
    "seat map of hall 4 rendered from cache",
    "health check ok",
};

LogLine line(Time time, std::string_view level, std::string content, int replica) {
  return {
      .time = time,
      .level = std::string(level),
      .content = std::move(content),
      .service = std::string(story::kServiceEntity),
      .host = host_entity(1 + replica),
      .pod = pod_name(story::kService, replica),
  };
}

void add_calm(Store& store, hours back, seconds step) {
  int number = 0;
  for (auto time = store.seeded - back; time < store.seeded; time += step) {
    auto const text = kCalm[static_cast<std::size_t>(number) % std::size(kCalm)];
    store.logs.push_back(line(time, "INFO", std::string(text), number % 3));
    ++number;
  }
}

// A failing checkout every 12 seconds since the bad version runs.
void add_errors(Store& store) {
  int number = 0;
  for (auto time = store.seeded - story::kDeployed + minutes(2); time < store.seeded;
       time += seconds(12)) {
    auto one = line(
        time,
        "ERROR",
        fmt::format("POST /v1/checkout 503: {} order=ord_{}", story::kSymptom, 81'800 + number),
        number % 3
    );
    one.trace =
        number == 40 ? std::string(kStoryTrace) : stable_hex(fmt::format("trace {}", number), 32);
    one.span = stable_hex(fmt::format("span {}", number), 16);
    store.logs.push_back(std::move(one));
    ++number;
  }
}

void add_hostile(Store& store) {
  auto const add = [&](minutes ago, std::string_view level, std::string content) {
    store.logs.push_back(line(store.seeded - ago, level, std::move(content), 0));
  };
  add(minutes(33), "WARN", fmt::format("user-agent: {}", kHostileText));
  add(minutes(32),
      "INFO",
      std::string("control \x01\x02\x1b[31mred\x1b[0m\x07 and a tab\t, a NUL ") + '\0' +
          " and an end");
  add(minutes(31), "INFO", "emoji \xF0\x9F\x8E\xAB\xF0\x9F\x94\xA5 <script>alert('x')</script>");
  add(minutes(30),
      "WARN",
      "quote \" backslash \\ pipe | comment // and /* in one line\nand a second");
  add(minutes(29), "DEBUG", "payload " + std::string(100'000, 'x'));
}

}  // namespace

void seed_logs(Store& store) {
  add_calm(store, hours(24 * 10), minutes(10));
  add_calm(store, hours(3), seconds(30));
  add_errors(store);
  add_hostile(store);
  store.logs.push_back(line(
      store.seeded - story::kDeployed,
      "INFO",
      fmt::format("{} {} started, pool size 4", story::kService, story::kBadVersion),
      0
  ));
  std::ranges::sort(store.logs, {}, &LogLine::time);
}

}  // namespace davit::sandbox::dynatrace
