#include "app/local/version_diff.h"

#include <algorithm>

#include <fmt/format.h>

#include "app/paint.h"
#include "app/terminal.h"
#include "base/crypto.h"
#include "base/strings.h"
#include "config/yaml.h"
#include "json/json.h"
#include "manifest/node_json.h"
#include "targets/local/files.h"

namespace davit::app {
namespace {

namespace fs = std::filesystem;
using Kind = SettingChange::Kind;

// Keys of davitd's configuration that the manifest has in another place.
constexpr std::pair<std::string_view, std::string_view> kPlaces[] = {
    {"merged", "local.merged"}, {"log_level", "logs.level"}, {"timeouts", "davitd.timeouts"}
};
// What is the same in every version, or lies in its folder.
constexpr std::string_view kOurs[] = {"host", "session_keys"};

constexpr std::string_view kHidden = "(hidden)";

// Addresses without the places where passwords and tokens stand:
// https://user:password@host/?token=x becomes https://host/.
std::string without_secrets(std::string text) {
  std::string const ends = " \t\n\"'<>\\";
  for (auto at = text.find("://"); at != text.npos; at = text.find("://", at + 3)) {
    auto const host = at + 3;
    auto const end = std::min(text.find_first_of(ends, host), text.size());
    auto const query = std::min(text.find_first_of("?#", host), end);
    text.erase(query, end - query);
    auto const path = std::min(text.find_first_of(ends + '/', host), text.size());
    auto const sign = text.substr(host, path - host).rfind('@');
    if (sign != text.npos) text.erase(host, sign + 1);
  }
  return text;
}

std::string to_text(const std::vector<std::string>& words) {
  return json::to_text(json::Array(words.begin(), words.end()));
}

// Its program. Any word behind it may be a secret: --header "Authorization: Bearer x", A_TOKEN=x.
std::string shown_command(const std::vector<std::string>& command) {
  if (command.empty()) return "";
  return without_secrets(command.front()) + (command.size() > 1 ? " ..." : "");
}

Setting shown(const std::string& value) { return {value, without_secrets(value)}; }

void flatten(VersionSettings& out, const std::string& path, const config::Node& node) {
  if (node.kind == config::Node::Kind::map) {
    for (auto const& item : node.items) {
      flatten(out, path.empty() ? item.key : path + '.' + item.key, item);
    }
  } else if (node.kind == config::Node::Kind::list) {
    out[path] = shown(json::to_text(manifest::to_json(node)));
  } else {
    out[path] = shown(node.text);
  }
}

void add_configuration(VersionSettings& out, const config::Node& root) {
  for (auto const& item : root.items) {
    if (std::ranges::find(kOurs, item.key) != std::end(kOurs)) continue;
    auto const place =
        std::ranges::find(kPlaces, item.key, &std::pair<std::string_view, std::string_view>::first);
    flatten(out, place == std::end(kPlaces) ? item.key : std::string(place->second), item);
  }
}

void add_command(VersionSettings& out, const local::Service& service) {
  auto const place = "servers." + service.name + '.';
  out[place + "command"] = {to_text(service.command), shown_command(service.command)};
  out[place + "path"] = shown(service.mcp_path);
  out[place + "sessions"] = shown(service.is_stateless ? "stateless" : "in-memory");
  out[place + "tasks"] = shown(std::to_string(service.tasks));
  if (!service.health.empty()) out[place + "health"] = shown(service.health);
  for (auto const& [name, value] : service.environment) {
    out[fmt::format("{}environment.{}", place, name)] = {value, std::string(kHidden)};
  }
  for (auto const& [name, reference] : service.secrets) {
    out[fmt::format("{}secrets.{}", place, name)] = shown(reference);
  }
}

// Begins as the file's SHA-256, to tell builds apart.
std::string build_of(const fs::path& file) {
  constexpr std::size_t kMost = std::size_t{1} << 30;
  auto const content = local::read_file(file, kMost);
  if (!content) return "(not there)";
  std::string digits;
  for (auto const byte : sha256(*content).substr(0, 6)) {
    digits += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  }
  return digits;
}

std::string_view mark_of(Kind kind) {
  return kind == Kind::added ? "+" : kind == Kind::removed ? "-" : "~";
}
std::string_view name_of(Kind kind) {
  return kind == Kind::added ? "added" : kind == Kind::removed ? "removed" : "changed";
}
Ink ink_of(Kind kind) {
  return kind == Kind::added ? Ink::green : kind == Kind::removed ? Ink::red : Ink::yellow;
}

std::string value_text(const SettingChange& change) {
  if (change.kind == Kind::added) return change.after;
  if (change.kind == Kind::removed) return change.before;
  if (change.before == kHidden) return "changed";
  return change.before + " -> " + change.after;
}

// "servers.gitlab" of "servers.gitlab.url", "local" of "local.tasks".
std::string group_of(const std::string& key) {
  auto const first = key.find('.');
  if (first == key.npos) return "";
  return key.substr(0, key.starts_with("servers.") ? key.find('.', first + 1) : first);
}

}  // namespace

Result<VersionSettings> settings_of(const local::Version& version, const fs::path& state) {
  VersionSettings settings;
  auto const folder = local::version_folder(state, version.release);
  for (auto const& service : version.services) {
    if (!service.is_davitd) {
      add_command(settings, service);
      continue;
    }
    DAVIT_TRY(auto const root, config::read_yaml((folder / "davitd.yaml").string()));
    add_configuration(settings, root);
    settings["davitd.tasks"] = shown(std::to_string(service.tasks));
    settings["davitd.build"] = shown(build_of(folder / "davitd"));
  }
  return settings;
}

std::vector<SettingChange> compare(const VersionSettings& before, const VersionSettings& after) {
  std::vector<SettingChange> changes;
  for (auto const& [key, old] : before) {
    auto const found = after.find(key);
    if (found == after.end()) {
      changes.push_back({Kind::removed, key, old.shown, ""});
    } else if (found->second.value != old.value) {
      auto const& now = found->second.shown;
      changes.push_back({Kind::changed, key, old.shown, now == old.shown ? "another" : now});
    }
  }
  for (auto const& [key, setting] : after) {
    if (!before.contains(key)) changes.push_back({Kind::added, key, "", setting.shown});
  }
  std::ranges::sort(changes, {}, &SettingChange::key);
  return changes;
}

std::string draw_diff(const VersionDiff& diff, const Look& look) {
  constexpr std::size_t kMostRows = 100;
  auto out = diff.serving.empty() ? std::string("nothing serves: all of it would be new\n")
                                  : "against " + diff.serving + ", which serves\n";
  std::string group;
  for (auto const& change : diff.changes) {
    auto const next = group_of(change.key);
    if (next != group)
      out += paint(next.empty() ? "further" : next, Ink::bold, look.is_coloured) + '\n';
    group = next;
    auto const key = next.empty() ? change.key : change.key.substr(next.size() + 1);
    auto const line = fmt::format(
        "  {} {}: {}", mark_of(change.kind), on_a_line(key), on_a_line(value_text(change))
    );
    out +=
        paint(wrap(line, look.width, 6, kMostRows), ink_of(change.kind), look.is_coloured) + '\n';
  }
  for (auto const& change : diff.up_changes) {
    out += paint(
        wrap(in_hints("! " + describe(change), look), look.width, 2, kMostRows),
        Ink::red,
        look.is_coloured
    );
    out += '\n';
  }
  if (diff.is_empty()) out += "no differences: a deploy would release the same again\n";
  return out;
}

json::Object to_json(const VersionDiff& diff) {
  json::Array changes;
  for (auto const& [kind, key, before, after] : diff.changes) {
    json::Object one{{"key", key}, {"kind", name_of(kind)}};
    if (kind != Kind::added) one["before"] = before;
    if (kind != Kind::removed) one["after"] = after;
    changes.push_back(std::move(one));
  }
  json::Array up_changes;
  for (auto const& change : diff.up_changes) {
    json::Object one{{"key", change.key}};
    one["running"] = change.running;
    one["manifest"] = change.wanted;
    up_changes.push_back(std::move(one));
  }
  json::Object object{{"version", 1}, {"against", diff.serving}};
  object["changes"] = std::move(changes);
  object["needs_up"] = std::move(up_changes);
  return object;
}

}  // namespace davit::app
