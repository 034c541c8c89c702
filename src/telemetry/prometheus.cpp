#include "telemetry/prometheus.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include <fmt/format.h>

namespace davit::telemetry {
namespace {

struct Metric {
  std::string_view name;
  std::string_view labels;
  std::string_view help;
};

// In order of name. What is not here is shown without a help line.
constexpr Metric kMetrics[] = {
    {"davit_build_info", "version, release", "Always 1; the labels name the build."},
    {"davit_draining", "", "1 from the order to stop on."},
    {"davit_http_connections", "listener", "Open connections."},
    {"davit_http_drained_total",
     "listener",
     "Answers that sent their connection away during a drain."},
    {"davit_http_idle_closed_total",
     "listener",
     "Connections that were closed because they were idle for too long."},
    {"davit_http_rejected_total",
     "listener, reason",
     "Connections and requests that were refused before a server saw them, or cut."},
    {"davit_http_requests_total", "listener", "Requests that were read whole."},
    {"davit_http_stream_queue_bytes", "listener", "What waits in the queues of event streams."},
    {"davit_http_streams", "listener", "Open event streams."},
    {"davit_http_streams_dropped_total", "listener, reason", "Event streams that were cut."},
    {"davit_mcp_asks", "server", "Requests to clients that wait for their answers."},
    {"davit_mcp_asks_unanswered_total", "server", "Calls that gave up waiting for such an answer."},
    {"davit_mcp_calls_running", "server", "Requests that the server is working on."},
    {"davit_mcp_history_bytes", "server", "Events that are kept for clients that resume a stream."},
    {"davit_mcp_history_dropped_total", "server, reason", "Events that had to go before their age."
    },
    {"davit_mcp_listens", "server", "Open subscriptions of clients without sessions."},
    {"davit_mcp_live_sessions", "server", "Sessions with state in this process."},
    {"davit_mcp_rejected_total", "server, reason", "Messages that were refused."},
    {"davit_mcp_requests_total", "server, outcome", "Requests that have ended."},
    {"davit_mcp_revocations_dropped_total",
     "server",
     "Ended sessions that had to be forgotten before they expired."},
    {"davit_mcp_revoked_sessions", "server", "Ended sessions that are remembered."},
    {"davit_mcp_sessions_dropped_total", "server, reason", "Sessions that lost their live state."},
    {"davit_mcp_sessions_opened_total", "server", "Sessions that were opened."},
    {"davit_mcp_sse_sessions", "server", "Open sessions of HTTP+SSE."},
    {"davit_mcp_streams_closed_total",
     "server, reason",
     "Idle event streams that were closed for the client to come back."},
    {"davit_mcp_task_result_bytes", "server", "Results of tasks that are kept."},
    {"davit_mcp_tasks", "server", "Tasks that are kept, finished ones included."},
    {"davit_mcp_tasks_ended_total", "server, status", "Tasks that have ended."},
    {"davit_mcp_tasks_evicted_total", "server", "Finished tasks that were dropped for room."},
    {"davit_mcp_tasks_expired_total", "server", "Tasks that reached their age and were dropped."},
    {"davit_mcp_tasks_running", "server", "Tasks that are running."},
    {"davit_mcp_unread_streams",
     "server",
     "Streams of sessions that ended, or whose reader has gone, and that can be resumed."},
    {"davit_mcp_unread_streams_dropped_total", "server, reason", "Such streams that were dropped."},
    {"davit_peer_forwarded_total", "outcome", "Messages that were passed on to other replicas."},
    {"davit_store_healthy", "", "1 while the store answers."},
    {"davit_store_operations_total", "outcome", "Operations on the store."},
    {"davit_store_writes_dropped_total", "server", "Writes to the store that were lost for room."},
    {"davit_store_writes_pending", "server", "Writes to the store that are under way."},
    {"davit_upstream_failures_total", "server, kind", "Requests to services that failed in the end."
    },
    {"davit_upstream_requests_running", "server", "Requests to services that are under way."},
    {"davit_upstream_requests_total", "server", "Requests that were sent to services."},
    {"davit_upstream_requests_waiting",
     "server",
     "Requests to services that wait for one to end, see `max_concurrent`."},
    {"davit_upstream_retries_total", "server", "Requests to services that were sent again."},
    {"mcp_server_operation_duration_seconds",
     "server, mcp_method_name",
     "From a request to its answer."},
};

std::string_view kind_of(std::string_view name) {
  if (name.ends_with("_total")) return "counter";
  return name.ends_with("_seconds") ? "histogram" : "gauge";
}

constexpr bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Takes one `key="value"` off the text. False when there is none.
bool take_pair(std::string_view& text) {
  if (text.empty() || !is_letter(text.front())) return false;
  auto const* const key_end =
      std::ranges::find_if_not(text, [](char c) { return is_letter(c) || is_digit(c); });
  text.remove_prefix(static_cast<std::size_t>(key_end - text.begin()));
  if (!text.starts_with("=\"")) return false;
  for (std::size_t i = 2; i < text.size() && text[i] != '\n'; ++i) {
    if (text[i] == '"') {
      text.remove_prefix(i + 1);
      return true;
    }
    if (text[i] != '\\') continue;
    ++i;
    if (i == text.size() || std::string_view("\\\"n").find(text[i]) == std::string_view::npos) {
      return false;
    }
  }
  return false;
}

bool is_well_formed(std::string_view label) {
  if (!take_pair(label)) return false;
  while (!label.empty()) {
    if (label.front() != ',') return false;
    label.remove_prefix(1);
    if (!take_pair(label)) return false;
  }
  return true;
}

// What stands between the braces.
std::string label_text(std::string_view label) {
  return label.empty() || is_well_formed(label) ? std::string(label) : make_label("label", label);
}

std::string braced(std::string_view pairs) {
  return pairs.empty() ? std::string() : fmt::format("{{{}}}", pairs);
}

class Page {
 public:
  void add(std::string_view name, std::string_view label, std::int64_t value) {
    begin(name, name.ends_with("_total") ? "counter" : "gauge");
    line("{}{} {}\n", name, braced(label_text(label)), value);
  }

