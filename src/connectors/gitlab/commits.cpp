#include "connector/projection.h"
#include "connectors/gitlab/changes.h"
#include "connectors/gitlab/repository.h"

namespace davit::connectors::gitlab {
namespace {

using connector::Invocation;
using connector::Keep;
using connector::Projection;

constexpr Keep kCommit =
    "id message~2000 author=author_name~100 at=committed_date parents=parent_ids "
    "added=stats.additions removed=stats.deletions url=web_url";
constexpr Keep kShortCommit = "id=short_id title~200 author=author_name~100 at=committed_date";
// Of a comparison. The newest tell most about where it leads.
constexpr std::size_t kCommits = 30;

bool wants_files(const Invocation& call) { return call.text("diff") != "none"; }

void add_changes(const Invocation& call, json::Array files, json::Object& out) {
  auto changes = show_changes(call, std::move(files));
  for (auto& member : changes.shown) out[member.key()] = std::move(member.value());
  if (!changes.next) return;
  out["complete"] = false;
  out["more"] = "name files in paths";
}

}  // namespace

Async<json::Value> get_commit(Invocation call) {
  DAVIT_CO_TRY(auto const commit, co_await call.perform());
  auto reduced = Projection(kCommit).apply(commit, {});
  auto* out = reduced.if_object();
  if (out == nullptr) co_return Error(ErrorKind::protocol, "GitLab answered without a commit");
  if (!wants_files(call)) co_return reduced;
  DAVIT_CO_TRY(
      auto all,
      co_await call.get_all(
          "/projects/{project}/repository/commits/{sha}/diff?per_page=100", kMaxDiffPages
      )
  );
  (*out)["total_files"] = all.items.size();
  if (!all.complete) (*out)["complete"] = false;
  add_changes(call, std::move(all.items), *out);
  co_return reduced;
}

Async<json::Value> compare_refs(Invocation call) {
  DAVIT_CO_TRY(auto const found, co_await call.perform());
  if (!found.is_object()) {
    co_return Error(ErrorKind::protocol, "GitLab answered without a comparison");
  }
  json::Object out;
  // Nothing in it is complete then: https://docs.gitlab.com/api/repositories/
  auto const timed_out = json::find_bool(found, "compare_timeout").value_or(false);
  if (timed_out) out["note"] = "GitLab ran out of time: files are missing.";
  if (json::find_bool(found, "compare_same_ref").value_or(false)) out["same"] = true;
  auto const* commits = json::find_array(found, "commits");
  auto const total = commits == nullptr ? 0 : commits->size();
  out["total_commits"] = total;
  json::Array newest;
  for (auto at = total; at-- > 0 && newest.size() < kCommits;) newest.push_back((*commits)[at]);
  out["commits"] = Projection(kShortCommit).apply(newest, {});
  auto const* diffs = json::find_array(found, "diffs");
  json::Array const files = diffs == nullptr ? json::Array() : *diffs;
  out["total_files"] = files.size();
  if (wants_files(call)) add_changes(call, files, out);
  if (auto const url = json::find_string(found, "web_url")) out["url"] = *url;
  co_return out;
}

}  // namespace davit::connectors::gitlab
