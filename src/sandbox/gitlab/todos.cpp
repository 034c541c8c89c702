// What waits for the caller.
#include <algorithm>

#include <fmt/format.h>

#include "sandbox/gitlab/entities.h"
#include "sandbox/gitlab/paging.h"
#include "sandbox/gitlab/routes.h"

namespace davit::sandbox::gitlab {
namespace {

using enum http::Method;

constexpr Param kFilters[] = {
    {"action", Kind::list},
    {"author_id", Kind::integer},
    {"project_id", Kind::integer},
    {"group_id", Kind::integer},
    {"state", Kind::text, Need::optional, "pending|done", "pending"},
    {"type"},
};

json::Object show_todo(const Call& call, const Todo& todo) {
  auto const& project = call.store.projects.at(todo.project);
  auto const path = call.store.full_path(project);
  json::Value target;
  std::string_view section = "issues";
  if (todo.target_type == "MergeRequest") {
    section = "merge_requests";
    auto const found = project.merge_requests.find(todo.target_iid);
    if (found != project.merge_requests.end())
      target = show_merge_request(call, found->second, path);
  } else {
    auto const found = project.issues.find(todo.target_iid);
    if (found != project.issues.end()) target = show_issue(call, found->second, path);
  }
  return {
      {"id", todo.id},
      {"project",
       json::Object{
           {"id", project.id},
           {"description", project.description},
           {"name", project.name},
           {"name_with_namespace",
            call.store.groups.at(project.group).full_name + " / " + project.name},
           {"path", project.path},
           {"path_with_namespace", path},
           {"created_at", to_text(project.created)}
       }},
      {"author", show_user_basic(call, todo.author)},
      {"action_name", todo.action},
      {"target_type", todo.target_type},
      {"target", std::move(target)},
      {"target_url", fmt::format("{}/-/{}/{}", web_url(call, project), section, todo.target_iid)},
      {"body", todo.body},
      {"state", todo.state},
      {"created_at", to_text(todo.created)},
      {"updated_at", to_text(todo.created)},
  };
}

http::Response list_todos(Call& call) {
  auto const actions = call.list("action");
  std::vector<const Todo*> rows;
  for (auto const& [id, todo] : call.store.todos) {
    if (todo.user != call.user_id() || todo.state != call.text("state")) continue;
    if (!actions.empty() && std::ranges::find(actions, todo.action) == actions.end()) continue;
    if (auto const type = call.text("type"); type && todo.target_type != *type) continue;
    if (auto const author = call.integer("author_id"); author && todo.author != *author) continue;
    if (auto const project = call.integer("project_id"); project && todo.project != *project) {
      continue;
    }
    rows.push_back(&todo);
  }
  std::ranges::reverse(rows);
  return paged(call, rows, [&](const Todo* todo) { return show_todo(call, *todo); });
}

http::Response mark_done(Call& call) {
  auto const found = call.store.todos.find(call.id_arg("id"));
  if (found == call.store.todos.end() || found->second.user != call.user_id()) return no_record();
  found->second.state = "done";
  return created(show_todo(call, found->second));
}

http::Response mark_all_done(Call& call) {
  for (auto& [id, todo] : call.store.todos) {
    if (todo.user == call.user_id()) todo.state = "done";
  }
  return no_content();
}

constexpr Route kRoutes[] = {
    {get, "/todos", list_todos, kFilters, {}, Who::signed_in},
    {post, "/todos/#id/mark_as_done", mark_done},
    {post, "/todos/mark_as_done", mark_all_done},
};

}  // namespace

std::span<const Route> todo_routes() { return kRoutes; }

}  // namespace davit::sandbox::gitlab
