// What jobs left: the list of files, and one of them.
#include <set>

#include "sandbox/gitlab/ci.h"
#include "sandbox/gitlab/lookup.h"
#include "sandbox/gitlab/paging.h"
#include "sandbox/gitlab/routes.h"

namespace davit::sandbox::gitlab {
namespace {

using enum http::Method;

struct Row {
  std::string path;
  bool is_folder = false;
  std::size_t size = 0;
};

std::string name_of(const std::string& path) { return path.substr(path.rfind('/') + 1); }

// Below `folder`, which ends with a slash or is empty: folders first, as GitLab lists them.
std::vector<Row> rows_below(const Job& job, const std::string& folder, bool recursive) {
  std::set<std::string> folders;
  std::vector<Row> files;
  for (auto const& [path, content] : job.artifacts) {
    if (!path.starts_with(folder)) continue;
    for (auto at = path.find('/', folder.size()); at != path.npos; at = path.find('/', at + 1)) {
      folders.insert(path.substr(0, at));
      if (!recursive) break;
    }
    auto const is_deep = path.find('/', folder.size()) != path.npos;
    if (recursive || !is_deep) files.push_back({.path = path, .size = content.size()});
  }
  std::vector<Row> rows;
  for (auto const& path : folders) rows.push_back({.path = path, .is_folder = true});
  rows.insert(rows.end(), files.begin(), files.end());
  return rows;
}

constexpr Param kTree[] = {{"path"}, {"recursive", Kind::flag}};

http::Response tree(Call& call) {
  DAVIT_TRY(auto found, find_job(call));
  if (found.job->artifacts.empty()) return message(404, "404 Not found");
  auto folder = std::string(call.text("path").value_or(""));
  if (!folder.empty() && !folder.ends_with('/')) folder += '/';
  auto const rows = rows_below(*found.job, folder, call.flag("recursive"));
  if (rows.empty()) return message(404, "404 Not found");
  return paged(call, rows, [](const Row& row) {
    json::Object shown{{"name", name_of(row.path)}, {"path", row.path}};
    shown["type"] = row.is_folder ? "directory" : "file";
    if (!row.is_folder) shown["size"] = row.size;
    shown["mode"] = row.is_folder ? "040755" : "100644";
    return shown;
  });
}

http::Response one_file(Call& call) {
  DAVIT_TRY(auto found, find_job(call));
  auto const file = found.job->artifacts.find(std::string(call.arg("artifact_path")));
  if (file == found.job->artifacts.end()) return message(404, "404 Not found");
  auto const is_text = file->second.find('\0') == std::string::npos;
  return http::Response::text(
      200, is_text ? "text/plain" : "application/octet-stream", file->second
  );
}

constexpr Route kRoutes[] = {
    {get, "/jobs/#job_id/artifacts/tree", tree, kTree},
    {get, "/jobs/#job_id/artifacts/*artifact_path", one_file},
};

}  // namespace

std::span<const Route> artifact_routes() { return kRoutes; }

}  // namespace davit::sandbox::gitlab
