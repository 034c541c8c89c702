#include "app/local/rollback_choice.h"

#include <algorithm>
#include <ranges>
#include <system_error>

#include <fmt/format.h>

#include "app/files.h"
#include "json/json.h"
#include "targets/local/version.h"

namespace davit::app {
namespace {

namespace fs = std::filesystem;

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

std::vector<std::string> kept_versions(const fs::path& state) {
  std::vector<std::string> names;
  std::error_code ec;
  for (fs::directory_iterator it(state / "versions", ec), end; !ec && it != end; it.increment(ec)) {
    if (it->is_directory(ec)) names.push_back(it->path().filename().string());
  }
  return names;
}

Result<> copy_version(const fs::path& state, const std::string& from, const std::string& to) {
  auto const source = local::version_folder(state, from);
  auto const target = local::version_folder(state, to);
  DAVIT_TRY(auto const text, read_file((source / "version.json").string()));
  DAVIT_TRY(auto version, json::parse(text));
  auto* object = version.if_object();
  if (object == nullptr) return Error(ErrorKind::protocol, source.string() + " holds no version");
  (*object)["release"] = to;
  std::error_code ec;
  if (fs::exists(target, ec)) return Error(ErrorKind::conflict, target.string() + " is there");
  fs::copy(source, target, fs::copy_options::recursive, ec);
  if (ec) {
    return Error(
        ErrorKind::unavailable, fmt::format("copying {}: {}", source.string(), ec.message())
    );
  }
  // Last: without it the folder is no version.
  return write_file((target / "version.json").string(), json::to_text(version) + '\n');
}

}  // namespace davit::app
