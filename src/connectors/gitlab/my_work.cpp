#include <algorithm>

#include <fmt/format.h>

#include "connector/projection.h"
#include "connectors/gitlab/context.h"

namespace davit::connectors::gitlab {
namespace {

using connector::Invocation;
using connector::Keep;
using connector::Projection;

constexpr Keep kMergeRequest =
    "ref=references.full title~200 author.username draft? merge_status=detailed_merge_status "
    "updated=updated_at";
constexpr Keep kIssue = "ref=references.full title~200 labels~100 due=due_date updated=updated_at";
constexpr Keep kTodo =
    "action=action_name ref=target.references.full project=project.path_with_namespace "
    "title=target.title~200 by=author.username at=created_at url=target_url";

struct Queue {
  std::string_view kind;
  std::string_view path;  // {.me} is the caller's username
  const Keep& keep;
};

// https://docs.gitlab.com/api/merge_requests/#list-merge-requests
// https://docs.gitlab.com/api/issues/#list-issues, https://docs.gitlab.com/api/todos/
constexpr Queue kQueues[] = {
    {"reviews",
     "/merge_requests?scope=all&state=opened&order_by=updated_at&reviewer_username={.me}",
     kMergeRequest},
    {"assigned",
     "/merge_requests?scope=assigned_to_me&state=opened&order_by=updated_at",
     kMergeRequest},
    {"authored",
     "/merge_requests?scope=created_by_me&state=opened&order_by=updated_at",
     kMergeRequest},
    {"issues", "/issues?scope=assigned_to_me&state=opened&order_by=updated_at", kIssue},
    {"todos", "/todos?state=pending", kTodo},
};

std::string with_limit(std::string_view path, std::int64_t limit) {
  return fmt::format("{}&per_page={}", path, limit);
}

// To-dos of what is no issue and no merge request have no reference but an address.
void drop_addresses(json::Array& todos) {
  for (auto& todo : todos) {
    if (!todo.is_object()) continue;
    auto& fields = todo.get_object();
    if (!fields.contains("ref")) continue;
    fields.stable_erase("url");
    fields.stable_erase("project");
  }
}

}  // namespace

// One that fails does not hide the others.
Async<json::Value> list_my_work(Invocation call) {
  auto const limit = call.integer("limit");
  auto const kinds = call.list("kinds");
  auto const is_wanted = [&](std::string_view kind) {
    return std::ranges::find(kinds, kind) != kinds.end();
  };
  json::Value self = json::Object{{"me", ""}};
  if (is_wanted("reviews")) {
    DAVIT_CO_TRY(auto const user, co_await call.get_cached("/user", std::chrono::minutes(15)));
    auto const name = json::find_string(user, "username");
    // Without a name GitLab would answer with everybody's.
    if (!name) co_return Error(ErrorKind::protocol, "GitLab answered without a user");
    self.get_object()["me"] = *name;
  }
  json::Object out;
  json::Array more;
  json::Object unavailable;
  for (auto const& queue : kQueues) {
    if (!is_wanted(queue.kind)) continue;
    auto const path = with_limit(queue.path, limit);
    auto const page = co_await call.get_page(path, self);
    if (!page) {
      if (page.error().kind() == ErrorKind::cancelled) co_return page.error();
      unavailable[queue.kind] = page.error().message();
      continue;
    }
    if (!page->body.is_array()) {
      unavailable[queue.kind] = "GitLab answered without a list.";
      continue;
    }
    auto rows = Projection(queue.keep).apply(page->body, {});
    if (queue.kind == "todos") drop_addresses(rows.get_array());
    out[queue.kind] = std::move(rows);
    if (page->next.request) more.emplace_back(queue.kind);
  }
  if (!more.empty()) out["more_of"] = std::move(more);
  if (!unavailable.empty()) out["unavailable"] = std::move(unavailable);
  co_return out;
}

}  // namespace davit::connectors::gitlab