  void add(std::string_view name, std::string_view label, const Histogram& histogram) {
    begin(name, "histogram");
    auto const pairs = label_text(label);
    auto const in_front = pairs.empty() ? pairs : pairs + ',';
    std::uint64_t so_far = 0;
    for (std::size_t i = 0; i < histogram.bounds().size(); ++i) {
      so_far += histogram.counts()[i];
      line("{}_bucket{{{}le=\"{}\"}} {}\n", name, in_front, histogram.bounds()[i], so_far);
    }
    line("{}_bucket{{{}le=\"+Inf\"}} {}\n", name, in_front, histogram.count());
    line("{}_sum{} {}\n", name, braced(pairs), histogram.sum());
    line("{}_count{} {}\n", name, braced(pairs), histogram.count());
  }

  std::string take() { return std::move(text_); }

 private:
  template <class... Values>
  void line(fmt::format_string<Values...> format, Values&&... values) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Values>(values)...);
  }

  // The lines that come once for all labels of a name.
  void begin(std::string_view name, std::string_view type) {
    if (name == name_) return;
    name_ = name;
    auto const* const known = std::ranges::find(kMetrics, name, &Metric::name);
    if (known != std::end(kMetrics)) line("# HELP {} {}\n", name, known->help);
    line("# TYPE {} {}\n", name, type);
  }

  std::string text_;
  std::string name_;
};

}  // namespace

std::string to_prometheus(const Counters& counters) {
  Page page;
  counters.for_each([&](std::string_view name, std::string_view label, std::int64_t value) {
    page.add(name, label, value);
  });
  counters.for_each_histogram(
      [&](std::string_view name, std::string_view label, const Histogram& histogram) {
        page.add(name, label, histogram);
      }
  );
  return page.take();
}

std::string describe_metrics() {
  std::string text = "| Name | Kind | Labels | Meaning |\n| --- | --- | --- | --- |\n";
  for (auto const& metric : kMetrics) {
    fmt::format_to(
        std::back_inserter(text),
        "| `{}` | {} | {} | {} |\n",
        metric.name,
        kind_of(metric.name),
        metric.labels,
        metric.help
    );
  }
  return text;
}

}  // namespace davit::telemetry
