#include "connectors/gitlab/changes.h"

#include <algorithm>
#include <string>
#include <vector>

#include "connector/arguments.h"
#include "connector/budget.h"
#include "connector/instance.h"
#include "connector/text.h"
#include "connectors/gitlab/diff.h"

namespace davit::connectors::gitlab {
namespace {

constexpr std::size_t kPatchBytes = 40'000;

bool is_wanted(std::string_view path, const std::vector<std::string>& wanted) {
  return wanted.empty() || std::ranges::any_of(wanted, [&](std::string_view prefix) {
           if (!path.starts_with(prefix)) return false;
           return path.size() == prefix.size() || prefix.ends_with('/') ||
                  path[prefix.size()] == '/';
         });
}

// What tools write and nobody reviews line by line; GitLab marks only a part of it as generated.
bool is_noise(std::string_view path) {
  constexpr std::string_view kNames[] = {
      "package-lock.json",
      "npm-shrinkwrap.json",
      "pnpm-lock.yaml",
      "go.sum",
      "gradle.lockfile",
  };
  constexpr std::string_view kFolders[] = {"vendor/", "node_modules/", "third_party/"};
  constexpr std::string_view kEndings[] = {".lock", ".min.js", ".min.css", ".map"};
  auto const name = path.substr(path.rfind('/') + 1);
  auto const is_below = [&](std::string_view folder) {
    return path.starts_with(folder) || path.find('/' + std::string(folder)) != path.npos;
  };
  return std::ranges::find(kNames, name) != std::end(kNames) ||
         std::ranges::any_of(kEndings, [&](auto ending) { return name.ends_with(ending); }) ||
         std::ranges::any_of(kFolders, is_below);
}

bool has_flag(const json::Value& file, std::string_view name) {
  return json::find_bool(file, name).value_or(false);
}

json::Object describe_file(const json::Value& file) {
  auto const path = [&](std::string_view key) {
    return connector::without_invisible(json::find_string(file, key).value_or(""));
  };
  json::Object out{{"path", path("new_path")}};
  if (has_flag(file, "renamed_file")) out["renamed_from"] = path("old_path");
  if (has_flag(file, "new_file")) out["new"] = true;
  if (has_flag(file, "deleted_file")) out["deleted"] = true;
  if (has_flag(file, "generated_file")) out["generated"] = true;
  auto const diff = json::find_string(file, "diff").value_or("");
  // GitLab leaves out the text of files that are too large, and of many files together.
  auto const has_text = !has_flag(file, "too_large") && !has_flag(file, "collapsed");
  if (!has_text) out["text_left_out_by_gitlab"] = true;
  if (has_text || !diff.empty()) {
    auto const counts = count_lines(diff);
    out["added"] = counts.added;
    out["removed"] = counts.removed;
  }
  return out;
}

// Less is no use for a patch.
constexpr std::size_t kLeastBytes = 200;

Changes to_patches(
    const json::Array& files, bool named, std::size_t max_bytes, const ChangesPlace& from
) {
  Changes out;
  json::Array patches;
  json::Array left_out;
  std::size_t waiting = 0;
  for (auto at = from.file; at < files.size(); ++at) {
    auto const& file = files[at];
    auto described = describe_file(file);
    auto const path = json::find_string(file, "new_path").value_or("");
    if (!named && (has_flag(file, "generated_file") || is_noise(path))) {
      left_out.push_back(described["path"]);
      continue;
    }
    if (out.next || max_bytes < kLeastBytes) {
      if (!out.next) out.next = ChangesPlace{.file = at};
      ++waiting;
      continue;
    }
    auto const skip = at == from.file ? from.line : 0;
    auto const diff = json::find_string(file, "diff").value_or("");
    max_bytes -= std::min(max_bytes, connector::json_size(json::Value(described)));
    auto patch = with_line_numbers(diff, max_bytes, skip);
    max_bytes -= std::min(max_bytes, patch.bytes);
    if (patch.is_cut) out.next = ChangesPlace{.file = at, .line = skip + patch.lines};
    if (!patch.text.empty()) described["patch"] = std::move(patch.text);
    patches.push_back(std::move(described));
  }
  out.shown["files"] = std::move(patches);
  if (waiting > 0) out.shown["files_to_come"] = waiting;
  if (!left_out.empty()) {
    out.shown["left_out"] = std::move(left_out);
    out.shown["more"] = "name them in paths";
  }
  return out;
}

Changes to_stat(const json::Array& files, std::size_t max_bytes, const ChangesPlace& from) {
  Changes out;
  json::Array stat;
  for (auto at = from.file; at < files.size(); ++at) {
    auto described = describe_file(files[at]);
    auto const bytes = connector::json_size(json::Value(described));
    if (bytes > max_bytes && !stat.empty()) {
      out.next = ChangesPlace{.file = at};
      out.shown["files_to_come"] = files.size() - at;
      break;
    }
    max_bytes -= std::min(max_bytes, bytes);
    stat.push_back(std::move(described));
  }
  out.shown["files"] = std::move(stat);
  return out;
}

}  // namespace

Changes show_changes(const connector::Invocation& call, json::Array files, ChangesPlace from) {
  std::vector<std::string> wanted;
  for (auto const path : call.list("paths")) wanted.emplace_back(path);
  json::Array chosen;
  for (auto& file : files) {
    auto const path = json::find_string(file, "new_path").value_or("");
    auto const old_path = json::find_string(file, "old_path").value_or("");
    if (is_wanted(path, wanted) || is_wanted(old_path, wanted)) chosen.push_back(std::move(file));
  }
  if (chosen.empty() && !files.empty()) {
    json::Object shown{{"files", json::Array()}};
    shown["note"] = "None of paths is among the changed files.";
    return {.shown = std::move(shown)};
  }
  // With room for the names of files that are left out.
  auto const room = call.instance().settings().result_bytes * 3 / 4;
  if (call.text("mode") == "patch" || call.text("diff") == "patch") {
    auto const asked =
        call.has("max_bytes") ? static_cast<std::size_t>(call.integer("max_bytes")) : kPatchBytes;
    return to_patches(chosen, !wanted.empty(), std::min(asked, room), from);
  }
  return to_stat(chosen, room, from);
}

}  // namespace davit::connectors::gitlab
