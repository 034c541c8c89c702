#include <fmt/format.h>

#include "connector/failure.h"
#include "connector/instance.h"
#include "connector/projection.h"
#include "connectors/gitlab/merge_requests.h"

namespace davit::connectors::gitlab {
namespace {

using connector::Invocation;
using connector::Keep;
using connector::Projection;
using connector::Str;

constexpr Str kMergeRequest = "/projects/{project}/merge_requests/{mr}";
constexpr Keep kApprovals =
    "needed=approvals_required left=approvals_left by=approved_by.user.username";

bool is_among(const json::Value& approvals, std::string_view username) {
  auto const* rows = json::find_array(approvals, "approved_by");
  for (auto const& row : rows == nullptr ? json::Array() : *rows) {
    if (json::find_string(row, "user.username") == username) return true;
  }
  return false;
}

// GitLab answers 401 to who may not approve and to who has approved already, and 404 to who takes
// back what is not there. https://docs.gitlab.com/api/merge_request_approvals/
Async<json::Value> after_refusal(Invocation call, Error refusal, bool approves) {
  DAVIT_CO_TRY(auto const self, co_await call.get_cached("/user", std::chrono::minutes(15)));
  DAVIT_CO_TRY(
      auto const approvals, co_await call.get("/projects/{project}/merge_requests/{mr}/approvals")
  );
  auto const has_approved = is_among(approvals, json::find_string(self, "username").value_or(""));
  if (has_approved == approves) {
    auto out = Projection(kApprovals).apply(approvals, {});
    if (auto* object = out.if_object()) {
      (*object)["note"] = approves ? "You had approved it before." : "It was not approved by you.";
    }
    co_return out;
  }
  if (connector::http_status_of(refusal) != 401) co_return refusal;
  co_return Error(
      ErrorKind::forbidden,
      "you may not approve it: authors and committers often may not, and a merged or closed one "
      "takes no approval"
  );
}

// The rebase goes on in the background; its outcome stands in the merge request.
Async<json::Value> poll_rebase(Invocation call) {
  co_return co_await call.get(std::string(kMergeRequest) + "?include_rebase_in_progress=true");
}

}  // namespace

Async<json::Value> approve_merge_request(Invocation call) {
  // Also run at the end of a review, where there is no such argument.
  auto const approves = call.text("action") != "unapprove";
  auto const path = std::string(kMergeRequest) + (approves ? "/approve" : "/unapprove");
  json::Value body;
  if (approves) body = json::Object{{"sha", call.text("sha")}};
  auto const done = co_await call.request(http::Method::post, path, std::move(body));
  if (done) co_return Projection(kApprovals).apply(*done, {});
  auto const status = connector::http_status_of(done.error());
  if (status == 409) {
    co_return Error(
        ErrorKind::conflict, "its head is another commit than sha; review the new commits first"
    )
        .with_detail(done.error().detail());
  }
  if (status != 401 && status != 404) co_return done.error();
  co_return co_await after_refusal(call, done.error(), approves);
}

Async<json::Value> rebase_merge_request(Invocation call) {
  DAVIT_CO_TRY(auto const before, co_await call.get(kMergeRequest));
  DAVIT_CO_TRY(auto const started, co_await call.perform());
  (void)started;
  auto const wait = call.integer("wait_s");
  auto const& collaborators = call.instance().collaborators();
  DAVIT_CO_TRY(auto now, co_await poll_rebase(call));
  for (std::int64_t waited = 0; waited < wait; ++waited) {
    if (!json::find_bool(now, "rebase_in_progress").value_or(false)) break;
    DAVIT_CO_CHECK(co_await collaborators.sleep(std::chrono::seconds(1)));
    DAVIT_CO_TRY(now, co_await poll_rebase(call));
  }
  json::Object out;
  if (json::find_bool(now, "rebase_in_progress").value_or(false)) {
    out["state"] = "in progress";
    out["next"] = "gitlab_get_merge_request shows the new head when it is done.";
    co_return out;
  }
  auto const error = json::find_string(now, "merge_error").value_or("");
  if (!error.empty()) co_return Error(ErrorKind::conflict, std::string(error));
  auto const head = json::find_string(now, "sha").value_or("");
  out["state"] = head == json::find_string(before, "sha").value_or("") ? "up to date" : "done";
  out["sha"] = head;
  if (auto const status = json::find_string(now, "detailed_merge_status")) {
    out["merge_status"] = *status;
  }
  co_return out;
}

// Each by itself: one that cannot be resolved does not keep the others.
Async<json::Value> resolve_discussions(Invocation call) {
  auto const path = std::string(kMergeRequest) + "/discussions/{.id}?resolved={resolved}";
  json::Array done;
  json::Object failed;
  std::vector<std::string> ids;
  for (auto const id : call.list("discussions")) ids.emplace_back(id);
  Result<> last;
  for (auto const& id : ids) {
    json::Value const place = json::Object{{"id", id}};
    auto const answer = co_await call.request(http::Method::put, path, {}, place);
    if (answer) {
      done.emplace_back(id);
      continue;
    }
    if (answer.error().kind() == ErrorKind::cancelled) co_return answer.error();
    failed[id] = answer.error().message();
    last = answer.error();
  }
  if (done.empty() && !last) co_return last.error();
  json::Object out{{"resolved", call.flag("resolved")}, {"discussions", std::move(done)}};
  if (!failed.empty()) out["failed"] = std::move(failed);
  co_return out;
}

}  // namespace davit::connectors::gitlab
