#include "app/local/picture.h"

#include <algorithm>
#include <array>
#include <span>

#include <fmt/format.h>

#include "app/paint.h"
#include "app/terminal.h"

namespace davit::app {
namespace {

using rollout::Stage;
using rollout::State;

// A box of the stage bar, and the stages that are in it.
struct Box {
  std::string_view name;
  std::array<Stage, 3> stages;
};
constexpr Box kForward[] = {
    {"start", {Stage::planned, Stage::starting, Stage::starting}},
    {"gate", {Stage::gating, Stage::gating, Stage::gating}},
    {"shift", {Stage::shifting, Stage::trimming, Stage::paused}},
    {"bake", {Stage::baking, Stage::baking, Stage::baking}},
    {"retire", {Stage::retiring, Stage::retiring, Stage::retiring}},
};
constexpr Box kBack[] = {
    {"restore", {Stage::restoring, Stage::restoring, Stage::restoring}},
    {"shift back", {Stage::shifting_back, Stage::shifting_back, Stage::shifting_back}},
    {"remove", {Stage::removing, Stage::removing, Stage::removing}},
};
constexpr std::size_t kShiftBox = 2;
constexpr std::size_t kIndent = 9;    // of what stands behind the names of lines
constexpr std::size_t kMostRows = 3;  // of one line in a narrow terminal

// Behind the last one when the stage is an end.
std::size_t box_of(std::span<const Box> boxes, const State& state) {
  // Later steps start tasks again, and are part of the shift.
  if (state.stage == Stage::starting && state.step > 0) return kShiftBox;
  auto const found = std::ranges::find_if(boxes, [&](const Box& box) {
    return std::ranges::find(box.stages, state.stage) != box.stages.end();
  });
  return static_cast<std::size_t>(found - boxes.begin());
}

std::span<const Box> boxes_of(const State& state) {
  return goes_back(state.stage) ? std::span<const Box>(kBack) : std::span(kForward);
}

std::string step_text(const State& state) {
  auto const steps = state.plan.steps.size();
  if (steps < 2 || goes_back(state.stage)) return "";
  return fmt::format("step {} of {}", std::min(state.step + 1, steps), steps);
}

// For where the bar has no room.
std::string stage_name(const State& state) {
  auto const boxes = boxes_of(state);
  auto const current = std::min(box_of(boxes, state), boxes.size() - 1);
  auto const step = step_text(state);
  return fmt::format(
      "{} ({} of {}){}{}",
      boxes[current].name,
      current + 1,
      boxes.size(),
      step.empty() ? "" : ", ",
      step
  );
}

std::string stage_bar(const State& state, const Look& look) {
  auto const boxes = boxes_of(state);
  auto const current = box_of(boxes, state);
  std::string out;
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    auto const text = fmt::format(
        "[{}] {}",
        i < current    ? 'x'
        : i == current ? '>'
                       : ' ',
        boxes[i].name
    );
    auto const ink = i < current                ? Ink::green
                     : i > current              ? Ink::dim
                     : boxes[0].name == "start" ? Ink::cyan
                                                : Ink::yellow;
    if (i > 0) out += "  ";
    out += paint(text, ink, look.is_coloured);
  }
  auto const step = step_text(state);
  if (!step.empty()) out += "   " + step;
  return columns_of(out) + kIndent <= look.width ? out : stage_name(state);
}

struct Count {
  int all = 0;
  int healthy = 0;
  int restarts = 0;
};
Count count(const local::Status& status, std::string_view release) {
  Count count;
  for (auto const& task : status.tasks) {
    if (task.record.release != release) continue;
    ++count.all;
    if (task.state == "healthy") ++count.healthy;
    count.restarts += task.restarts;
  }
  return count;
}

std::string plural(int number, std::string_view noun) {
  return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

std::string task_line(const View& view, std::string_view release) {
  auto const is_watched = view.is_running;
  auto const [all, healthy, restarts] = count(view.status, release);
  if (all == 0) return "no tasks";
  if (!is_watched) return plural(all, "task") + ", which nobody watches";
  auto line = fmt::format("{} of {} healthy", healthy, plural(all, "task"));
  if (restarts > 0) line += ", " + plural(restarts, "restart");
  return line;
}

std::string time_left(const View& view) {
  auto const& state = *view.state;
  if (!state.deadline) return "";
  auto const left = std::max(*state.deadline - view.now, rollout::milliseconds(0));
  return to_text(left);
}

// Where a stage is told with a time that runs out, and the words behind it.
struct Waiting {
  Stage stage;
  std::string_view words;
};
constexpr Waiting kWaiting[] = {
    {Stage::starting, " at most"},
    {Stage::gating, " at most"},
    {Stage::paused, ", then it is rolled back"},
    {Stage::shifting, " at most"},
    {Stage::baking, ""},
    {Stage::retiring, " at most"},
};

std::string doing(const State& state, std::string_view green, std::string_view blue) {
  auto const percent = state.under_way ? state.under_way->percent : state.weight;
  switch (state.stage) {
    case Stage::planned: return fmt::format("about to release {}", green);
    case Stage::starting: return fmt::format("starting the tasks of {}", green);
    case Stage::gating: return fmt::format("the gate asks {} what clients will ask", green);
    case Stage::paused: return "paused: `davit continue` goes on, `davit rollback` ends it";
    case Stage::shifting: return fmt::format("shifting {} % of the traffic to {}", percent, green);
    case Stage::trimming:
      return fmt::format("draining tasks of {} that this step does without", blue);
    case Stage::baking:
      return fmt::format("{} has {} % of the traffic and is watched", green, state.weight);
    case Stage::retiring: return fmt::format("{} has all traffic; draining {}", green, blue);
    case Stage::restoring: return fmt::format("rolling back: {}", state.reason);
    case Stage::shifting_back: return fmt::format("all traffic goes back to {}", blue);
    case Stage::removing: return fmt::format("ending the tasks of {}", green);
    default: return "";
  }
}

void add(std::string& out, const std::string& line, const Look& look) {
  out += wrap(in_hints(line, look), look.width, kIndent, kMostRows) + '\n';
}

std::string line_at(const View& view, std::string_view text) {
  return fmt::format("{:>7}  {}\n", to_text(view.now - view.began), text);
}

// The state that is told of in `view`, when it is of the same release.
const State* earlier(const View* view, const State& state) {
  if (view == nullptr || !view->state || view->state->plan.release != state.plan.release) {
    return nullptr;
  }
  return &*view->state;
}

}  // namespace

std::string to_text(std::chrono::milliseconds duration) {
  auto const seconds = std::chrono::floor<std::chrono::seconds>(duration).count();
  if (seconds < 60) return fmt::format("{} s", seconds);
  if (seconds < 3600) return fmt::format("{}:{:02}", seconds / 60, seconds % 60);
  if (seconds < 86'400) {
    return fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
  }
  return fmt::format("{} d {} h", seconds / 86'400, seconds / 3600 % 24);
}

std::string draw_release(const View& view, const Look& look) {
  if (!view.state) return "";
  auto const& state = *view.state;
  auto const& [green, blue] = std::pair(state.plan.release, state.plan.previous);
  std::string out;
  auto head = paint(green, Ink::bold, look.is_coloured);
  if (!blue.empty()) head += " over " + blue;
  add(out, fmt::format("release  {}, {}", head, to_text(view.now - view.began)), look);
  add(out, "stage    " + stage_bar(state, look), look);
  if (!blue.empty()) {
    auto const cells = look.width > 60 ? std::min<std::size_t>(look.width - 40, 40) : 10;
    add(out,
        fmt::format(
            "traffic  {} new {} %, old {} %",
            paint(bar(state.weight, cells), Ink::cyan, look.is_coloured),
            state.weight,
            100 - state.weight
        ),
        look);
  }
  add(out, "new      " + task_line(view, green), look);
  if (!blue.empty()) add(out, "old      " + task_line(view, blue), look);
  auto const line = on_a_line(doing(state, "the new version", "the old one"));
  if (line.empty()) return out;
  auto const ink = goes_back(state.stage) ? Ink::yellow : Ink::plain;
  auto const name = view.is_running ? "now      " : "was      ";
  add(out, name + paint(line, ink, look.is_coloured), look);
  if (!view.is_running) return out;
  auto const waiting = std::ranges::find(kWaiting, state.stage, &Waiting::stage);
  if (auto const left = time_left(view); !left.empty() && waiting != std::end(kWaiting)) {
    add(out, fmt::format("left     {}{}", left, waiting->words), look);
  }
  return out;
}

std::string tell_remarks(const View* before, const View& after) {
  if (!after.state) return "";
  auto const* old = earlier(before, *after.state);
  auto const& remarks = after.state->remarks;
  std::string out;
  for (auto i = old == nullptr ? 0 : old->remarks.size(); i < remarks.size(); ++i) {
    out += line_at(after, "note: " + on_a_line(remarks[i]));
  }
  return out;
}

std::string tell_change(const View* before, const View& after) {
  if (!after.state) return "";
  auto const& state = *after.state;
  auto const* old = earlier(before, state);
  auto out = tell_remarks(before, after);
  if (old != nullptr && old->stage == state.stage && old->step == state.step) return out;
  auto const line = on_a_line(doing(state, state.plan.release, state.plan.previous));
  if (line.empty()) return out;
  auto const step = step_text(state);
  return out + line_at(after, step.empty() ? line : fmt::format("{} ({})", line, step));
}

std::string tell_end(const State& state) {
  auto const& green = state.plan.release;
  auto const& blue = state.plan.previous;
  auto const reason =
      state.reason.empty() ? std::string("no reason was told") : on_a_line(state.reason);
  auto const back = blue.empty() ? std::string("nothing serves") : blue + " serves everything";
  switch (state.stage) {
    case Stage::done: return fmt::format("{} serves everything\n", green);
    case Stage::refused:
      return fmt::format(
          "{} was refused before any traffic came to it: {}\n{}\n", green, reason, back
      );
    case Stage::rolled_back:
      return fmt::format("{} was rolled back: {}\n{}\n", green, reason, back);
    case Stage::failed:
      return fmt::format(
          "the rollback of {} did not come to its end: {}\n"
          "`davit status` shows what runs, `davit logs` what it says; `davit deploy` tries anew\n",
          green,
          reason
      );
    default:
      return fmt::format("{} goes on: `davit wait` watches it, `davit rollback` ends it\n", green);
  }
}

}  // namespace davit::app
