// The golden signals of a service, beside those of the window before.
#include <cmath>

#include <fmt/format.h>

#include "connector/projection.h"
#include "connector/text.h"
#include "connectors/dynatrace/entities.h"
#include "connectors/dynatrace/escape.h"
#include "connectors/dynatrace/metrics.h"
#include "connectors/dynatrace/series.h"
#include "http/url.h"

namespace davit::connectors::dynatrace {
namespace {

using connector::Invocation;
using connector::Projection;

// https://docs.dynatrace.com/docs/analyze-explore-automate/metrics-classic/built-in-metrics
struct Signal {
  std::string_view name;
  std::string_view selector;
  double scale;  // to the unit in the name
};

constexpr Signal kSignals[] = {
    {"p50_ms", "builtin:service.response.time:percentile(50)", 0.001},  // in us
    {"p95_ms", "builtin:service.response.time:percentile(95)", 0.001},
    {"requests", "builtin:service.requestCount.total:value", 1},
    {"error_rate_percent", "builtin:service.errors.total.rate:avg", 1},
};

constexpr std::size_t kProblems = 10;

// The name of what has no alias: selectors come back as they were sent, blanks apart.
std::optional<double> value_of(const json::Value& answer, const Signal& signal) {
  auto const* metrics = json::find_array(answer, "result");
  if (metrics == nullptr) return std::nullopt;
  for (auto const& metric : *metrics) {
    if (json::find_string(metric, "metricId") != signal.selector) continue;
    auto const* data = json::find_array(metric, "data");
    if (data == nullptr || data->empty()) return std::nullopt;
    auto const series = series_of(data->front());
    if (series.values.empty() || !series.values.back()) return std::nullopt;
    return *series.values.back() * signal.scale;
  }
  return std::nullopt;
}

std::string metrics_path(const std::string& id, std::string_view from, std::string_view to) {
  std::string selectors;
  for (auto const& signal : kSignals) {
    selectors += fmt::format("{}{}", selectors.empty() ? "" : ",", signal.selector);
  }
  auto const entity = criterion("entityId", id);
  return fmt::format(
      "v2:/metrics/query?resolution=Inf&from={}&to={}&metricSelector={}&entitySelector={}",
      from,
      to,
      http::percent_encode(selectors),
      http::percent_encode(entity)
  );
}

json::Object compare(const Signal& signal, const json::Value& now, const json::Value& before) {
  json::Object out;
  auto const current = value_of(now, signal);
  auto const earlier = value_of(before, signal);
  if (current) out["now"] = shortened_number(*current);
  if (earlier) out["before"] = shortened_number(*earlier);
  if (current && earlier && *earlier > 0) {
    out["change_percent"] = std::round((*current - *earlier) / *earlier * 1000) / 10;
  }
  return out;
}

}  // namespace

Async<json::Value> get_service_health(Invocation call) {
  std::string const window(call.text("window"));
  auto const length = connector::parse_length(window);
  if (!is_duration(window) || !length || length->count() < 60) {
    co_return Error(ErrorKind::invalid_input, "window must be a length such as 30m, 1h or 1d");
  }
  DAVIT_CO_TRY(
      auto const id, co_await resolve_entity(call, std::string(call.text("service")), "SERVICE")
  );
  if (!id.starts_with("SERVICE-")) {
    co_return Error(ErrorKind::invalid_input, "service must be a service, not another entity");
  }
  auto const minutes = length->count() / 60;
  auto const begin = fmt::format("now-{}m", minutes);
  std::vector<std::string> const paths{
      metrics_path(id, begin, "now"),
      metrics_path(id, fmt::format("now-{}m", 2 * minutes), begin),
      fmt::format(
          "v2:/problems?pageSize={}&from={}&problemSelector={}",
          kProblems,
          begin,
          http::percent_encode(
              criterion("status", "open") + ',' + criterion("affectedEntities", id)
          )
      ),
  };
  DAVIT_CO_TRY(auto const answers, co_await call.get_each(paths));
  if (!answers[0]) co_return answers[0].error();
  json::Object out{{"service", id}, {"window", window}};
  json::Object unavailable;
  json::Value const none;
  auto const& before = answers[1] ? *answers[1] : none;
  if (!answers[1]) unavailable["before"] = answers[1].error().message();
  auto has_data = false;
  for (auto const& signal : kSignals) {
    auto compared = compare(signal, *answers[0], before);
    if (compared.empty()) continue;
    has_data = true;
    out[signal.name] = std::move(compared);
  }
  if (!has_data) {
    out["note"] =
        "no data: no requests in either window, or no such service; dynatrace_get_entity "
        "tells";
  }
  static Projection const kProblem("id=displayId title~200 severity=severityLevel start=startTime@"
  );
  if (!answers[2]) {
    unavailable["open_problems"] = answers[2].error().message();
  } else if (auto const* problems = json::find(*answers[2], "problems")) {
    out["open_problems"] = kProblem.apply(*problems, {});
  }
  if (!unavailable.empty()) out["unavailable"] = std::move(unavailable);
  co_return out;
}

}  // namespace davit::connectors::dynatrace
