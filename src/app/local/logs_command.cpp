#include <algorithm>
#include <cstdio>
#include <map>
#include <ranges>
#include <set>

#include <fmt/format.h>

#include "app/exit_code.h"
#include "app/interrupt.h"
#include "app/local/log_tail.h"
#include "app/local/reports.h"
#include "app/paint.h"
#include "app/terminal.h"
#include "base/strings.h"
#include "targets/local/state.h"

namespace davit::app {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr auto kBetweenLooks = 200ms;
constexpr Ink kInks[] = {Ink::cyan, Ink::green, Ink::yellow, Ink::bold};

// The current files, by their task: ID.log. Older ones end in a number.
std::map<std::string, fs::path> current_logs(const fs::path& folder) {
  std::map<std::string, fs::path> files;
  std::error_code ec;
  for (fs::directory_iterator it(folder, ec), end; !ec && it != end; it.increment(ec)) {
    if (it->path().extension() == ".log") files[it->path().stem().string()] = it->path();
  }
  return files;
}

// The tasks that there are; those of ended ones are named when they are wanted.
std::set<std::string> present_tasks(const StateFolder& folder) {
  std::set<std::string> ids;
  if (auto const state = local::load_state(folder.root)) {
    for (auto const& task : state->tasks) ids.insert(task.record.id);
  }
  return ids;
}

class Printer {
 public:
  explicit Printer(const LogsRequest& request)
      : json_(request.place.json), has_prefix_(request.task.empty()), look_(look_of_output()) {}

  // False when nobody reads any more.
  bool tell(const std::string& task, const std::vector<std::string>& lines) {
    for (auto const& line : lines) {
      if (json_) {
        json::Object object{{"version", 1}, {"task", task}, {"line", to_utf8(line)}};
        print(json::to_text(object) + '\n');
      } else {
        print(prefix(task) + (is_terminal_out() ? printable(line) : line) + '\n');
      }
    }
    return flush_output();
  }

 private:
  // A task keeps its colour.
  std::string prefix(const std::string& task) {
    if (!has_prefix_) return "";
    auto const [it, is_new] = inks_.try_emplace(task, kInks[inks_.size() % std::size(kInks)]);
    return paint(fmt::format("{:<12} ", task), it->second, look_.is_coloured);
  }

  bool json_;
  bool has_prefix_;
  Look look_;
  std::map<std::string, Ink> inks_;
};

Error no_logs(const LogsRequest& request, const std::map<std::string, fs::path>& files) {
  if (files.empty()) {
    return Error(ErrorKind::not_found, "there are no logs yet: `davit up` starts the tasks");
  }
  auto const names = files | std::views::keys;
  return Error(
      ErrorKind::not_found,
      fmt::format(
          "there is no log of '{}'; there are {}",
          request.task,
          fmt::join(names.begin(), names.end(), ", ")
      )
  );
}

// `report` says what that is.
int unread() { return static_cast<int>(ExitCode::done); }

}  // namespace

Result<int> run_logs(const LogsRequest& request) {
  auto const folder = request.place.folder().root / "logs";
  std::map<std::string, LogTail> tails;
  Printer printer(request);
  // When none is left, all that there were.
  auto present = present_tasks(request.place.folder());
  auto const is_wanted = [&](const std::string& task) {
    if (!request.task.empty()) return task == request.task;
    return present.empty() || present.contains(task);
  };
  auto const files = current_logs(folder);
  for (auto const& [task, file] : files) {
    if (!is_wanted(task)) continue;
    auto const tail = tails.try_emplace(task, file).first;
    if (!printer.tell(task, tail->second.last(request.lines))) return unread();
  }
  if (tails.empty()) return no_logs(request, files);
  if (!request.follows) return static_cast<int>(ExitCode::done);
  Loop loop;
  while (run_until_interrupted(loop, sleep_for(kBetweenLooks))) {
    // Tasks that came meanwhile, too.
    present = present_tasks(request.place.folder());
    for (auto const& [task, file] : current_logs(folder)) {
      if (is_wanted(task)) tails.try_emplace(task, file);
    }
    auto is_read = true;
    for (auto& [task, tail] : tails) is_read = printer.tell(task, tail.next()) && is_read;
    if (!is_read) return unread();
  }
  // Ctrl-C is the way out, and no failure.
  return static_cast<int>(ExitCode::done);
}

}  // namespace davit::app
