// The counters of the process as a page that Prometheus reads.
#pragma once

#include <string>
#include <string_view>

#include "base/counters.h"

namespace davit::telemetry {

// Prometheus text exposition format, version 0.0.4:
// https://prometheus.io/docs/instrumenting/exposition_formats/
inline constexpr std::string_view kPrometheusContentType =
    "text/plain; version=0.0.4; charset=utf-8";

// Counters first, then histograms, each in order of name and label: equal counters give equal text.
// A name that ends with `_total` is a counter, another one a gauge. A label that is not made of
// `key="value"` pairs is shown as the value of one pair, so that it cannot spoil the page.
std::string to_prometheus(const Counters& counters);

// The metrics that there are, as a table in Markdown: for docs/metrics.md.
std::string describe_metrics();

}  // namespace davit::telemetry
