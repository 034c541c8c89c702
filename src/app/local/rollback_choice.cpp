#include "app/local/rollback_choice.h"

#include <algorithm>
#include <ranges>

#include <fmt/format.h>

namespace davit::app {
namespace {

bool is_kept(const std::vector<std::string>& kept, const std::string& name) {
  return std::ranges::find(kept, name) != kept.end();
}

std::string those(const std::vector<std::string>& names) {
  return names.empty() ? std::string("there is none")
                       : fmt::format("there are {}", fmt::join(names, ", "));
}

// The releases that served, the newest first, without the one that serves.
std::vector<std::string> earlier(
    const std::vector<release::Record>& history, const std::string& serving
) {
  std::vector<std::string> names;
  for (auto const& record : history | std::views::reverse) {
    if (record.state.stage != rollout::Stage::done) continue;
    if (record.origin.release != serving) names.push_back(record.origin.release);
  }
  return names;
}

}  // namespace

Result<std::string> choose_rollback(
    const std::vector<release::Record>& history,
    const std::string& serving,
    const std::string& to,
    const std::vector<std::string>& kept
) {
  auto names = earlier(history, serving);
  std::erase_if(names, [&](const std::string& name) { return !is_kept(kept, name); });
  if (to.empty() || to == "previous") {
    if (!names.empty()) return names.front();
    return Error(
        ErrorKind::not_found, "no release served before this one whose files are still here"
    );
  }
  if (to == serving) return Error(ErrorKind::invalid_input, to + " serves already");
  if (std::ranges::find(names, to) != names.end()) return to;
  return Error(
      ErrorKind::not_found,
      fmt::format("{} is no release that served and is still here; {}", to, those(names))
  );
}

}  // namespace davit::app
