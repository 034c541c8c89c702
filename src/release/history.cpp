// What journals tell when they are read as a whole.
#include <algorithm>

#include "release/journal.h"
#include "release/journal_file.h"
#include "release/journal_line.h"

namespace davit::release {
namespace {

using rollout::Stage;
using rollout::Time;

// Of one release; what a release writes more of is in the file.
constexpr std::size_t kMostNotes = 1'000;
// The newest, by name; more than anybody reads.
constexpr std::size_t kMostRecords = 10'000;

std::chrono::milliseconds between(Time from, Time to) {
  // A clock that was set back makes nothing take less than no time.
  return std::max(to - from, std::chrono::milliseconds(0));
}

Record to_record(ReadJournal journal) {
  Record record;
  record.origin = std::move(journal.origin);
  record.began = journal.began;
  record.state = planned_state(record.origin);
  auto since = record.began;
  auto last = record.began;
  auto const close_stage = [&](Time at) {
    auto const stage = record.state.stage;
    if (stage != Stage::planned && !rollout::is_end(stage))
      record.stages.push_back({stage, between(since, at)});
    since = at;
  };
  for (auto& line : journal.lines) {
    last = line.at;
    if (!line.state) {
      if (record.notes.size() < kMostNotes) record.notes.push_back(std::move(line.text));
      continue;
    }
    if (line.state->stage != record.state.stage) {
      close_stage(line.at);
      if (rollout::is_end(line.state->stage)) record.ended = line.at;
    }
    record.state = *std::move(line.state);
  }
  if (!record.ended) close_stage(last);
  return record;
}

bool has_failed(const Record& record) { return record.state.stage != Stage::done; }

std::optional<std::chrono::milliseconds> median(std::vector<std::chrono::milliseconds> all) {
  if (all.empty()) return std::nullopt;
  std::ranges::sort(all);
  auto const half = all.size() / 2;
  return all.size() % 2 == 1 ? all[half] : (all[half - 1] + all[half]) / 2;
}

std::chrono::milliseconds time_to_restore(const Record& record) {
  std::chrono::milliseconds sum{0};
  for (auto const& [stage, took] : record.stages) {
    if (stage == Stage::restoring || stage == Stage::shifting_back) sum += took;
  }
  return sum;
}

}  // namespace

Result<Record> read_record(const std::filesystem::path& folder, const std::string& release) {
  DAVIT_TRY(auto journal, read_lines(folder, release));
  return to_record(std::move(journal));
}

std::vector<Record> read_history(
    const std::filesystem::path& folder, std::vector<std::string>* unreadable
) {
  std::vector<std::string> releases;
  std::error_code ec;
  for (std::filesystem::directory_iterator it(folder, ec), end; !ec && it != end;
       it.increment(ec)) {
    auto const name = it->path().filename().string();
    if (name.ends_with(kJournalEnding) && !name.starts_with('.'))
      releases.push_back(name.substr(0, name.size() - kJournalEnding.size()));
  }
  std::ranges::sort(releases, std::greater<>());
  if (releases.size() > kMostRecords) releases.resize(kMostRecords);
  std::vector<Record> history;
  for (auto const& release : releases) {
    if (auto record = read_record(folder, release)) {
      history.push_back(*std::move(record));
    } else if (unreadable != nullptr) {
      unreadable->push_back(release);
    }
  }
  std::ranges::sort(history, {}, [](const Record& record) {
    return std::pair(record.began, record.origin.release);
  });
  return history;
}

std::string last_good(const std::vector<Record>& history) {
  for (auto record = history.rbegin(); record != history.rend(); ++record) {
    if (record->state.stage == Stage::done) return record->origin.release;
  }
  return "";
}

Figures count_figures(const std::vector<Record>& history, Time from, Time now) {
  Figures figures;
  std::size_t failed = 0;
  std::vector<std::chrono::milliseconds> lead_times;
  std::vector<std::chrono::milliseconds> restores;
  for (auto const& record : history) {
    if (!record.ended || record.began < from) continue;
    ++figures.releases;
    if (has_failed(record)) ++failed;
    if (!has_failed(record) && record.origin.committed_at)
      lead_times.push_back(between(*record.origin.committed_at, *record.ended));
    if (record.state.stage == Stage::rolled_back) restores.push_back(time_to_restore(record));
  }
  auto const weeks =
      std::chrono::duration<double, std::chrono::weeks::period>(between(from, now)).count();
  auto const count = static_cast<double>(figures.releases);
  if (weeks > 0) figures.per_week = count / weeks;
  if (figures.releases > 0) figures.failure_rate = static_cast<double>(failed) / count;
  figures.lead_time = median(std::move(lead_times));
  figures.time_to_restore = median(std::move(restores));
  return figures;
}

}  // namespace davit::release
