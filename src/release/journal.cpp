#include "release/journal.h"

#include <fmt/format.h>

#include "release/journal_file.h"
#include "release/journal_line.h"
#include "release/time_text.h"

namespace davit::release {
namespace {

// Of a note; the rest of it is in the evidence.
constexpr std::size_t kLongestNote = std::size_t{256} * 1024;

}  // namespace

struct Journal::Impl {
  Result<> append(const json::Object& line) {
    if (broken) return *broken;
    auto written = file.append(json::to_text(line));
    // Half a line may be there, and a sync that failed once says nothing when it is asked again.
    if (!written) broken = Error(ErrorKind::unavailable, written.error().message());
    return written;
  }

  JournalFile file;
  Origin origin;
  rollout::State state;
  std::optional<Error> broken;
};

Journal::Journal(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Journal::Journal(Journal&&) noexcept = default;
Journal& Journal::operator=(Journal&&) noexcept = default;
Journal::~Journal() = default;

Result<Journal> Journal::create(
    const std::filesystem::path& folder, const Origin& origin, const Clock& clock
) {
  DAVIT_TRY(auto const file, journal_path(folder, origin.release));
  auto const line = json::to_text(to_line(origin, now_of(clock)));
  auto made = JournalFile::create(file, line);
  if (!made && made.error().kind() == ErrorKind::conflict) {
    return Error(
        ErrorKind::conflict,
        fmt::format(
            "there was a release '{}' before ({}): give this one another name",
            origin.release,
            file.string()
        )
    );
  }
  if (!made) return Error(ErrorKind::unavailable, made.error().message());
  return Journal(
      std::make_unique<Impl>(*std::move(made), origin, planned_state(origin), std::nullopt)
  );
}

Result<Journal> Journal::open(const std::filesystem::path& folder, const std::string& release) {
  DAVIT_TRY(auto read, read_lines(folder, release));
  DAVIT_TRY(auto opened, JournalFile::open(read.file, read.bytes));
  auto state = planned_state(read.origin);
  for (auto& line : read.lines) {
    if (line.state) state = *std::move(line.state);
  }
  return Journal(std::make_unique<Impl>(
      std::move(opened), std::move(read.origin), std::move(state), std::nullopt
  ));
}

Result<> Journal::write(const rollout::Event& event, const rollout::State& state) {
  DAVIT_CHECK(impl_->append(to_line(event, state)));
  impl_->state = state;
  return Result<>();
}

Result<> Journal::note(rollout::Time now, std::string_view what, json::Object data) {
  auto line = to_line(what, std::move(data), now);
  if (auto const size = json::to_text(line).size(); size > kLongestNote) {
    json::Object cut;
    cut["left_out"] = fmt::format("{} bytes, more than a journal takes", size);
    line = to_line(what, std::move(cut), now);
  }
  return impl_->append(line);
}

const std::filesystem::path& Journal::file() const { return impl_->file.path(); }
const Origin& Journal::origin() const { return impl_->origin; }
const rollout::State& Journal::state() const { return impl_->state; }

}  // namespace davit::release
