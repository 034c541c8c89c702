#include "rollout/transitions.h"

#include <algorithm>

#include "rollout/handlers.h"

namespace davit::rollout {
namespace {

using Kind = Event::Kind;
using enum Stage;

constexpr std::string_view kNoTraffic = "no traffic yet";
constexpr std::string_view kTraffic = "green has traffic";
constexpr std::string_view kNoBlue = "nothing served before";
constexpr std::string_view kLate = "late";

const std::vector<Way> kTurnBackEarly = {{removing, ""}};
const std::vector<Way> kTurnBackLater = {{removing, kNoTraffic}, {restoring, kTraffic}};
const std::vector<Way> kTurnBack = {{removing, kNoBlue}, {restoring, ""}};
const std::vector<Way> kTriesUsedUp = {{failed, "5 tries"}};
const std::vector<Way> kRemoved = {{refused, kNoTraffic}, {rolled_back, ""}};
const std::vector<Way> kNotRemoved = {
    {refused, kNoTraffic}, {rolled_back, ""}, {failed, "nothing served before, 5 tries"}
};
const std::vector<Way> kNotRestored = {
    {shifting_back, "blue was never trimmed"}, {failed, "5 tries"}
};

const std::vector<Row> kRows = {
    // Forward.
    {{planned}, Kind::begin, "begin", begin, {{starting, ""}, {refused, "the plan is wrong"}}},
    {{starting},
     Kind::succeeded,
     "succeeded",
     after_start,
     {{gating, "first step"}, {shifting, "later step"}}},
    {{gating},
     Kind::succeeded,
     "succeeded",
     after_gate,
     {{paused, "the plan pauses"}, {shifting, ""}}},
    {{paused}, Kind::resume, "resume", after_pause, {{shifting, ""}}},
    {{shifting},
     Kind::succeeded,
     "succeeded",
     after_shift,
     {{trimming, "less of blue is to stay"}, {baking, ""}}},
    {{trimming}, Kind::succeeded, "succeeded", after_trim, {{baking, ""}}},
    {{trimming}, Kind::failed, "failed", after_failed_trim, {{baking, ""}}},
    {{trimming}, Kind::tick, kLate, after_failed_trim, {{baking, ""}}},
    {{baking},
     Kind::tick,
     "baked",
     after_bake,
     {{starting, "more of green is to run"},
      {shifting, "another step"},
      {retiring, "last step"},
      {done, "last step, nothing served before"}}},
    {{retiring}, Kind::succeeded, "succeeded", after_retire, {{done, ""}}},
    {{retiring}, Kind::failed, "failed", after_failed_retire, {{done, ""}}},
    {{retiring}, Kind::tick, kLate, after_failed_retire, {{done, ""}}},

    // The turn.
    {{planned}, Kind::roll_back, "roll_back", refuse, {{refused, ""}}},
    {{starting}, Kind::failed, "failed", turn_back, kTurnBackLater},
    {{starting}, Kind::tick, kLate, turn_back, kTurnBackLater},
    {{starting}, Kind::roll_back, "roll_back", turn_back, kTurnBackLater},
    {{starting}, Kind::bad, "bad", turn_back_from_traffic, {{restoring, kTraffic}}},
    {{gating}, Kind::failed, "failed", turn_back, kTurnBackEarly},
    {{gating, paused}, Kind::tick, kLate, turn_back, kTurnBackEarly},
    {{gating, paused}, Kind::roll_back, "roll_back", turn_back, kTurnBackEarly},
    {{shifting}, Kind::failed, "failed", turn_back, kTurnBack},
    {{shifting}, Kind::tick, kLate, turn_back, kTurnBack},
    {{shifting, baking}, Kind::bad, "bad", turn_back, kTurnBack},
    {{shifting, baking}, Kind::roll_back, "roll_back", turn_back, kTurnBack},
    {{trimming, retiring}, Kind::bad, "bad", turn_back, {{restoring, ""}}},
    {{trimming, retiring}, Kind::roll_back, "roll_back", turn_back, {{restoring, ""}}},

    // Back.
    {{restoring}, Kind::succeeded, "succeeded", after_restore, {{shifting_back, ""}}},
    {{restoring}, Kind::failed, "failed", after_failed_restore, kNotRestored},
    {{restoring}, Kind::tick, kLate, after_failed_restore, kNotRestored},
    {{shifting_back}, Kind::succeeded, "succeeded", after_shift_back, {{removing, ""}}},
    {{shifting_back}, Kind::failed, "failed", after_failed_shift_back, kTriesUsedUp},
    {{shifting_back}, Kind::tick, kLate, after_failed_shift_back, kTriesUsedUp},
    {{removing}, Kind::succeeded, "succeeded", after_remove, kRemoved},
    {{removing}, Kind::failed, "failed", after_failed_remove, kNotRemoved},
    {{removing}, Kind::tick, kLate, after_failed_remove, kNotRemoved},

    // A pause goes on by itself; the bake begins again, because nobody watched.
    {{starting, gating, shifting, trimming, baking, retiring, restoring, shifting_back, removing},
     Kind::recover,
     "recover",
     begin_again,
     {}},
};

}  // namespace

std::span<const Row> rows() { return kRows; }

const Row* find_row(Stage stage, Event::Kind kind) {
  for (auto const& row : kRows) {
    if (row.kind == kind && std::ranges::find(row.from, stage) != row.from.end()) return &row;
  }
  return nullptr;
}

}  // namespace davit::rollout
