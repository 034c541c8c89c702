#include "app/local/journals.h"

#include <system_error>

#include <fmt/format.h>

#include "release/journal_file.h"

namespace davit::app {
namespace {

namespace fs = std::filesystem;

fs::path file_of(const fs::path& folder, const std::string& release) {
  return folder / (release + std::string(release::kJournalEnding));
}

// Else the supervisor was killed between the journal and its first effect.
bool has_begun(const rollout::State& state) { return !state.plan.steps.empty(); }

// A file that cannot be asked counts as the newest.
fs::file_time_type written(const fs::path& file) {
  std::error_code ec;
  auto const time = fs::last_write_time(file, ec);
  return ec ? fs::file_time_type::max() : time;
}

}  // namespace

Journals look_at_journals(const fs::path& folder) {
  Journals journals;
  std::vector<std::string> names;
  auto const history = release::read_history(folder, &names);
  auto newest = fs::file_time_type::min();
  if (!history.empty()) newest = written(file_of(folder, history.back().origin.release));
  for (auto const& name : names) {
    auto const file = file_of(folder, name);
    journals.unreadable.push_back(file.string());
    if (auto const time = written(file); time >= newest) {
      newest = time;
      journals.damaged = file.string();
    }
  }
  for (auto const& record : history) {
    if (rollout::is_end(record.state.stage)) continue;
    auto const is_newest = &record == &history.back();
    if (!has_begun(record.state)) {
      journals.unbegun.push_back(record.origin.release);
    } else if (is_newest && journals.damaged.empty()) {
      journals.open = record;
    } else if (!is_newest) {
      journals.overtaken.push_back(record.origin.release);
    }
  }
  return journals;
}

Result<> check_newest(const Journals& journals) {
  if (journals.damaged.empty()) return {};
  return Error(
      ErrorKind::conflict,
      fmt::format(
          "the journal of the newest release cannot be read, so nobody knows what it came to: look "
          "with `davit status` whether what should serve does, then move {} away",
          journals.damaged
      )
  );
}

Result<> close_journal(const fs::path& folder, const std::string& release, rollout::Time now) {
  DAVIT_TRY(auto journal, release::Journal::open(folder, release));
  auto state = journal.state();
  state.stage = rollout::Stage::failed;
  state.reason = "it was interrupted, and another release began before it was gone on with";
  if (!has_begun(state)) {
    state.plan.release = release;
    state.plan.previous = journal.origin().previous;
    state.plan.steps = rollout::make_steps(rollout::Strategy::all_at_once, {});
    state.stage = rollout::Stage::refused;
    state.reason = "it was interrupted before it began";
  }
  state.under_way.reset();
  state.deadline.reset();
  state.since = now;
  rollout::Event event{.kind = rollout::Event::Kind::roll_back, .now = now};
  event.reason = state.reason;
  return journal.write(event, state);
}

}  // namespace davit::app
