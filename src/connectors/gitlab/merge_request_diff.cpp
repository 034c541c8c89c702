#include <algorithm>

#include <fmt/format.h>

#include "connector/arguments.h"
#include "connector/text.h"
#include "connectors/gitlab/diff.h"
#include "connectors/gitlab/merge_requests.h"

namespace davit::connectors::gitlab {
namespace {

using connector::Invocation;

// 100 files a page. GitLab itself stops at 1,000 files by default:
// https://docs.gitlab.com/administration/diff_limits/
constexpr int kMaxPages = 10;

bool is_wanted(std::string_view path, const std::vector<std::string>& wanted) {
  return wanted.empty() || std::ranges::any_of(wanted, [&](std::string_view prefix) {
           if (!path.starts_with(prefix)) return false;
           return path.size() == prefix.size() || prefix.ends_with('/') ||
                  path[prefix.size()] == '/';
         });
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

// Patches as long as they fit, then only names.
json::Object to_patches(const json::Array& files, bool named, std::size_t max_bytes) {
  json::Array patches;
  json::Array left_out;
  for (auto const& file : files) {
    auto described = describe_file(file);
    auto const diff = json::find_string(file, "diff").value_or("");
    auto const is_noise = has_flag(file, "generated_file") && !named;
    if (max_bytes < 200 || is_noise) {
      left_out.push_back(described["path"]);
      continue;
    }
    auto patch = with_line_numbers(diff, max_bytes);
    max_bytes -= std::min(max_bytes, patch.size());
    if (!patch.empty()) described["patch"] = std::move(patch);
    patches.push_back(std::move(described));
  }
  json::Object out{{"files", std::move(patches)}};
  if (!left_out.empty()) {
    out["left_out"] = std::move(left_out);
    out["more"] = "name them in paths";
  }
  return out;
}

}  // namespace

Async<json::Value> get_merge_request_diff(Invocation call) {
  DAVIT_CO_TRY(auto all, co_await call.get_all(call.tool().call.path, kMaxPages));
  std::vector<std::string> wanted;
  for (auto const path : connector::list_of(call.arguments(), "paths")) wanted.emplace_back(path);
  auto const total = all.items.size();
  json::Array files;
  for (auto& file : all.items) {
    auto const path = json::find_string(file, "new_path").value_or("");
    auto const old_path = json::find_string(file, "old_path").value_or("");
    if (is_wanted(path, wanted) || is_wanted(old_path, wanted)) files.push_back(std::move(file));
  }
  json::Object out{{"total_files", total}, {"complete", all.complete}};
  if (call.text("mode") == "stat") {
    json::Array stat;
    for (auto const& file : files) stat.push_back(describe_file(file));
    out["files"] = std::move(stat);
    co_return out;
  }
  auto const max_bytes = static_cast<std::size_t>(call.integer("max_bytes"));
  for (auto& member : to_patches(files, !wanted.empty(), max_bytes)) {
    out[member.key()] = std::move(member.value());
  }
  co_return out;
}

}  // namespace davit::connectors::gitlab
