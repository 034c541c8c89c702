#include <fmt/format.h>

#include "base/strings.h"
#include "connector/arguments.h"
#include "connector/failure.h"
#include "connectors/gitlab/changes.h"
#include "connectors/gitlab/merge_requests.h"
#include "connectors/gitlab/positions.h"

namespace davit::connectors::gitlab {
namespace {

using connector::Invocation;
using connector::Str;

constexpr Str kDrafts = "/projects/{project}/merge_requests/{mr}/draft_notes";

// A comment of the arguments, on its way.
struct Draft {
  std::string text;
  json::Value position;  // null for the summary
};

int int_at(const json::Value& comment, std::string_view name) {
  return static_cast<int>(json::find_int(comment, name).value_or(0));
}

// The comment hangs on its last line, from where a suggestion can reach back.
// https://docs.gitlab.com/user/project/merge_requests/reviews/suggestions/#multi-line-suggestions
Draft to_draft(const json::Value& comment, json::Object position) {
  auto const line = int_at(comment, "line");
  auto const end = std::max(line, int_at(comment, "end_line"));
  auto text = std::string(json::find_string(comment, "body").value_or(""));
  if (end > line) text = fmt::format("Lines {} to {}: {}", line, end, text);
  if (auto const suggestion = json::find_string(comment, "suggestion")) {
    // Longer than any fence in it.
    std::string fence = "```";
    while (suggestion->find(fence) != suggestion->npos) fence += '`';
    text += fmt::format("\n\n{}suggestion:-{}+0\n{}", fence, end - line, *suggestion);
    if (!text.ends_with('\n')) text += '\n';
    text += fence;
  }
  return {.text = std::move(text), .position = std::move(position)};
}

Place place_of(const json::Value& comment) {
  return {
      .path = std::string(json::find_string(comment, "path").value_or("")),
      .line = std::max(int_at(comment, "line"), int_at(comment, "end_line")),
      .is_old = json::find_string(comment, "side") == "old",
  };
}

json::Object describe_failure(std::size_t number, const json::Value& comment, const Error& error) {
  json::Object out{{"comment", number}};
  for (auto const key : {"path", "line"}) {
    if (auto const* value = json::find(comment, key)) out[key] = *value;
  }
  out["why"] = error.message();
  return out;
}

struct Review {
  std::vector<Draft> drafts;
  json::Array failed;
};

// Places are looked for before anything is sent.
Async<Review> prepare(Invocation call, json::Value mr) {
  Review review;
  auto const* given = call.arguments().if_contains("comments");
  auto const comments = given != nullptr && given->is_array() ? given->get_array() : json::Array();
  if (!comments.empty()) {
    DAVIT_CO_TRY(
        auto const files,
        co_await call.get_all(
            "/projects/{project}/merge_requests/{mr}/diffs?per_page=100", kMaxDiffPages
        )
    );
    auto const* refs = json::find(mr, "diff_refs");
    Positions const positions(refs == nullptr ? json::Value() : *refs, files.items);
    std::size_t number = 0;
    for (auto const& comment : comments) {
      ++number;
      auto position = positions.find(place_of(comment));
      if (position) {
        review.drafts.push_back(to_draft(comment, *std::move(position)));
      } else {
        review.failed.push_back(describe_failure(number, comment, position.error()));
      }
    }
  }
  auto const summary = call.text("summary");
  if (!summary.empty()) review.drafts.push_back({.text = std::string(summary)});
  co_return review;
}

// The ids of those that were made. When one fails, those before are taken back, so that nothing is
// left for a later review to publish.
Async<std::vector<std::int64_t>> create_drafts(Invocation call, std::vector<Draft> drafts) {
  std::vector<std::int64_t> ids;
  for (auto const& draft : drafts) {
    json::Object body{{"note", draft.text}};
    if (!draft.position.is_null()) body["position"] = draft.position;
    auto const made = co_await call.request(http::Method::post, kDrafts, std::move(body));
    if (made) {
      ids.push_back(json::find_int(*made, "id").value_or(0));
      continue;
    }
    auto const path = std::string(kDrafts) + "/{.id}";
    std::size_t left = 0;
    for (auto const id : ids) {
      json::Value const place = json::Object{{"id", id}};
      auto const gone = co_await call.request(http::Method::del, path, {}, place);
      if (!gone) ++left;
    }
    if (left == 0) co_return made.error();
    co_return Error(
        made.error().kind(),
        fmt::format(
            "nothing was published, but {} of the comments stay as drafts: {}",
            left,
            made.error().message()
        )
    )
        .with_detail(made.error().detail());
  }
  co_return ids;
}

// All at once, which notifies once; but one by one when the user has further drafts, for those are
// not ours to publish.
Async<> publish(Invocation call, std::vector<std::int64_t> ids, bool all, json::Value verdict) {
  if (all) {
    auto const path = std::string(kDrafts) + "/bulk_publish";
    auto done = co_await call.request(http::Method::post, path, std::move(verdict));
    if (!done) co_return done.error();
    co_return Result<>();
  }
  auto const path = std::string(kDrafts) + "/{.id}/publish";
  for (auto const id : ids) {
    json::Value const place = json::Object{{"id", id}};
    auto done = co_await call.request(http::Method::put, path, {}, place);
    if (!done) co_return done.error();
  }
  co_return Result<>();
}

// Whether GitLab took "changes requested": it needs a paid tier and 19.2.
Async<bool> has_requested_changes(Invocation call) {
  DAVIT_CO_TRY(auto const self, co_await call.get_cached("/user", std::chrono::minutes(15)));
  DAVIT_CO_TRY(
      auto const reviewers, co_await call.get("/projects/{project}/merge_requests/{mr}/reviewers")
  );
  auto const name = json::find_string(self, "username").value_or("");
  auto const* rows = reviewers.if_array();
  for (auto const& row : rows == nullptr ? json::Array() : *rows) {
    if (json::find_string(row, "user.username") != name) continue;
    co_return json::find_string(row, "state") == "requested_changes";
  }
  co_return false;
}

Async<> apply_verdict(Invocation call, std::string verdict, json::Object* out) {
  if (verdict == "approve") {
    auto const approved = co_await approve_merge_request(call);
    if (approved) {
      (*out)["approval"] = *approved;
    } else {
      if (approved.error().kind() == ErrorKind::cancelled) co_return approved.error();
      (*out)["not_approved"] = approved.error().message();
    }
  } else if (verdict == "request_changes") {
    auto const taken = co_await has_requested_changes(call);
    if (!taken && taken.error().kind() == ErrorKind::cancelled) co_return taken.error();
    if (taken && *taken) {
      (*out)["verdict"] = "requested changes";
    } else {
      (*out)["verdict_not_applied"] =
          "GitLab did not record that changes are requested: that needs Premium, 19.2, a reviewer "
          "and no other drafts. The comments are there.";
    }
  }
  co_return Result<>();
}

}  // namespace

Async<json::Value> submit_review(Invocation call) {
  DAVIT_CO_TRY(auto const mr, co_await call.get("/projects/{project}/merge_requests/{mr}"));
  auto const head = std::string(json::find_string(mr, "sha").value_or(""));
  auto const guard = call.text("sha");
  constexpr std::size_t kShortSha = 7;
  auto const is_head = head == guard || (guard.size() >= kShortSha && head.starts_with(guard));
  if (!guard.empty() && !is_head) {
    co_return Error(
        ErrorKind::conflict,
        fmt::format("its head is {} and not {}; review the new commits first", head, guard)
    );
  }
  // What is approved is what was read, even without a guard.
  call.arguments()["sha"] = head;
  DAVIT_CO_TRY(auto review, co_await prepare(call, mr));
  auto const verdict = std::string(call.text("verdict"));
  json::Object out{{"published", 0}};
  if (!review.drafts.empty()) {
    DAVIT_CO_TRY(auto const pending, co_await call.get(kDrafts));
    auto const has_others = pending.is_array() && !pending.get_array().empty();
    DAVIT_CO_TRY(auto const ids, co_await create_drafts(call, std::move(review.drafts)));
    json::Value state;
    if (verdict == "request_changes") {
      state = json::Object{{"reviewer_state", "requested_changes"}};
    }
    if (auto done = co_await publish(call, ids, !has_others, std::move(state)); !done) {
      co_return Error(
          done.error().kind(),
          fmt::format(
              "{} comments are drafts and may not be published: {}",
              ids.size(),
              done.error().message()
          )
      )
          .with_detail(done.error().detail());
    }
    out["published"] = ids.size();
    if (has_others) out["note"] = "The user's other drafts were left alone.";
  }
  if (!review.failed.empty()) {
    out["failed"] = std::move(review.failed);
    out["next"] = "Send only these again, on lines of the diff.";
  }
  DAVIT_CO_CHECK(co_await apply_verdict(call, verdict, &out));
  out["head"] = head;
  if (auto const url = json::find_string(mr, "web_url")) out["url"] = *url;
  co_return out;
}

}  // namespace davit::connectors::gitlab
