#include <algorithm>
#include <ranges>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "app/exit_code.h"
#include "app/local/reports.h"
#include "app/paint.h"
#include "app/terminal.h"
#include "base/strings.h"

namespace davit::app {
namespace {

using std::chrono::milliseconds;

// The window of the four figures.
constexpr std::chrono::days kFigures{90};
constexpr std::size_t kMostRows = 6;  // of a reason

std::string time_text(rollout::Time time) {
  return fmt::format(
      "{:%Y-%m-%d %H:%M:%S}", fmt::gmtime(std::chrono::floor<std::chrono::seconds>(time))
  );
}

std::vector<std::string> row_of(const release::Record& record) {
  auto const& state = record.state;
  return {
      time_text(record.began),
      record.origin.release,
      std::string(to_string(state.stage)),
      record.ended ? to_text(*record.ended - record.began) : std::string("under way"),
      record.origin.strategy.empty() ? "-" : on_a_line(record.origin.strategy),
      on_a_line(record.origin.actor),
      state.reason.empty() ? std::string("-") : on_a_line(state.reason),
  };
}

json::Object to_json(const release::Record& record) {
  json::Object object;
  object["release"] = record.origin.release;
  object["previous"] = record.origin.previous;
  object["outcome"] = to_string(record.state.stage);
  object["reason"] = record.state.reason;
  object["actor"] = record.origin.actor;
  object["command"] = record.origin.command;
  object["commit"] = record.origin.commit;
  object["strategy"] = record.origin.strategy;
  object["began"] = time_text(record.began);
  if (record.ended) object["took_ms"] = (*record.ended - record.began).count();
  json::Array stages;
  for (auto const& [stage, took] : record.stages) {
    json::Object one;
    one["stage"] = to_string(stage);
    one["took_ms"] = took.count();
    stages.push_back(std::move(one));
  }
  object["stages"] = std::move(stages);
  return object;
}

json::Object to_json(const release::Figures& figures) {
  json::Object object;
  object["releases"] = figures.releases;
  object["per_week"] = figures.per_week;
  object["failure_rate"] = figures.failure_rate;
  if (figures.lead_time) object["lead_time_ms"] = figures.lead_time->count();
  if (figures.time_to_restore) object["time_to_restore_ms"] = figures.time_to_restore->count();
  object["days"] = kFigures.count();
  return object;
}

std::string or_unknown(const std::optional<milliseconds>& time) {
  return time ? to_text(*time) : std::string("not known");
}

}  // namespace

namespace {

// A table with all of it when it fits, or when nothing has to.
std::string table_of(
    const std::vector<release::Record>& history, std::size_t most, const Look& look
) {
  Rows rows{{"BEGAN (UTC)", "RELEASE", "OUTCOME", "TOOK", "STRATEGY", "BY", "WHY"}};
  for (auto const& record : history | std::views::reverse | std::views::take(most)) {
    rows.push_back(row_of(record));
  }
  auto table = to_table(rows, std::string::npos);
  auto const fits = [&](auto line) { return width_of(line) <= look.width; };
  if (std::ranges::all_of(split(table, '\n'), fits)) return table;
  // Reasons get lines of their own, and are not cut.
  std::vector<std::string> reasons;
  for (auto& row : rows) {
    reasons.push_back(std::move(row.back()));
    row.pop_back();
  }
  table = to_fitting_table(std::move(rows), {"BY", "STRATEGY", "BEGAN (UTC)", "TOOK"}, look.width);
  std::string out;
  auto reason = reasons.begin();
  for (auto const line : split(table, '\n')) {
    if (line.empty()) continue;
    out.append(line).append("\n");
    auto const is_told = reason != reasons.begin() && *reason != "-";
    if (is_told) out += wrap("  " + *reason, look.width, 2, kMostRows) + '\n';
    ++reason;
  }
  return out;
}

}  // namespace

std::string describe_history(
    const std::vector<release::Record>& history,
    const release::Figures& figures,
    std::size_t most,
    const Look& look
) {
  if (history.empty()) return "no release yet: `davit up` makes the first\n";
  auto out = table_of(history, most, look);
  if (history.size() > most) {
    out += fmt::format("and {} before; --number shows more\n", history.size() - most);
  }
  auto const last = fmt::format(
      "Last {} days: {} release{}, {:.1f} a week; {:.0f} % failed; commit to serving {}; back to "
      "serving after a failure {}",
      kFigures.count(),
      figures.releases,
      figures.releases == 1 ? "" : "s",
      figures.per_week,
      figures.failure_rate * 100,
      or_unknown(figures.lead_time),
      or_unknown(figures.time_to_restore)
  );
  return out + '\n' + wrap(last, look.width, 0, kMostRows) + '\n';
}

Result<int> run_history(const HistoryRequest& request) {
  std::vector<std::string> unreadable;
  auto const history = release::read_history(request.place.folder().journals(), &unreadable);
  for (auto const& file : unreadable) {
    print(fmt::format("davit: the journal {} cannot be read and is left out\n", file), stderr);
  }
  auto const now = std::chrono::floor<milliseconds>(SystemClock().now());
  auto const figures = release::count_figures(history, now - kFigures, now);
  if (!request.place.json) {
    auto const text = describe_history(history, figures, request.most, look_of_output());
    print(request.place.in_hints(text));
    return static_cast<int>(ExitCode::done);
  }
  json::Array releases;
  for (auto const& record : history | std::views::reverse | std::views::take(request.most)) {
    releases.push_back(to_json(record));
  }
  json::Object object{{"version", 1}};
  object["releases"] = std::move(releases);
  object["figures"] = to_json(figures);
  print(json::to_text(object) + '\n');
  return static_cast<int>(ExitCode::done);
}

}  // namespace davit::app
