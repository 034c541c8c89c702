#include <algorithm>

#include <fmt/format.h>

#include "connectors/gitlab/pipelines.h"
#include "connectors/gitlab/trace.h"

namespace davit::connectors::gitlab {
namespace {

constexpr std::size_t kLogBytes = 28 * 1024;

// As much of the end of `lines` as fits.
std::string write_end(std::vector<Line>& lines) {
  for (;;) {
    auto written = write_lines(lines, kLogBytes);
    if (written.written == lines.size()) return std::move(written.text);
    lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(written.written));
  }
}

std::string write_start(std::vector<Line>& lines) {
  auto written = write_lines(lines, kLogBytes);
  lines.resize(written.written);
  return std::move(written.text);
}

}  // namespace

Async<json::Value> get_job_log(connector::Invocation call) {
  TraceWish const wish{
      .lines = static_cast<std::size_t>(call.integer("lines")),
      .first = call.integer("start_line"),
      .grep = std::string(call.text("grep")),
      .context = static_cast<std::size_t>(call.integer("context")),
  };
  auto const is_end = wish.first == 0 && wish.grep.empty();
  auto const path = std::string(call.tool().call.path);
  DAVIT_CO_TRY(auto trace, co_await read_trace(call, path, wish));
  auto& lines = trace.lines;
  auto const found = lines.size();
  auto log = is_end ? write_end(lines) : write_start(lines);
  auto const has_more = trace.is_full || lines.size() < found;

  json::Object out{{"job", call.text("job")}, {"total_lines", trace.total}};
  if (!trace.is_whole) out["total_lines"] = fmt::format("more than {}", trace.total);
  if (!wish.grep.empty()) out["matches"] = trace.matches;
  if (!lines.empty()) {
    auto const first = lines.front().number;
    auto const last = lines.back().number;
    out["lines"] = fmt::format("{}-{}", first, last);
    if (is_end && first > 1) {
      auto const before = std::max<std::int64_t>(1, first - call.integer("lines"));
      out["more"] = fmt::format("start_line={}", before);
    } else if (!is_end && has_more) {
      out["more"] = fmt::format("start_line={}", last + 1);
    }
  }
  out["log"] = std::move(log);
  co_return out;
}

}  // namespace davit::connectors::gitlab
