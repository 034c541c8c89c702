// `davit status`: what serves, the release, and a table of the tasks.
#include <algorithm>

#include <fmt/format.h>

#include "app/local/live_block.h"
#include "app/local/picture.h"
#include "app/paint.h"
#include "app/terminal.h"

namespace davit::app {
namespace {

// A reason may be long, and is what somebody came for.
constexpr std::size_t kMostRows = 6;

void add(std::string& out, const std::string& line, const Look& look) {
  out += wrap(in_hints(line, look), look.width, 9, kMostRows) + '\n';
}

Ink ink_of(std::string_view state) {
  if (state == "healthy") return Ink::green;
  if (state == "crashed" || state == "unhealthy") return Ink::red;
  return Ink::yellow;
}

std::vector<std::string> row_of(const View& view, const local::TaskStatus& task) {
  auto const age = view.ages.find(task.record.id);
  return {
      task.record.id,
      task.record.release,
      task.state,
      fmt::format("{}", task.record.ports.port),
      // Only a supervisor knows them.
      view.is_running ? fmt::format("{}", task.weight) : "-",
      view.is_running ? fmt::format("{}", task.requests_running) : "-",
      age == view.ages.end() ? "-" : to_text(age->second),
      fmt::format("{}", task.restarts),
      task.last_exit.empty() ? "-" : on_a_line(task.last_exit),
  };
}

std::string task_table(const View& view, const Look& look) {
  if (view.status.tasks.empty()) return "";
  Rows rows{{"TASK", "RELEASE", "STATE", "PORT", "WEIGHT", "CALLS", "AGE", "RESTARTS", "LAST EXIT"}
  };
  for (auto const& task : view.status.tasks) rows.push_back(row_of(view, task));
  // What a narrow terminal does without; first what says nothing.
  std::vector<std::string_view> spare{"PORT", "CALLS", "WEIGHT", "AGE", "RESTARTS", "LAST EXIT"};
  auto const is_well = [](const local::TaskStatus& task) { return task.last_exit.empty(); };
  if (std::ranges::all_of(view.status.tasks, is_well)) spare.insert(spare.begin(), "LAST EXIT");
  // Painted afterwards: a colour has no width.
  auto table = to_fitting_table(std::move(rows), spare, look.width);
  if (!look.is_coloured) return table;
  for (auto const state :
       {"healthy", "unhealthy", "crashed", "starting", "draining", "unwatched"}) {
    auto const plain = fmt::format("  {} ", state);
    auto const inked = fmt::format("  {} ", paint(state, ink_of(state), true));
    for (std::size_t at = 0; (at = table.find(plain, at)) != std::string::npos;) {
      table.replace(at, plain.size(), inked);
      at += inked.size();
    }
  }
  return table;
}

std::size_t lines_of(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count(text, '\n'));
}

// A table of so many lines, the last of which says what is missing.
std::string cut(const std::string& table, std::size_t lines) {
  auto const all = lines_of(table);
  if (all <= lines) return table;
  // Heads alone say nothing.
  auto const kept = lines < 3 ? 0 : lines - 1;
  return fmt::format(
      "{}... and {} more\n", first_lines(table, kept), all - std::max<std::size_t>(kept, 1)
  );
}

// What the last release came to, for somebody who knows no stages.
std::string_view came_to(rollout::Stage stage) {
  switch (stage) {
    case rollout::Stage::done: return "went well";
    case rollout::Stage::refused: return "was refused before any traffic came to it";
    case rollout::Stage::rolled_back: return "was rolled back";
    default: return "failed, and its rollback did not come to its end";
  }
}

}  // namespace

std::string draw_status(const View& view, const Look& look) {
  std::string out;
  auto const& status = view.status;
  auto const serving =
      status.serving.empty() ? "nothing" : paint(status.serving, Ink::bold, look.is_coloured);
  auto where =
      status.port == 0 ? std::string() : fmt::format(" on http://127.0.0.1:{}", status.port);
  if (view.is_running && status.balancer_pid == 0) where += ", but the balancer does not run";
  if (status.balancer_pid != 0)
    where += fmt::format(", HAProxy is process {}", status.balancer_pid);
  if (status.balancer_pid != 0 && !status.balancer_trouble.empty())
    where += " and " + on_a_line(status.balancer_trouble);
  add(out, "serving  " + serving + where, look);
  if (view.state && !rollout::is_end(view.state->stage)) {
    out += draw_release(view, look);
    if (!view.actor.empty()) {
      auto const by = on_a_line(view.actor + ": " + view.command);
      add(out, "by       " + by, look);
    }
  } else if (view.state) {
    add(out,
        fmt::format("last     {} {}", view.state->plan.release, came_to(view.state->stage)),
        look);
    if (!view.state->reason.empty()) add(out, "because  " + on_a_line(view.state->reason), look);
  }
  auto const table = task_table(view, look);
  auto const note =
      view.note.empty()
          ? std::string()
          : wrap(in_hints(on_a_line(view.note), look), look.width, 0, kMostRows) + '\n';
  auto whole = out + (table.empty() ? "" : '\n' + table) + (note.empty() ? "" : '\n' + note);
  // The cursor has a row, too.
  if (look.height < 2 || lines_of(whole) < look.height) return whole;
  out += note;
  auto const used = lines_of(out);
  return out + cut(table, look.height - 1 - std::min(used, look.height - 1));
}

}  // namespace davit::app
