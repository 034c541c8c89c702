// Deciding about a merge request: approvals, merge, rebase.
#include "sandbox/gitlab/reviews.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "sandbox/gitlab/entities.h"
#include "sandbox/gitlab/issuables.h"
#include "sandbox/gitlab/lookup.h"
#include "sandbox/gitlab/merging.h"
#include "sandbox/gitlab/routes.h"

namespace davit::sandbox::gitlab {
namespace {

using enum http::Method;

json::Object show_approvals(const Call& call, const Project& project, const MergeRequest& mr) {
  json::Array approved_by;
  for (auto const& approval : mr.approvals) {
    approved_by.push_back(json::Object{
        {"user", show_user_basic(call, approval.user)}, {"approved_at", to_text(approval.when)}
    });
  }
  auto const left = std::max(0, project.approvals_required - static_cast<int>(mr.approvals.size()));
  json::Array rules_left;
  if (left > 0) {
    rules_left.push_back(json::Object{
        {"id", project.id * 10}, {"name", "All Members"}, {"rule_type", "any_approver"}
    });
  }
  return {
      {"id", mr.id},
      {"iid", mr.iid},
      {"project_id", mr.project},
      {"title", mr.title},
      {"description", or_null(mr.description)},
      {"state", mr.state},
      {"created_at", to_text(mr.created)},
      {"updated_at", to_text(mr.updated)},
      {"merge_status", has_conflicts(project, mr) ? "cannot_be_merged" : "can_be_merged"},
      {"approved", left == 0},
      {"approvals_required", project.approvals_required},
      {"approvals_left", left},
      {"require_password_to_approve", false},
      {"approved_by", std::move(approved_by)},
      {"suggested_approvers", json::Array()},
      {"approvers", json::Array()},
      {"approver_groups", json::Array()},
      {"user_has_approved", has_approved(mr, call.user_id())},
      {"user_can_approve", can_approve(call, project, mr)},
      {"approval_rules_left", std::move(rules_left)},
      {"has_approval_rules", true},
      {"merge_request_approvers_available", true},
      {"multiple_approval_rules_available", true},
      {"invalid_approvers_rules", json::Array()},
  };
}

http::Response approvals(Call& call) {
  DAVIT_TRY(auto found, find_merge_request(call));
  return answer(show_approvals(call, *found.project, *found.mr));
}

std::optional<http::Response> wrong_sha(const Call& call, const MergeRequest& mr) {
  auto const sha = call.text("sha");
  if (!sha || sha->empty() || *sha == mr.head_sha) return std::nullopt;
  return message(409, fmt::format("SHA does not match HEAD of source branch: {}", mr.head_sha));
}

constexpr Param kApprove[] = {{"sha"}, {"approval_password"}};

http::Response approve(Call& call) {
  DAVIT_TRY(auto found, find_merge_request(call));
  if (auto refused = wrong_sha(call, *found.mr)) return *std::move(refused);
  if (!approve_now(call, *found.project, *found.mr)) return unauthorized();
  return created(show_approvals(call, *found.project, *found.mr));
}

http::Response unapprove(Call& call) {
  DAVIT_TRY(auto found, find_merge_request(call));
  if (!unapprove_now(call, *found.mr)) return message(404, "404 Not Found");
  return created(show_approvals(call, *found.project, *found.mr));
}

constexpr Param kMerge[] = {
    {"merge_commit_message"},
    {"squash_commit_message"},
    {"should_remove_source_branch", Kind::flag},
    {"auto_merge", Kind::flag},
    {"merge_when_pipeline_succeeds", Kind::flag},
    {"sha"},
    {"squash", Kind::flag},
};

http::Response merge(Call& call) {
  DAVIT_TRY(auto found, find_merge_request(call));
  auto& mr = *found.mr;
  if (call.role_in(*found.project) < Role::developer) return unauthorized();
  auto const is_auto = call.flag("auto_merge") || call.flag("merge_when_pipeline_succeeds");
  auto const obstacle = merge_obstacle(*found.project, mr);
  if (obstacle == "conflict" || obstacle == "need_rebase") {
    return message(422, "Branch cannot be merged");
  }
  auto const waits = is_auto && can_wait_for(obstacle);
  if (obstacle != "mergeable" && !waits) return message(405, "405 Method Not Allowed");
  if (auto refused = wrong_sha(call, mr)) return *std::move(refused);

  if (call.has("squash")) mr.squash = call.flag("squash");
  if (call.has("should_remove_source_branch")) {
    mr.remove_source_branch = call.flag("should_remove_source_branch");
  }
  if (waits) {
    schedule_merge(call, mr);
  } else {
    auto const text = call.text("merge_commit_message").value_or("");
    merge_now(call.store, *found.project, mr, call.user_id(), call.now, text);
  }
  return answer(show_merge_request_detail(call, mr));
}

http::Response cancel_auto_merge(Call& call) {
  DAVIT_TRY(auto found, find_merge_request(call));
  auto& mr = *found.mr;
  if (call.role_in(*found.project) < Role::developer) return unauthorized();
  if (mr.state != "opened") return message(405, "405 Method Not Allowed");
  if (!mr.has_auto_merge) return message(406, "406 Not Acceptable");
  mr.has_auto_merge = false;
  mr.merge_user.reset();
  add_system_note(call.store, mr, call.user_id(), call.now, "canceled the automatic merge");
  return created(show_merge_request_detail(call, mr));
}

constexpr Param kRebase[] = {{"skip_ci", Kind::flag}};

// Rebasing takes a while in GitLab; here it is done at once but reported as running for a second.
constexpr auto kRebaseTakes = std::chrono::seconds(1);

http::Response rebase_it(Call& call) {
  DAVIT_TRY(auto found, find_merge_request(call));
  auto& mr = *found.mr;
  if (call.role_in(*found.project) < Role::developer) {
    return message(403, "403 Forbidden - Cannot push to source branch");
  }
  if (!found.project->repository.branches.contains(mr.source_branch)) {
    return message(403, "403 Forbidden - Source branch does not exist");
  }
  if (mr.state != "opened") return message(405, "405 Method Not Allowed");
  if (mr.rebases_until && *mr.rebases_until > call.now) {
    return message(
        409,
        "Failed to enqueue the rebase operation, possibly due to a long-lived "
        "transaction. Try again later."
    );
  }
  rebase(*found.project, mr, call.now);
  mr.rebases_until = call.now + kRebaseTakes;
  mr.updated = call.now;
  return answer(json::Object{{"rebase_in_progress", true}}, 202);
}

constexpr Route kRoutes[] = {
    {get, "/approvals", approvals},
    {post, "/approve", approve, kApprove},
    {post, "/unapprove", unapprove},
    {put, "/merge", merge, kMerge},
    {post, "/cancel_merge_when_pipeline_succeeds", cancel_auto_merge},
    {put, "/rebase", rebase_it, kRebase},
};

}  // namespace

bool has_approved(const MergeRequest& mr, Id user) {
  return std::ranges::find(mr.approvals, user, &Approval::user) != mr.approvals.end();
}

bool can_approve(const Call& call, const Project& project, const MergeRequest& mr) {
  // The author does not approve what is the author's own: the project setting's default.
  return mr.state == "opened" && call.role_in(project) >= Role::developer &&
         mr.author != call.user_id() && !has_approved(mr, call.user_id());
}

bool approve_now(Call& call, const Project& project, MergeRequest& mr) {
  if (!can_approve(call, project, mr)) return false;
  mr.approvals.push_back({call.user_id(), call.now});
  mr.reviewer_states[call.user_id()] = "approved";
  mr.updated = call.now;
  add_system_note(call.store, mr, call.user_id(), call.now, "approved this merge request");
  return true;
}

bool unapprove_now(Call& call, MergeRequest& mr) {
  if (!has_approved(mr, call.user_id())) return false;
  std::erase_if(mr.approvals, [&](const Approval& one) { return one.user == call.user_id(); });
  mr.reviewer_states[call.user_id()] = "unapproved";
  mr.updated = call.now;
  add_system_note(call.store, mr, call.user_id(), call.now, "unapproved this merge request");
  return true;
}

bool can_wait_for(std::string_view obstacle) {
  constexpr std::array kChecks{
      "ci_still_running",
      "ci_must_pass",
      "not_approved",
      "discussions_not_resolved",
      "draft_status",
      "requested_changes"
  };
  return std::ranges::find(kChecks, obstacle) != kChecks.end();
}

void schedule_merge(Call& call, MergeRequest& mr) {
  mr.has_auto_merge = true;
  mr.merge_user = call.user_id();
  mr.updated = call.now;
  auto const note =
      fmt::format("enabled an automatic merge when all merge checks for {} pass", mr.head_sha);
  add_system_note(call.store, mr, call.user_id(), call.now, note);
}

std::span<const Route> review_routes() { return kRoutes; }

}  // namespace davit::sandbox::gitlab
