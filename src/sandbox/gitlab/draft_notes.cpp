// Draft notes: review comments that nobody else sees until they are published.
#include <algorithm>

#include "base/strings.h"
#include "sandbox/gitlab/entities.h"
#include "sandbox/gitlab/issuables.h"
#include "sandbox/gitlab/lookup.h"
#include "sandbox/gitlab/noteable.h"
#include "sandbox/gitlab/paging.h"
#include "sandbox/gitlab/quick_actions.h"
#include "sandbox/gitlab/reviews.h"
#include "sandbox/gitlab/routes.h"

namespace davit::sandbox::gitlab {
namespace {

using enum http::Method;

json::Object show_draft(const MergeRequest& mr, const DraftNote& draft) {
  auto position = show_position(draft.position);
  if (position.is_null()) {
    position = json::Object{
        {"base_sha", nullptr},
        {"start_sha", nullptr},
        {"head_sha", nullptr},
        {"old_path", nullptr},
        {"new_path", nullptr},
        {"position_type", "text"},
        {"old_line", nullptr},
        {"new_line", nullptr},
        {"line_range", nullptr}
    };
  }
  return {
      {"id", draft.id},
      {"author_id", draft.author},
      {"merge_request_id", mr.id},
      {"resolve_discussion", draft.resolves},
      {"discussion_id", or_null(draft.discussion)},
      {"note", draft.body},
      {"commit_id", nullptr},
      {"position", std::move(position)},
      {"line_code", nullptr},
  };
}

http::Response list_drafts(Call& call) {
  DAVIT_TRY(auto found, find_merge_request(call));
  std::vector<const DraftNote*> rows;
  for (auto const& draft : found.mr->drafts) {
    if (draft.author == call.user_id()) rows.push_back(&draft);
  }
  return paged(call, rows, [&](const DraftNote* draft) { return show_draft(*found.mr, *draft); });
}

Or<DraftNote*> find_draft(Call& call, MergeRequest& mr) {
  for (auto& draft : mr.drafts) {
    if (draft.id == call.id_arg("draft_note_id") && draft.author == call.user_id()) return &draft;
  }
  return no_record();
}

http::Response get_draft(Call& call) {
  DAVIT_TRY(auto found, find_merge_request(call));
  DAVIT_TRY(auto* draft, find_draft(call, *found.mr));
  return answer(show_draft(*found.mr, *draft));
}

constexpr Param kCreate[] = {
    {"note", Kind::text, Need::required},
    {"in_reply_to_discussion_id"},
    {"commit_id"},
    {"resolve_discussion", Kind::flag},
    {"position", Kind::object},
    {"position[base_sha]", Kind::text, Need::required},
    {"position[start_sha]", Kind::text, Need::required},
    {"position[head_sha]", Kind::text, Need::required},
    {"position[position_type]", Kind::text, Need::required, "text|image|file"},
    {"position[old_line]", Kind::integer},
    {"position[new_line]", Kind::integer},
};

http::Response create_draft(Call& call) {
  DAVIT_TRY(auto found, find_merge_request(call, Role::guest));
  auto const body = call.text("note").value_or("");
  if (trim(body).empty()) return invalid("note", "can't be blank");
  auto const thread = std::string(call.text("in_reply_to_discussion_id").value_or(""));
  if (!thread.empty() && find_discussion(*found.mr, thread) == nullptr) {
    return messages(
        400, json::Object{{"discussion_id", json::Array{"does not exist or is not resolvable"}}}
    );
  }
  Noteable const on{.project = found.project, .base = found.mr, .mr = found.mr};
  DAVIT_TRY(auto position, read_position(call, on));
  DraftNote draft{.id = call.store.next_id(), .author = call.user_id(), .body = std::string(body)};
  draft.discussion = thread;
  draft.resolves = call.flag("resolve_discussion");
  draft.position = std::move(position);
  found.mr->drafts.push_back(std::move(draft));
  return created(show_draft(*found.mr, found.mr->drafts.back()));
}

constexpr Param kUpdate[] = {{"note"}};

http::Response update_draft(Call& call) {
  DAVIT_TRY(auto found, find_merge_request(call));
  DAVIT_TRY(auto* draft, find_draft(call, *found.mr));
  if (auto const body = call.text("note")) draft->body = *body;
  return answer(show_draft(*found.mr, *draft));
}

void erase_draft(MergeRequest& mr, Id id) {
  std::erase_if(mr.drafts, [&](const DraftNote& draft) { return draft.id == id; });
}

http::Response delete_draft(Call& call) {
  DAVIT_TRY(auto found, find_merge_request(call));
  DAVIT_TRY(auto* draft, find_draft(call, *found.mr));
  erase_draft(*found.mr, draft->id);
  return no_content();
}

// Comments outside of threads hang alone, as those that are posted directly.
void publish(Call& call, const Noteable& on, const DraftNote& draft) {
  auto const text = run_quick_actions(call, on, draft.body).rest;
  if (text.empty()) return;
  auto* thread = find_discussion(*on.base, draft.discussion);
  auto const in_thread = thread != nullptr || draft.position.has_value();
  auto note = make_note(call, on, text, in_thread);
  note.position = draft.position;
  if (thread == nullptr) {
    on.base->discussions.push_back(
        {.id = new_discussion_id(call.store), .is_individual = !in_thread}
    );
    thread = &on.base->discussions.back();
  } else if (!thread->notes.empty()) {
    note.position = thread->notes.front().position;
  }
  thread->notes.push_back(std::move(note));
  if (draft.resolves) resolve(*thread, true, call.user_id(), call.now);
}

void finish_review(Call& call, MergeRequest& mr) {
  mr.updated = call.now;
  auto& state = mr.reviewer_states[call.user_id()];
  if (state.empty() || state == "unreviewed") state = "reviewed";
}

http::Response publish_one(Call& call) {
  DAVIT_TRY(auto found, find_merge_request(call));
  DAVIT_TRY(auto* draft, find_draft(call, *found.mr));
  Noteable const on{.project = found.project, .base = found.mr, .mr = found.mr};
  auto const copy = *draft;
  erase_draft(*found.mr, copy.id);
  publish(call, on, copy);
  finish_review(call, *found.mr);
  return no_content();
}

// The parameters came with 19.2.
constexpr Param kPublish[] = {
    {"reviewer_state", Kind::text, Need::optional, "reviewed|requested_changes|approved"},
    {"note"},
    {"internal", Kind::flag},
};

http::Response publish_all(Call& call) {
  DAVIT_TRY(auto found, find_merge_request(call));
  auto& mr = *found.mr;
  Noteable const on{.project = found.project, .base = &mr, .mr = &mr};
  std::vector<DraftNote> mine;
  for (auto const& draft : mr.drafts) {
    if (draft.author == call.user_id()) mine.push_back(draft);
  }
  for (auto const& draft : mine) {
    erase_draft(mr, draft.id);
    publish(call, on, draft);
  }
  if (auto const note = call.text("note")) publish(call, on, {.body = std::string(*note)});
  finish_review(call, mr);
  auto const state = call.text("reviewer_state").value_or("");
  if (state == "approved") {
    approve_now(call, *found.project, mr);
  } else if (!state.empty()) {
    mr.reviewer_states[call.user_id()] = state;
  }
  return no_content();
}

constexpr Route kRoutes[] = {
    {get, "/draft_notes", list_drafts},
    {post, "/draft_notes", create_draft, kCreate},
    {get, "/draft_notes/#draft_note_id", get_draft},
    {put, "/draft_notes/#draft_note_id", update_draft, kUpdate},
    {del, "/draft_notes/#draft_note_id", delete_draft},
    {put, "/draft_notes/#draft_note_id/publish", publish_one},
    {post, "/draft_notes/bulk_publish", publish_all, kPublish},
};

}  // namespace

std::span<const Route> draft_note_routes() { return kRoutes; }

}  // namespace davit::sandbox::gitlab
