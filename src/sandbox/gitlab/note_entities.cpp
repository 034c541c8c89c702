
#include "sandbox/gitlab/entities.h"

namespace davit::sandbox::gitlab {
namespace {

json::Value to_json(std::optional<Id> number) {
  return number ? json::Value(*number) : json::Value();
}

json::Value type_of(const Note& note, bool is_individual) {
  if (note.position) return "DiffNote";
  return is_individual ? json::Value() : json::Value("DiscussionNote");
}

}  // namespace

json::Value show_position(const std::optional<Position>& position) {
  if (!position) return nullptr;
  return json::Object{
      {"base_sha", position->base_sha},
      {"start_sha", position->start_sha},
      {"head_sha", position->head_sha},
      {"old_path", position->old_path},
      {"new_path", position->new_path},
      {"position_type", position->type},
      {"old_line", to_json(position->old_line)},
      {"new_line", to_json(position->new_line)},
      {"line_range", position->line_range},
  };
}

json::Object show_note(const Call& call, const NoteContext& on, const Note& note) {
  json::Object shown{
      {"id", note.id},
      {"type", type_of(note, on.is_individual)},
      {"body", note.body},
      {"author", show_user_basic(call, note.author)},
      {"created_at", to_text(note.created)},
      {"updated_at", to_text(note.updated)},
      {"system", note.is_system},
      {"noteable_id", on.id},
      {"noteable_type", on.type},
      {"project_id", on.project},
      {"commit_id", or_null(on.commit)},
  };
  if (note.position) shown["position"] = show_position(note.position);
  shown["resolvable"] = note.is_resolvable;
  if (note.is_resolvable) {
    shown["resolved"] = note.is_resolved;
    shown["resolved_by"] =
        note.resolved_by ? json::Value(show_user_basic(call, *note.resolved_by)) : json::Value();
    shown["resolved_at"] = to_json(note.resolved_at);
  }
  shown.insert({
      {"confidential", note.is_internal},
      {"internal", note.is_internal},
      {"imported", false},
      {"imported_from", "none"},
      {"noteable_iid", on.iid == 0 ? json::Value() : json::Value(on.iid)},
      {"commands_changes", json::Object()},
  });
  return shown;
}

json::Object show_discussion(const Call& call, NoteContext on, const Discussion& discussion) {
  on.is_individual = discussion.is_individual;
  json::Array notes;
  for (auto const& note : discussion.notes) notes.push_back(show_note(call, on, note));
  return {
      {"id", discussion.id},
      {"individual_note", discussion.is_individual},
      {"notes", std::move(notes)},
  };
}

}  // namespace davit::sandbox::gitlab
