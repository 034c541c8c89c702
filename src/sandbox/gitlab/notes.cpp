// Notes and discussions of issues and merge requests: one set of functions for both.
#include <algorithm>

#include "base/strings.h"
#include "sandbox/gitlab/entities.h"
#include "sandbox/gitlab/issuables.h"
#include "sandbox/gitlab/noteable.h"
#include "sandbox/gitlab/paging.h"
#include "sandbox/gitlab/quick_actions.h"
#include "sandbox/gitlab/routes.h"

namespace davit::sandbox::gitlab {
namespace {

using enum http::Method;

NoteContext context_of(const Noteable& on) {
  return {
      .id = on.base->id,
      .iid = on.base->iid,
      .project = on.project->id,
      .type = on.mr != nullptr ? "MergeRequest" : "Issue"
  };
}

// Where a note lies.
struct Place {
  Discussion* discussion = nullptr;
  Note* note = nullptr;
};

Or<Place> find_note(Call& call, const Noteable& on) {
  for (auto& discussion : on.base->discussions) {
    for (auto& note : discussion.notes) {
      if (note.id == call.id_arg("note_id")) return Place{&discussion, &note};
    }
  }
  return no_record();
}

json::Object show_placed(Call& call, const Noteable& on, const Place& place) {
  auto context = context_of(on);
  context.is_individual = place.discussion->is_individual;
  return show_note(call, context, *place.note);
}

constexpr Param kListNotes[] = {
    {"sort", Kind::text, Need::optional, "asc|desc", "desc"},
    {"order_by", Kind::text, Need::optional, "created_at|updated_at", "created_at"},
    {"activity_filter",
     Kind::text,
     Need::optional,
     "all_notes|only_comments|only_activity",
     "all_notes"},
};

http::Response list_notes(Call& call) {
  DAVIT_TRY(auto const on, find_noteable(call));
  auto const filter = call.text("activity_filter");
  std::vector<Place> rows;
  for (auto& discussion : on.base->discussions) {
    for (auto& note : discussion.notes) {
      if (filter == "only_comments" && note.is_system) continue;
      if (filter == "only_activity" && !note.is_system) continue;
      rows.push_back({&discussion, &note});
    }
  }
  auto const by_update = call.text("order_by") == "updated_at";
  std::ranges::sort(rows, {}, [&](const Place& place) {
    return std::pair(by_update ? place.note->updated : place.note->created, place.note->id);
  });
  if (call.text("sort") == "desc") std::ranges::reverse(rows);
  return paged(call, rows, [&](const Place& place) { return show_placed(call, on, place); });
}

http::Response get_note(Call& call) {
  DAVIT_TRY(auto const on, find_noteable(call));
  DAVIT_TRY(auto const place, find_note(call, on));
  return answer(show_placed(call, on, place));
}

// What a body becomes when its quick actions have run: the text to store, or the answer when there
// is nothing to store.
Or<std::string> run_body(Call& call, const Noteable& on) {
  auto const body = call.text("body").value_or("");
  if (trim(body).empty()) return bad_request(R"(Note {:note=>["can't be blank"]})");
  auto actions = run_quick_actions(call, on, body);
  if (!actions.rest.empty()) return std::move(actions.rest);
  if (actions.summary.empty()) {
    return bad_request("Failed to apply commands.");
  }
  return answer(
      json::Object{
          {"commands_changes", std::move(actions.changes)}, {"summary", std::move(actions.summary)}
      },
      202
  );
}

constexpr Param kBody[] = {
    {"body", Kind::text, Need::required},
    {"created_at", Kind::time},
    {"internal", Kind::flag},
    {"confidential", Kind::flag},
    {"merge_request_diff_head_sha"},
};

Discussion& open_discussion(Call& call, const Noteable& on, bool is_individual, Note note) {
  on.base->discussions.push_back(
      {.id = new_discussion_id(call.store), .is_individual = is_individual}
  );
  auto& discussion = on.base->discussions.back();
  discussion.notes.push_back(std::move(note));
  on.base->updated = call.now;
  return discussion;
}

http::Response create_note(Call& call) {
  DAVIT_TRY(auto const on, find_noteable(call));
  DAVIT_TRY(auto const body, run_body(call, on));
  auto& discussion = open_discussion(call, on, true, make_note(call, on, body, false));
  return created(show_placed(call, on, {&discussion, &discussion.notes.back()}));
}

// Who wrote it, and maintainers.
bool may_edit(const Call& call, const Noteable& on, const Note& note) {
  return !note.is_system &&
         (note.author == call.user_id() || call.role_in(*on.project) >= Role::maintainer);
}

constexpr Param kUpdateNote[] = {{"body"}, {"resolved", Kind::flag}, {"confidential", Kind::flag}};

http::Response update_note(Call& call) {
  DAVIT_TRY(auto const on, find_noteable(call));
  DAVIT_TRY(auto const place, find_note(call, on));
  auto const in_thread = !call.arg("discussion_id").empty();
  if (in_thread && call.has("body") == call.has("resolved")) {
    return error(
        400,
        call.has("body") ? "body, resolved are mutually exclusive"
                         : "body, resolved are missing, exactly one parameter must be provided"
    );
  }
  if (call.has("resolved")) {
    if (!place.note->is_resolvable) return bad_request("Note is not resolvable");
    resolve(*place.discussion, call.flag("resolved"), call.user_id(), call.now);
    return answer(show_placed(call, on, place));
  }
  if (!may_edit(call, on, *place.note)) return forbidden();
  auto const body = call.text("body").value_or("");
  if (trim(body).empty()) return bad_request(R"(Note {:note=>["can't be blank"]})");
  place.note->body = body;
  place.note->updated = call.now;
  return answer(show_placed(call, on, place));
}

http::Response delete_note(Call& call) {
  DAVIT_TRY(auto const on, find_noteable(call));
  DAVIT_TRY(auto const place, find_note(call, on));
  if (!may_edit(call, on, *place.note)) return forbidden();
  auto const id = place.note->id;
  std::erase_if(place.discussion->notes, [&](const Note& note) { return note.id == id; });
  std::erase_if(on.base->discussions, [](const Discussion& one) { return one.notes.empty(); });
  return no_content();
}

http::Response list_discussions(Call& call) {
  DAVIT_TRY(auto const on, find_noteable(call));
  std::vector<const Discussion*> rows;
  for (auto const& discussion : on.base->discussions) rows.push_back(&discussion);
  return paged(call, rows, [&](const Discussion* discussion) {
    return show_discussion(call, context_of(on), *discussion);
  });
}

http::Response get_discussion(Call& call) {
  DAVIT_TRY(auto const on, find_noteable(call));
  auto const* discussion = find_discussion(*on.base, call.arg("discussion_id"));
  if (discussion == nullptr) return not_found("Discussion");
  return answer(show_discussion(call, context_of(on), *discussion));
}

constexpr Param kCreateDiscussion[] = {
    {"body", Kind::text, Need::required},
    {"created_at", Kind::time},
    {"internal", Kind::flag},
    {"commit_id"},
    {"position", Kind::object},
    {"position[base_sha]", Kind::text, Need::required},
    {"position[start_sha]", Kind::text, Need::required},
    {"position[head_sha]", Kind::text, Need::required},
    {"position[position_type]", Kind::text, Need::required, "text|image|file"},
    {"position[old_line]", Kind::integer},
    {"position[new_line]", Kind::integer},
};

http::Response create_discussion(Call& call) {
  DAVIT_TRY(auto const on, find_noteable(call));
  DAVIT_TRY(auto position, read_position(call, on));
  DAVIT_TRY(auto const body, run_body(call, on));
  auto note = make_note(call, on, body, true);
  note.position = std::move(position);
  auto const& discussion = open_discussion(call, on, false, std::move(note));
  return created(show_discussion(call, context_of(on), discussion));
}

http::Response reply(Call& call) {
  DAVIT_TRY(auto const on, find_noteable(call));
  auto const id = std::string(call.arg("discussion_id"));
  if (find_discussion(*on.base, id) == nullptr) return not_found("Discussion");
  if (find_discussion(*on.base, id)->notes.front().is_system) {
    return bad_request("Discussion is an individual note.");
  }
  DAVIT_TRY(auto const body, run_body(call, on));
  auto* discussion = find_discussion(*on.base, id);  // quick actions may have added notes
  if (discussion->is_individual) {
    // A plain comment that is answered becomes a thread.
    discussion->is_individual = false;
    discussion->notes.front().is_resolvable = on.mr != nullptr;
  }
  auto note = make_note(call, on, body, true);
  note.position = discussion->notes.front().position;
  discussion->notes.push_back(std::move(note));
  on.base->updated = call.now;
  return created(show_placed(call, on, {discussion, &discussion->notes.back()}));
}

constexpr Param kResolve[] = {{"resolved", Kind::flag, Need::required}};

http::Response resolve_discussion(Call& call) {
  DAVIT_TRY(auto const on, find_noteable(call));
  auto* discussion = find_discussion(*on.base, call.arg("discussion_id"));
  if (discussion == nullptr) return not_found("Discussion");
  auto const may =
      call.role_in(*on.project) >= Role::developer || on.base->author == call.user_id();
  auto const is_resolvable = std::ranges::any_of(discussion->notes, &Note::is_resolvable);
  if (!may || !is_resolvable) return forbidden();
  resolve(*discussion, call.flag("resolved"), call.user_id(), call.now);
  return answer(show_discussion(call, context_of(on), *discussion));
}

constexpr Route kRoutes[] = {
    {get, "/notes", list_notes, kListNotes},
    {post, "/notes", create_note, kBody},
    {get, "/notes/#note_id", get_note},
    {put, "/notes/#note_id", update_note, kUpdateNote},
    {del, "/notes/#note_id", delete_note},
    {get, "/discussions", list_discussions},
    {post, "/discussions", create_discussion, kCreateDiscussion},
    {get, "/discussions/:discussion_id", get_discussion},
    {post, "/discussions/:discussion_id/notes", reply, kBody},
    {put, "/discussions/:discussion_id/notes/#note_id", update_note, kUpdateNote},
    {del, "/discussions/:discussion_id/notes/#note_id", delete_note},
};
// Threads on issues cannot be resolved here.
constexpr Route kThreadRoutes[] = {
    {put, "/discussions/:discussion_id", resolve_discussion, kResolve},
};

}  // namespace

std::span<const Route> note_routes() { return kRoutes; }
std::span<const Route> thread_routes() { return kThreadRoutes; }

}  // namespace davit::sandbox::gitlab
