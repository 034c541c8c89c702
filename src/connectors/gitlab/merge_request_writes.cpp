#include <charconv>

#include <fmt/format.h>

#include "connector/arguments.h"
#include "connector/projection.h"
#include "connectors/gitlab/merge_requests.h"
#include "connectors/gitlab/updates.h"

namespace davit::connectors::gitlab {
namespace {

using connector::Invocation;
using connector::Keep;
using connector::Projection;

constexpr Keep kCreated =
    "ref=references.full title~200 state draft? source=source_branch target=target_branch sha "
    "merge_status=detailed_merge_status url=web_url";
constexpr Keep kMerged =
    "ref=references.full state sha merge_commit=merge_commit_sha squash_commit=squash_commit_sha "
    "auto_merge=merge_when_pipeline_succeeds? merged=merged_at url=web_url";

json::Object reduced(Keep keep, const json::Value& body) {
  auto value = Projection(keep).apply(body, {});
  return value.is_object() ? std::move(value.get_object()) : json::Object();
}

// What the state of a merge request says after GitLab has refused to merge it: done already, or why
// not. Merging twice is no failure.
Result<json::Object> after_refusal(
    const json::Object& arguments, const json::Value& mr, const Error& refusal
) {
  auto const reviewed = connector::text_of(arguments, "sha");
  auto const head = json::find_string(mr, "sha").value_or("");
  auto const is_reviewed = head == reviewed;
  if (json::find_string(mr, "state") == "merged" && is_reviewed) {
    auto out = reduced(kMerged, mr);
    out["note"] = "It was merged before.";
    return out;
  }
  if (json::find_bool(mr, "merge_when_pipeline_succeeds").value_or(false) && is_reviewed &&
      connector::flag_of(arguments, "auto_merge")) {
    auto out = reduced(kMerged, mr);
    out["note"] = "It was already set to merge when all checks pass.";
    return out;
  }
  if (!is_reviewed) {
    return Error(
        ErrorKind::conflict,
        fmt::format("its head is {} and not {}; review the new commits first", head, reviewed)
    );
  }
  auto const status = json::find_string(mr, "detailed_merge_status").value_or("unknown");
  auto error = Error(
      ErrorKind::conflict,
      fmt::format(
          "it cannot be merged: its state is '{}' and its merge status '{}'{}",
          json::find_string(mr, "state").value_or("unknown"),
          status,
          status == "ci_still_running" ? "; auto_merge would wait" : ""
      )
  );
  return std::move(error).with_detail(refusal.detail());
}

// 405 and 422: it cannot be merged; 409: another head. All may also mean that it is merged already.
// https://docs.gitlab.com/api/merge_requests/#merge-a-merge-request
bool is_refusal(const Error& error) {
  return error.kind() == ErrorKind::conflict || error.kind() == ErrorKind::invalid_input;
}

// An instance that does not know auto_merge would merge at once.
// https://docs.gitlab.com/api/version/
Async<> check_auto_merge(Invocation call) {
  auto const answer = co_await call.get_cached("/version", std::chrono::hours(1));
  if (!answer) {
    co_return Error(answer.error()).while_doing("looking whether GitLab knows auto_merge");
  }
  auto const version = json::find_string(*answer, "version").value_or("");
  if (knows_auto_merge(version)) co_return Result<>();
  co_return Error(
      ErrorKind::invalid_input,
      fmt::format(
          "auto_merge needs GitLab 17.11, and this is {}, which would merge at once; nothing was "
          "done",
          version.empty() ? "of unknown version" : version
      )
  );
}

}  // namespace

Async<json::Value> create_merge_request(Invocation call) {
  if (call.flag("draft")) {
    call.arguments()["title"] = with_draft_mark(call.text("title"), true);
  }
  if (!call.has("target_branch")) {
    DAVIT_CO_TRY(auto const project, co_await call.get("/projects/{project}"));
    auto const branch = json::find_string(project, "default_branch");
    if (!branch)
      co_return Error(ErrorKind::invalid_input, "the project is empty: give target_branch");
    call.arguments()["target_branch"] = *branch;
  }
  auto const created = co_await call.perform();
  if (created) {
    if (!created->is_object()) co_return unclear_outcome("the merge request");
    auto out = reduced(kCreated, *created);
    tell_dropped_people(call, *created, out);
    co_return out;
  }
  if (created.error().kind() != ErrorKind::conflict) co_return created.error();
  DAVIT_CO_TRY(
      auto const open,
      co_await call.get("/projects/{project}/merge_requests"
                        "?state=opened&source_branch={source_branch}&target_branch={target_branch}")
  );
  auto const* existing = json::find(open, "0");
  if (existing == nullptr) co_return created.error();
  auto out = reduced(kCreated, *existing);
  out["note"] = "It was open before; nothing was changed.";
  co_return out;
}

bool knows_auto_merge(std::string_view version) {
  int major = 0;
  int minor = 0;
  auto const* const end = version.data() + version.size();
  auto const dot = std::from_chars(version.data(), end, major);
  if (dot.ec != std::errc() || dot.ptr == end || *dot.ptr != '.') return false;
  if (std::from_chars(dot.ptr + 1, end, minor).ec != std::errc()) return false;
  return major > 17 || (major == 17 && minor >= 11);
}

Async<json::Value> merge_merge_request(Invocation call) {
  if (call.flag("auto_merge")) {
    DAVIT_CO_CHECK(co_await check_auto_merge(call));
  }
  auto const merged = co_await call.perform();
  if (merged) {
    if (!merged->is_object()) co_return unclear_outcome("the merge request");
    co_return reduced(kMerged, *merged);
  }
  if (!is_refusal(merged.error())) co_return merged.error();
  DAVIT_CO_TRY(auto const mr, co_await call.get("/projects/{project}/merge_requests/{mr}"));
  DAVIT_CO_TRY(auto out, after_refusal(call.arguments(), mr, merged.error()));
  co_return out;
}

}  // namespace davit::connectors::gitlab
