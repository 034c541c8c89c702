// What a release of the manifest as it is would change in what serves: setting by setting.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "app/local/picture.h"
#include "app/local/up_settings.h"
#include "base/result.h"
#include "targets/local/version.h"

namespace davit::app {

// The settings of a version, by "servers.gitlab.url". Secrets are references; what could be one
// nevertheless is not shown: variables, the words of commands, parts of addresses.
struct Setting {
  std::string value;
  std::string shown;
};
using VersionSettings = std::map<std::string, Setting>;
// Errors: not_found, protocol.
Result<VersionSettings> settings_of(
    const local::Version& version, const std::filesystem::path& state
);

struct SettingChange {
  enum class Kind { added, removed, changed };
  Kind kind = Kind::changed;
  std::string key;
  std::string before;  // as they are shown
  std::string after;
};

struct VersionDiff {
  std::string serving;  // empty: nothing
  std::vector<SettingChange> changes;
  std::vector<UpChange> up_changes;  // that no release brings about

  bool is_empty() const { return changes.empty() && up_changes.empty(); }
};
// In the order of the keys.
std::vector<SettingChange> compare(const VersionSettings& before, const VersionSettings& after);

std::string draw_diff(const VersionDiff& diff, const Look& look);
json::Object to_json(const VersionDiff& diff);

}  // namespace davit::app
