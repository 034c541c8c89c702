// The journal of releases: a file for each, a JSON object a line, on the disk before anything that
// it tells of is done. What a killed driver leaves is read back and gone on with.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "json/json.h"
#include "rollout/rollout.h"

namespace davit::release {

// State as JSON and back, all of it. Errors: invalid_input.
json::Object to_json(const rollout::State& state);
Result<rollout::State> state_from_json(const json::Value& value);

// Who released what, and why: the first line of a journal.
struct Origin {
  std::string release;
  std::string previous;
  std::string actor;    // "ada@build-7"
  std::string command;  // "davit deploy --strategy canary"
  std::string commit;   // of the version, when it is known
  std::optional<rollout::Time> committed_at;
  std::string strategy;
  bool allows_breaking = false;  // of the tool contract
};

// Append-only. Use from one thread.
class Journal {
 public:
  // Errors: invalid_input (no name for a release: letters, digits, '.', '_' and '-'); conflict (a
  // release of that name was there before); unavailable (the disk).
  static Result<Journal> create(
      const std::filesystem::path& folder, const Origin& origin, const Clock& clock = SystemClock()
  );
  // To go on. A last line that was cut off is removed. Errors: invalid_input, not_found, protocol
  // (no journal), unavailable.
  static Result<Journal> open(const std::filesystem::path& folder, const std::string& release);
  Journal(Journal&&) noexcept;
  Journal& operator=(Journal&&) noexcept;
  ~Journal();

  // What happened, and where the release stands since. Returns when it is on the disk. Errors:
  // unavailable, and from then on always: nobody knows what is on the disk after a failure.
  Result<> write(const rollout::Event& event, const rollout::State& state);
  // Something that changes nothing: a gate's report, a hook's output.
  Result<> note(rollout::Time now, std::string_view what, json::Object data);

  const std::filesystem::path& file() const;
  const Origin& origin() const;
  // Where the release stands; planned when nothing was written yet.
  const rollout::State& state() const;

 private:
  struct Impl;
  explicit Journal(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

struct StageTime {
  rollout::Stage stage;
  std::chrono::milliseconds took;
};

// A release as its journal tells it.
struct Record {
  Origin origin;
  rollout::State state;
  rollout::Time began{};
  std::optional<rollout::Time> ended;
  std::vector<StageTime> stages;  // in order
  std::vector<json::Object> notes;
};
// Errors: not_found, protocol.
Result<Record> read_record(const std::filesystem::path& folder, const std::string& release);
// All of them, the oldest first; a file that cannot be read is left out, its name in `unreadable`.
std::vector<Record> read_history(
    const std::filesystem::path& folder, std::vector<std::string>* unreadable = nullptr
);
// The last release that went well, or an empty text.
std::string last_good(const std::vector<Record>& history);

// The four figures of software delivery, over the releases that began since `from` and have ended.
// dora.dev/guides/dora-metrics, with these readings:
// - A release failed when it ended refused, rolled_back or failed. DORA counts deployments that
//   need a remedy; the refused needed none from a person, but were meant to serve.
// - Lead time runs from the commit to the end of a release that is done: green serves everything.
// - Time to restore runs from the event that ended the good part of a release (the failure was
//   seen) to the one that says that blue serves everything: the time in restoring and
//   shifting_back. Of the rolled_back only: the refused never took anything away, and of the
//   failed nobody knows.
struct Figures {
  std::size_t releases = 0;
  double per_week = 0;
  double failure_rate = 0;                                   // 0 to 1
  std::optional<std::chrono::milliseconds> lead_time;        // median, commit to served
  std::optional<std::chrono::milliseconds> time_to_restore;  // median, of failed ones
};
Figures count_figures(const std::vector<Record>& history, rollout::Time from, rollout::Time now);

}  // namespace davit::release
