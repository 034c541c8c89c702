#include <map>

#include <fmt/format.h>

#include "connector/arguments.h"
#include "connector/failure.h"
#include "connector/instance.h"
#include "connector/projection.h"
#include "connectors/gitlab/edits.h"
#include "connectors/gitlab/repository.h"

namespace davit::connectors::gitlab {
namespace {

using connector::Access;
using connector::Intake;
using connector::Invocation;
using connector::Keep;
using connector::Projection;

constexpr Keep kBranch = "name id=commit.id title=commit.title~200 protected? url=web_url";
constexpr Keep kCommitted =
    "id title~200 parents=parent_ids added=stats.additions removed=stats.deletions url=web_url";
// A text that is larger is not edited by replacing parts of it.
constexpr std::size_t kEditedBytes = 4 * 1024 * 1024;

std::string text_at(const json::Value& action, std::string_view name) {
  return std::string(json::find_string(action, name).value_or(""));
}

const json::Array& actions_of(const Invocation& call) {
  static const json::Array kNone;
  auto const* actions = call.arguments().if_contains("actions");
  return actions != nullptr && actions->is_array() ? actions->get_array() : kNone;
}

bool has(const json::Value& action, std::string_view name) {
  return json::find(action, name) != nullptr;
}

Error refuse(const json::Value& action, std::string_view why) {
  return Error(
      ErrorKind::invalid_input, fmt::format("action on {}: {}", text_at(action, "path"), why)
  );
}

// What GitLab would answer less clearly, or not refuse at all.
Result<> check_action(const json::Value& action) {
  auto const kind = text_at(action, "action");
  auto const is_edit = has(action, "old_str") || has(action, "new_str");
  if (is_edit && kind != "update") return refuse(action, "only update takes old_str and new_str");
  if (is_edit && has(action, "content")) {
    return refuse(action, "give either content or old_str and new_str");
  }
  if (is_edit && !has(action, "old_str")) return refuse(action, "old_str is missing");
  if ((kind == "create" || kind == "update") && !is_edit && !has(action, "content")) {
    return refuse(action, "content is missing");
  }
  if (kind == "move" && !has(action, "previous_path")) {
    return refuse(action, "previous_path is missing");
  }
  if (kind == "chmod" && !has(action, "executable")) return refuse(action, "executable is missing");
  return {};
}

// Deleting is for those who may do what cannot be taken back, although git could.
Result<> check_actions(const Invocation& call) {
  if (actions_of(call).empty()) return Error(ErrorKind::invalid_input, "actions is empty");
  for (auto const& action : actions_of(call)) {
    DAVIT_CHECK(check_action(action));
    if (text_at(action, "action") != "delete") continue;
    if (call.instance().settings().access != Access::full) {
      return Error(
          ErrorKind::forbidden,
          "deleting a file needs more: ask the operator to set access: full, or leave that action "
          "out"
      );
    }
  }
  return {};
}

// A file that several actions may edit, one after the other.
struct Edited {
  std::string text;
  std::string last_commit;
};

Async<Edited> read_file(Invocation call, std::string path, std::string ref) {
  json::Value const place = json::Object{{"path", path}, {"ref", ref}};
  auto const answer = co_await call.download(
      "/projects/{project}/repository/files/{.path}/raw?ref={.ref}",
      Intake{.accept = "*/*", .max_bytes = kEditedBytes},
      place
  );
  if (!answer) co_return answer.error();
  if (answer->body.find('\0') != std::string::npos) {
    co_return Error(ErrorKind::invalid_input, path + " is no text; send its whole content");
  }
  co_return Edited{
      .text = answer->body,
      .last_commit = std::string(answer->headers.get("X-Gitlab-Last-Commit-Id").value_or("")),
  };
}

// As the API wants it.
// https://docs.gitlab.com/api/commits/#create-a-commit-with-multiple-files-and-actions
json::Object to_wire(const json::Value& action) {
  constexpr std::pair<std::string_view, std::string_view> kNames[] = {
      {"action", "action"},
      {"path", "file_path"},
      {"previous_path", "previous_path"},
      {"content", "content"},
      {"encoding", "encoding"},
      {"executable", "execute_filemode"},
      {"last_commit_id", "last_commit_id"},
  };
  json::Object out;
  for (auto const& [name, wire] : kNames) {
    if (auto const* value = json::find(action, name)) out[wire] = *value;
  }
  return out;
}

// The actions with edits turned into whole contents. `last_commit_id` lets GitLab refuse what
// somebody else has changed since.
Async<json::Array> resolve_edits(Invocation call, std::string ref) {
  auto const actions = actions_of(call);
  std::map<std::string, std::size_t> places;  // in `out`, of the last action on a file
  json::Array out;
  for (auto const& action : actions) {
    auto wire = to_wire(action);
    auto const path = text_at(action, "path");
    if (!has(action, "old_str")) {
      if (text_at(action, "action") != "chmod") places.insert_or_assign(path, out.size());
      out.push_back(std::move(wire));
      continue;
    }
    auto const before = places.find(path);
    Edited file;
    if (before != places.end()) {
      auto const& earlier = out[before->second];
      if (!has(earlier, "content") || text_at(earlier, "encoding") == "base64") {
        co_return refuse(
            action, "an edit cannot follow such an action; edit it in a commit before"
        );
      }
      file.text = text_at(out[before->second], "content");
    } else {
      DAVIT_CO_TRY(file, co_await read_file(call, path, ref));
    }
    DAVIT_CO_TRY(
        auto content,
        replaced_once(path, file.text, text_at(action, "old_str"), text_at(action, "new_str"))
    );
    if (before != places.end()) {
      out[before->second].get_object()["content"] = std::move(content);
      continue;
    }
    wire["content"] = std::move(content);
    if (!file.last_commit.empty()) wire["last_commit_id"] = file.last_commit;
    places.emplace(path, out.size());
    out.push_back(std::move(wire));
  }
  co_return out;
}

bool is_same_commit(std::string_view a, std::string_view b) {
  return !a.empty() && !b.empty() && (a.starts_with(b) || b.starts_with(a));
}

}  // namespace

// Asking twice for the same branch leaves the same, so it is no failure.
Async<json::Value> create_branch(Invocation call) {
  if (!call.has("ref")) {
    DAVIT_CO_TRY(auto const project, co_await call.get("/projects/{project}"));
    auto const branch = json::find_string(project, "default_branch");
    if (!branch)
      co_return Error(ErrorKind::invalid_input, "the project is empty: it has no branch");
    call.arguments()["ref"] = *branch;
  }
  auto const created = co_await call.perform();
  if (created) co_return Projection(kBranch).apply(*created, {});
  auto const status = connector::http_status_of(created.error());
  if (status != 400 && status != 409) co_return created.error();
  auto const existing = co_await call.get("/projects/{project}/repository/branches/{branch}");
  if (!existing) co_return created.error();
  auto const wanted = co_await call.get("/projects/{project}/repository/commits/{ref}");
  if (!wanted) co_return created.error();
  auto const head = json::find_string(*existing, "commit.id").value_or("");
  if (!is_same_commit(head, json::find_string(*wanted, "id").value_or(""))) {
    co_return Error(
        ErrorKind::conflict,
        fmt::format("the branch exists already, at another commit ({}); choose another name", head)
    );
  }
  auto out = Projection(kBranch).apply(*existing, {});
  out.get_object()["note"] = "It existed before, at the same commit.";
  co_return out;
}

Async<json::Value> commit_files(Invocation call) {
  DAVIT_CO_CHECK(check_actions(call));
  auto const ref = std::string(call.text(call.has("start_branch") ? "start_branch" : "branch"));
  DAVIT_CO_TRY(auto actions, co_await resolve_edits(call, ref));
  json::Array changed;
  for (auto const& action : actions) {
    changed.push_back(json::Value(text_at(action, "action") + ' ' + text_at(action, "file_path")));
  }
  call.arguments()["actions"] = std::move(actions);
  DAVIT_CO_TRY(auto const committed, co_await call.perform());
  auto out = Projection(kCommitted).apply(committed, {});
  if (auto* object = out.if_object()) (*object)["files"] = std::move(changed);
  co_return out;
}

}  // namespace davit::connectors::gitlab
