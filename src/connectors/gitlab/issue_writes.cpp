#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "connector/projection.h"
#include "connectors/gitlab/updates.h"

namespace davit::connectors::gitlab {
namespace {

using connector::Invocation;
using connector::Keep;
using connector::Projection;

constexpr Keep kCreated =
    "ref=references.full type=issue_type title~200 assignees.username labels~100 "
    "milestone=milestone.title~100 due=due_date confidential? url=web_url";

// "7", "#7" or "group/project#7". https://docs.gitlab.com/api/issue_links/#create-an-issue-link
struct Target {
  std::string project;
  std::string issue;
};

Result<Target> parse_target(const Invocation& call) {
  auto const text = trim(call.text("link_to"));
  auto const hash = text.rfind('#');
  Target target{.project = std::string(call.text("project")), .issue = std::string(text)};
  if (hash != text.npos) {
    if (hash > 0) target.project = text.substr(0, hash);
    target.issue = text.substr(hash + 1);
  }
  auto const is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (target.issue.empty() || !std::ranges::all_of(target.issue, is_digit)) {
    return Error(ErrorKind::invalid_input, "link_to must be a number, or group/project#number");
  }
  return target;
}

}  // namespace

// The issue is there even when it cannot be linked, and the answer says both.
Async<json::Value> create_issue(Invocation call) {
  Target target;
  if (call.has("link_to")) {
    DAVIT_CO_TRY(target, parse_target(call));
  }
  DAVIT_CO_TRY(auto const created, co_await call.perform());
  auto out = Projection(kCreated).apply(created, {});
  if (!out.is_object()) co_return unclear_outcome("the issue");
  tell_dropped_people(call, created, out.get_object());
  if (target.issue.empty()) co_return out;
  json::Object link{{"target_project_id", target.project}, {"target_issue_iid", target.issue}};
  auto const linked = co_await call.request(
      http::Method::post, "/projects/{project}/issues/{.iid}/links", std::move(link), created
  );
  if (linked) {
    out.get_object()["linked_to"] = fmt::format("{}#{}", target.project, target.issue);
  } else {
    if (linked.error().kind() == ErrorKind::cancelled) co_return linked.error();
    out.get_object()["not_linked"] = linked.error().message();
  }
  co_return out;
}

}  // namespace davit::connectors::gitlab
