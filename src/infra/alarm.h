// Alarms: a metric, or an expression of several, a limit, and what to do first when it is passed.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "infra/parts.h"

namespace davit::infra {

struct Metric {
  std::string space;  // "AWS/Lambda"
  std::string name;
  std::vector<std::pair<std::string_view, Value>> dimensions;
  std::string_view statistic = "Sum";  // or "p99"
};

struct Alarm {
  std::string id;
  std::string name;         // behind the deployment's: "gitlab-5xx"
  std::string description;  // what has happened, and what to do first
  std::vector<Metric> metrics;
  std::string_view expression = {};  // of m1, m2 ...; empty: the one metric
  double threshold = 0;
  std::string_view comparison = "GreaterThanThreshold";
  int period = 60;  // seconds
  int periods = 3;  // in a row
  std::string server = {};
};

// Adds the alarm, tells the topic of it, and puts its name among those of `parts.watch`.
void add_alarm(
    const manifest::Manifest& manifest, Parts& parts, Stack& stack, Layer layer, const Alarm& alarm
);

// Rings when both alarms, given by id, do.
struct BothAlarms {
  std::string id;
  std::string name;
  std::string subject;  // what fails and is slow
  std::string first;
  std::string second;
  std::string server = {};
};
void add_both(
    const manifest::Manifest& manifest,
    Parts& parts,
    Stack& stack,
    Layer layer,
    const BothAlarms& alarm
);

// Metrics of a container's target groups, the blue and, when there is one, the green.
std::vector<Metric> route_metrics(
    const Edge& edge, const Route& route, std::string_view name, std::string_view statistic
);

}  // namespace davit::infra
