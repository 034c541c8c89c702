#include <algorithm>
#include <ranges>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "app/exit_code.h"
#include "app/local/reports.h"
#include "app/terminal.h"

namespace davit::app {
namespace {

using std::chrono::milliseconds;

// The window of the four figures.
constexpr std::chrono::days kFigures{90};

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
      record.origin.strategy.empty() ? "-" : printable(record.origin.strategy),
      printable(record.origin.actor),
      state.reason.empty() ? std::string("-") : printable(state.reason),
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

std::string describe_history(
    const std::vector<release::Record>& history, const release::Figures& figures, std::size_t most
) {
  if (history.empty()) return "no release yet: `davit up` makes the first\n";
  std::vector<std::vector<std::string>> rows{
      {"BEGAN (UTC)", "RELEASE", "OUTCOME", "TOOK", "STRATEGY", "BY", "WHY"}
  };
  for (auto const& record : history | std::views::reverse | std::views::take(most)) {
    rows.push_back(row_of(record));
  }
  auto out = to_table(rows, look_of_output().width);
  if (history.size() > most) {
    out += fmt::format("and {} before; --number shows more\n", history.size() - most);
  }
  return out + fmt::format(
                   "\nLast {} days: {} release{}, {:.1f} a week; {:.0f} % failed; commit to "
                   "serving {}; back to serving after a failure {}\n",
                   kFigures.count(),
                   figures.releases,
                   figures.releases == 1 ? "" : "s",
                   figures.per_week,
                   figures.failure_rate * 100,
                   or_unknown(figures.lead_time),
                   or_unknown(figures.time_to_restore)
               );
}

Result<int> run_history(const HistoryRequest& request) {
  std::vector<std::string> unreadable;
  auto const history = release::read_history(request.place.folder().journals(), &unreadable);
  for (auto const& file : unreadable) {
    fmt::print(stderr, "davit: the journal {} cannot be read and is left out\n", file);
  }
  auto const now = std::chrono::floor<milliseconds>(SystemClock().now());
  auto const figures = release::count_figures(history, now - kFigures, now);
  if (!request.place.json) {
    fmt::print("{}", describe_history(history, figures, request.most));
    return static_cast<int>(ExitCode::done);
  }
  json::Array releases;
  for (auto const& record : history | std::views::reverse | std::views::take(request.most)) {
    releases.push_back(to_json(record));
  }
  json::Object object{{"version", 1}};
  object["releases"] = std::move(releases);
  object["figures"] = to_json(figures);
  fmt::print("{}\n", json::to_text(object));
  return static_cast<int>(ExitCode::done);
}

}  // namespace davit::app
