// A release, whatever happens to it: each pair of bytes is an event, and what was promised of the
// machine holds after each. In the end everything is answered, and it has to come to its own.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>

#include "rollout/model.h"

namespace {

using namespace davit::rollout;

void require(const std::string& problem) {
  if (problem.empty()) return;
  std::fprintf(stderr, "%s\n", problem.c_str());
  std::abort();
}

Plan make_plan(std::uint8_t first, std::uint8_t second) {
  StrategyOptions const options{
      .tasks = second, .percent = second, .step_bake = milliseconds(5'000)
  };
  return {
      .release = "v2",
      .previous = (first & 4U) != 0 ? "" : "v1",
      .steps = make_steps(static_cast<Strategy>(first & 3U), options),
      .pauses = (first & 8U) != 0
  };
}

class Release {
 public:
  Release(std::uint8_t first, std::uint8_t second) : model_(make_plan(first, second)) {}

  void tell(std::uint8_t what, std::uint8_t how) {
    auto const kind = static_cast<Event::Kind>(what & 7U);
    // Mostly the action under way, else one near it.
    auto const back = static_cast<std::uint64_t>(what >> 5U);
    now_ += milliseconds((how - 16) * 1'000);
    require(model_.tell(
        {.kind = kind, .now = now_, .number = model_.state().actions - back}, how * 100 / 255
    ));
  }

  void finish() {
    for (std::size_t i = 0; !is_end(model_.state().stage); ++i) {
      if (i > 4 * model_.state().plan.steps.size() + 20) require("it does not come to an end");
      auto const& state = model_.state();
      Event event{.kind = Event::Kind::succeeded, .now = now_, .number = state.actions};
      if (!state.under_way) event.kind = Event::Kind::tick;
      if (state.stage == Stage::planned) event.kind = Event::Kind::begin;
      if (state.deadline) event.now = *state.deadline;
      require(model_.tell(event, 100));
    }
  }

 private:
  Model model_;
  Time now_{std::chrono::days(20'000)};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  std::span const bytes(data, size);
  Release release(bytes[0], bytes[1]);
  for (std::size_t i = 2; i + 1 < size; i += 2) release.tell(bytes[i], bytes[i + 1]);
  release.finish();
  return 0;
}
