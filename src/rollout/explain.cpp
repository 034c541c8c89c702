#include <fmt/format.h>

#include "base/strings.h"
#include "rollout/handlers.h"
#include "rollout/stages.h"

namespace davit::rollout {
namespace {

// Reasons are kept in every line of a journal.
constexpr std::size_t kMaxReason = 2000;

std::string to_text(milliseconds time) {
  if (time.count() % 1000 != 0) return fmt::format("{} ms", time.count());
  return fmt::format("{} s", time.count() / 1000);
}

std::string explain_lateness(const State& state, milliseconds limit) {
  auto const time = to_text(limit);
  if (!state.under_way) return fmt::format("nobody resumed the release within {}", time);
  auto const& release = state.under_way->release;
  switch (state.under_way->act) {
    case Act::start:
      return fmt::format(
          "{} % of the tasks of {} were not healthy within {}: see their logs",
          state.under_way->percent,
          release,
          time
      );
    case Act::gate: return fmt::format("{} had not answered the gate within {}", release, time);
    case Act::shift:
      return fmt::format(
          "the balancer did not have {} % for {} within {}: see whether it runs",
          state.under_way->percent,
          release,
          time
      );
    case Act::trim: break;
  }
  return fmt::format(
      "the tasks of {} had not ended within {}: see what they still do, or end them", release, time
  );
}

std::string explain_in_our_words(const State& state, Event::Kind kind) {
  switch (kind) {
    case Event::Kind::tick: {
      auto const& row = row_of(state.stage);
      return explain_lateness(state, row.limit(state));
    }
    case Event::Kind::bad: return fmt::format("the watch saw {} fail", state.plan.release);
    case Event::Kind::roll_back: return "a rollback was asked for";
    default: return fmt::format("{} failed, without a reason", to_string(state.stage));
  }
}

}  // namespace

std::string explain(const State& state, const Event& event) {
  if (event.reason.empty()) return explain_in_our_words(state, event.kind);
  return std::string(utf8_prefix(event.reason, kMaxReason));
}

}  // namespace davit::rollout
