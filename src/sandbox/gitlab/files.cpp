// One file of a repository: its content in three forms, its blame, and changing it.
#include <algorithm>

#include "base/base64.h"
#include "base/crypto.h"
#include "base/strings.h"
#include "http/url.h"
#include "sandbox/gitlab/commit_writer.h"
#include "sandbox/gitlab/diff.h"
#include "sandbox/gitlab/entities.h"
#include "sandbox/gitlab/routes.h"
#include "sandbox/gitlab/sha1.h"

namespace davit::sandbox::gitlab {
namespace {

using enum http::Method;

struct FoundFile {
  Project* project;
  const Commit* commit;
  std::string path;
  std::string ref;
  const File* file;
};

Or<FoundFile> find_file(Call& call) {
  DAVIT_TRY(auto* project, call.project());
  auto const ref = std::string(call.text("ref").value_or("HEAD"));
  auto const* commit = project->repository.resolve(ref);
  if (commit == nullptr) return not_found("Commit");
  std::string path(call.arg("file_path"));
  auto const found = commit->files.find(path);
  if (found == commit->files.end()) return not_found("File");
  return FoundFile{project, commit, std::move(path), ref, &found->second};
}

json::Object describe(const FoundFile& found) {
  auto const* last = last_change(*found.project, *found.commit, found.path);
  return {
      {"file_name", found.path.substr(found.path.rfind('/') + 1)},
      {"file_path", found.path},
      {"size", found.file->content().size()},
      {"encoding", "base64"},
      {"content_sha256", to_hex(sha256(found.file->content()))},
      {"ref", found.ref},
      {"blob_id", found.file->blob->id},
      {"commit_id", found.commit->id},
      {"last_commit_id", last == nullptr ? found.commit->id : last->id},
      {"execute_filemode", found.file->executable},
  };
}

// "file_name" becomes X-Gitlab-File-Name. Names that are not ASCII are encoded.
void add_headers(http::Response& response, const FoundFile& found) {
  for (auto const& member : describe(found)) {
    std::string const key(member.key());
    std::string name = "X-Gitlab";
    for (auto const word : split(key, '_')) {
      name += '-';
      name += static_cast<char>(word.front() - 'a' + 'A');
      name += word.substr(1);
    }
    auto value = member.value().is_string() ? std::string(member.value().get_string())
                                            : json::to_text(member.value());
    auto const is_ascii = std::ranges::all_of(value, [](char c) { return c >= ' ' && c < 0x7F; });
    response.headers.add(name, is_ascii ? value : http::percent_encode(value));
  }
}

constexpr Param kRef[] = {{"ref", Kind::text, Need::required}};
constexpr Param kOptionalRef[] = {{"ref"}, {"lfs", Kind::flag}};

http::Response get_json(Call& call) {
  DAVIT_TRY(auto const found, find_file(call));
  auto shown = describe(found);
  shown["content"] = base64_encode(found.file->content());
  auto response = answer(shown);
  add_headers(response, found);
  return response;
}

http::Response head_only(Call& call) {
  DAVIT_TRY(auto const found, find_file(call));
  http::Response response;
  add_headers(response, found);
  return response;
}

http::Response get_raw(Call& call) {
  DAVIT_TRY(auto const found, find_file(call));
  std::string content(found.file->content());
  auto const is_text = is_utf8(content) && content.find('\0') == std::string::npos;
  auto response = http::Response::text(
      200, is_text ? "text/plain; charset=utf-8" : "application/octet-stream", std::move(content)
  );
  add_headers(response, found);
  response.headers.add("Content-Disposition", "inline");
  return response;
}

// Each line with the commit it came with: the history is replayed along first parents, and what a
// merge brought counts for the merged branch.
std::vector<std::pair<std::string_view, const Commit*>> blame_lines(const FoundFile& found) {
  std::vector<const Commit*> line;
  for (auto const* commit = found.commit; commit != nullptr;) {
    line.push_back(commit);
    commit =
        commit->parents.empty() ? nullptr : found.project->repository.find(commit->parents.front());
  }
  std::vector<std::pair<std::string_view, const Commit*>> blamed;
  for (auto i = line.rbegin(); i != line.rend(); ++i) {
    auto const file = (*i)->files.find(found.path);
    auto const content = file == (*i)->files.end() ? std::string_view() : file->second.content();
    auto const* author =
        (*i)->parents.size() < 2 ? *i : found.project->repository.find((*i)->parents.back());
    std::vector<std::string_view> before;
    for (auto const& entry : blamed) before.push_back(entry.first);
    auto const after = lines_of(content);
    decltype(blamed) next;
    std::size_t kept = 0;
    for (auto const& change : diff_lines(before, after)) {
      while (kept < change.old_begin) next.push_back(blamed[kept++]);
      for (auto j = change.new_begin; j < change.new_end; ++j) next.emplace_back(after[j], author);
      kept = change.old_end;
    }
    while (kept < blamed.size()) next.push_back(blamed[kept++]);
    blamed = std::move(next);
  }
  return blamed;
}

constexpr Param kBlame[] = {
    {"ref", Kind::text, Need::required},
    {"range", Kind::object},
    {"range[start]", Kind::integer, Need::required},
    {"range[end]", Kind::integer, Need::required},
};

http::Response blame(Call& call) {
  DAVIT_TRY(auto const found, find_file(call));
  auto const lines = blame_lines(found);
  json::Value const params = call.params;
  auto const first = json::find_int(params, "range.start").value_or(1);
  auto const last = json::find_int(params, "range.end").value_or(static_cast<Id>(lines.size()));
  if (first < 1 || last < first) {
    return bad_request("range[start] must be positive, and not above range[end]");
  }
  json::Array ranges;
  const Commit* current = nullptr;
  for (auto i = first; i <= std::min(last, static_cast<Id>(lines.size())); ++i) {
    auto const& [text, commit] = lines[static_cast<std::size_t>(i - 1)];
    if (commit != current) {
      auto shown = show_commit(call, *found.project, *commit);
      for (auto const* name : {"short_id", "title", "trailers", "extended_trailers", "web_url"}) {
        shown.erase(name);
      }
      ranges.push_back(json::Object{{"commit", std::move(shown)}, {"lines", json::Array()}});
      current = commit;
    }
    auto const line = text.ends_with('\n') ? text.substr(0, text.size() - 1) : text;
    ranges.back().get_object()["lines"].get_array().push_back(json::String(line));
  }
  auto response = answer(ranges);
  add_headers(response, found);
  return response;
}

constexpr Param kWrite[] = {
    {"branch", Kind::text, Need::required_not_blank},
    {"commit_message", Kind::text, Need::required_not_blank},
    {"start_branch"},
    {"author_email"},
    {"author_name"},
    {"last_commit_id"},
    {"encoding", Kind::text, Need::optional, "text|base64"},
    {"execute_filemode", Kind::flag},
};
constexpr Param kContent[] = {{"content", Kind::text, Need::required}};

http::Response write(Call& call, std::string_view what, int status) {
  DAVIT_TRY(auto* project, call.project());
  FileAction action{.action = std::string(what), .path = std::string(call.arg("file_path"))};
  DAVIT_TRY(
      action.content,
      decode_content(call.text("content").value_or(""), call.text("encoding").value_or("text"))
  );
  action.last_commit_id = call.text("last_commit_id").value_or("");
  if (call.has("execute_filemode")) action.is_executable = call.flag("execute_filemode");
  auto const text = call.text("commit_message").value_or("");
  DAVIT_TRY(auto const* commit, write_commit(call, *project, text, {action}));
  static_cast<void>(commit);
  if (status == 204) return no_content();
  return answer(
      json::Object{{"file_path", call.arg("file_path")}, {"branch", *call.text("branch")}}, status
  );
}

http::Response create(Call& call) { return write(call, "create", 201); }
http::Response update(Call& call) { return write(call, "update", 200); }
http::Response remove(Call& call) { return write(call, "delete", 204); }

constexpr Route kRoutes[] = {
    {head, "/repository/files/:file_path", head_only, kRef},
    {get, "/repository/files/:file_path", get_json, kRef},
    {get, "/repository/files/:file_path/raw", get_raw, kOptionalRef},
    {get, "/repository/files/:file_path/blame", blame, kBlame},
    {post, "/repository/files/:file_path", create, kWrite, kContent},
    {put, "/repository/files/:file_path", update, kWrite, kContent},
    {del, "/repository/files/:file_path", remove, kWrite},
};

}  // namespace

std::span<const Route> file_routes() { return kRoutes; }

}  // namespace davit::sandbox::gitlab
