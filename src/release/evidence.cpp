#include "release/evidence.h"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

#include "base/posix.h"
#include "base/strings.h"
#include "config/one_line.h"
#include "release/own_folder.h"
#include "release/time_text.h"

namespace davit::release {
namespace {

// Logs may hold what is nobody else's business.
constexpr ::mode_t kMode = 0600;

// Servers have a say in reasons and remarks. Their further lines are indented: they begin nothing.
std::string clean(std::string_view text) {
  std::string out;
  for (auto const line : split(text, '\n')) {
    out.append(out.empty() ? "" : "\n    ").append(config::on_one_line(line));
  }
  return out;
}

std::string outcome_of(const rollout::State& state) {
  auto const& [release, previous] = std::pair(state.plan.release, state.plan.previous);
  auto const blue = previous.empty() ? "nothing serves, as before" : previous + " serves as before";
  switch (state.stage) {
    case rollout::Stage::done: return release + " serves everything.";
    case rollout::Stage::refused:
      return fmt::format("{} was refused before it got any traffic; {}.", release, blue);
    case rollout::Stage::rolled_back: return fmt::format("{} was rolled back; {}.", release, blue);
    case rollout::Stage::failed:
      return fmt::format(
          "{} failed, and could not be rolled back to its end: somebody has to look now. What may "
          "get traffic: {}.",
          release,
          fmt::join(rollout::serving(state), ", ")
      );
    default: return fmt::format("{} is being rolled back ({}).", release, to_string(state.stage));
  }
}

}  // namespace

std::string summarise(const Record& record) {
  auto const& state = record.state;
  auto out = fmt::format("{}\n\nWhat failed: {}\n", outcome_of(state), clean(state.reason));
  out += fmt::format(
      "\nReleased by {} with `{}`.\n\nStages:\n",
      config::on_one_line(record.origin.actor),
      config::on_one_line(record.origin.command)
  );
  auto begins = record.began;
  for (auto const& [stage, took] : record.stages) {
    out += fmt::format("  {}  {:<14} {}\n", to_text(begins), to_string(stage), to_text(took));
    begins += took;
  }
  if (record.ended)
    out += fmt::format("  {}  {}\n", to_text(*record.ended), to_string(state.stage));
  if (!state.remarks.empty()) out += "\nRemarks:\n";
  for (auto const& remark : state.remarks) out += fmt::format("  {}\n", clean(remark));
  out +=
      "\nBeside this: gate.json (what the gate asked and was answered), target.json (last log "
      "lines, exit\nreasons and figures), journal.jsonl (all that was decided).\n";
  return out;
}

Evidence::Evidence(const std::filesystem::path& folder, const Journal& journal)
    : folder_(folder.empty() ? folder : folder / journal.origin().release), journal_(journal) {}

bool Evidence::has_target() const {
  std::error_code ec;
  return std::filesystem::exists(folder_ / "target.json", ec);
}

Result<> Evidence::write_gate(const std::optional<GateReport>& report) const {
  json::Object none;
  none["skipped"] = "the gate was not reached, or ran in a driver that was killed: see the journal";
  return write("gate.json", json::to_text(report ? to_json(*report) : json::Value(none)));
}

Result<> Evidence::write_target(const json::Object& target) const {
  return write("target.json", json::to_text(target));
}

Result<> Evidence::write_story() const {
  auto const folder = journal_.file().parent_path();
  auto const record = read_record(folder, journal_.origin().release);
  auto const summary =
      record ? summarise(*record)
             : fmt::format("The journal cannot be read: {}\n", record.error().message());
  auto written = write("summary.txt", summary);
  std::error_code ec;
  std::filesystem::copy_file(
      journal_.file(),
      folder_ / "journal.jsonl",
      std::filesystem::copy_options::overwrite_existing,
      ec
  );
  if (ec && written) {
    return Error(
        ErrorKind::unavailable,
        fmt::format(
            "cannot copy {} to {}: {}", journal_.file().string(), folder_.string(), ec.message()
        )
    );
  }
  return written;
}

Result<> Evidence::write(const char* name, const std::string& text) const {
  // That it could not be made shows when the file is opened.
  static_cast<void>(make_own_folder(folder_));
  auto const file = folder_ / name;
  // What is there is whole, also when we are killed now: who comes after us does not ask again.
  auto const draft = folder_ / (std::string(".") + name);
  Descriptor const opened(::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kMode));
  if (!opened) return file_error("write", file);
  auto const count = ::write(opened.get(), text.data(), text.size());
  if (count < 0) return file_error("write", file);
  if (static_cast<std::size_t>(count) != text.size()) return file_error("write", file, ENOSPC);
  if (::rename(draft.c_str(), file.c_str()) != 0) return file_error("write", file);
  return Result<>();
}

}  // namespace davit::release
