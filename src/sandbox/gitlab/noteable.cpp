#include "sandbox/gitlab/noteable.h"

#include <algorithm>

#include "sandbox/gitlab/diff.h"
#include "sandbox/gitlab/lookup.h"

namespace davit::sandbox::gitlab {
namespace {

// GitLab prints the errors of its model as Ruby does.
http::Response no_line_code() {
  return bad_request(R"(Note {:line_code=>["can't be blank", "must be a valid line code"]})");
}

// The line of the new file that the unchanged line `old_line` became; counted from 1.
std::optional<Id> unchanged_partner(const std::vector<Change>& changes, Id old_line) {
  auto const at = static_cast<std::size_t>(old_line - 1);
  std::int64_t shift = 0;
  for (auto const& change : changes) {
    if (change.old_begin > at) break;
    if (at < change.old_end) return std::nullopt;
    shift = static_cast<std::int64_t>(change.new_end) - static_cast<std::int64_t>(change.old_end);
  }
  return old_line + shift;
}

bool is_in(Id line, std::size_t begin, std::size_t end) {
  return line > static_cast<Id>(begin) && line <= static_cast<Id>(end);
}

// An added line has only a new number, a removed one only an old one, an unchanged one both, and
// they must belong together.
bool lies_in_diff(const Position& position, std::string_view before, std::string_view after) {
  auto const old_lines = lines_of(before);
  auto const changes = diff_lines(old_lines, lines_of(after));
  if (position.old_line && position.new_line) {
    auto const is_there = is_in(*position.old_line, 0, old_lines.size());
    return is_there && unchanged_partner(changes, *position.old_line) == *position.new_line;
  }
  return std::ranges::any_of(changes, [&](const Change& change) {
    if (position.new_line) return is_in(*position.new_line, change.new_begin, change.new_end);
    return position.old_line && is_in(*position.old_line, change.old_begin, change.old_end);
  });
}

}  // namespace

Or<Noteable> find_noteable(Call& call) {
  if (!call.arg("merge_request_iid").empty()) {
    DAVIT_TRY(auto found, find_merge_request(call));
    return Noteable{.project = found.project, .base = found.mr, .mr = found.mr};
  }
  DAVIT_TRY(auto found, find_issue(call));
  return Noteable{.project = found.project, .base = found.issue, .issue = found.issue};
}

Discussion* find_discussion(Issuable& on, std::string_view id) {
  auto const found = std::ranges::find(on.discussions, id, &Discussion::id);
  return found == on.discussions.end() ? nullptr : &*found;
}

Note make_note(Call& call, const Noteable& on, std::string_view body, bool in_thread) {
  Note note{.id = call.store.next_id(), .author = call.user_id(), .body = std::string(body)};
  note.created = call.now;
  note.updated = call.now;
  note.is_internal = call.flag("internal");
  note.is_resolvable = in_thread && on.mr != nullptr;
  return note;
}

Or<std::optional<Position>> read_position(Call& call, const Noteable& on) {
  json::Value const params = call.params;
  auto const* given = json::find_object(params, "position");
  if (given == nullptr || on.mr == nullptr) return std::optional<Position>();
  json::Value const value = *given;
  auto const text = [&](std::string_view name) {
    return std::string(json::find_string(value, name).value_or(""));
  };
  Position position{
      text("base_sha"), text("start_sha"), text("head_sha"), text("old_path"), text("new_path")
  };
  position.type = text("position_type");
  if (auto const line = json::find_int(value, "old_line")) position.old_line = *line;
  if (auto const line = json::find_int(value, "new_line")) position.new_line = *line;
  if (auto const* range = json::find(value, "line_range")) position.line_range = *range;

  auto const* base = on.project->repository.find(position.base_sha);
  auto const* head = on.project->repository.find(position.head_sha);
  if (base == nullptr || head == nullptr) return no_line_code();
  auto const diffs = diff_snapshots(base->files, head->files);
  // Both paths have to be given, for new and deleted files too.
  auto const diff = std::ranges::find_if(diffs, [&](const FileDiff& one) {
    return one.old_path == position.old_path && one.new_path == position.new_path;
  });
  if (diff == diffs.end()) return no_line_code();
  if (position.type == "file") return std::optional(std::move(position));
  auto const content = [](const Snapshot& files, const std::string& path) {
    auto const found = files.find(path);
    return found == files.end() ? std::string_view() : found->second.content();
  };
  if (!lies_in_diff(
          position, content(base->files, diff->old_path), content(head->files, diff->new_path)
      )) {
    return no_line_code();
  }
  return std::optional(std::move(position));
}

void resolve(Discussion& discussion, bool resolved, Id by, Time now) {
  for (auto& note : discussion.notes) {
    if (!note.is_resolvable || note.is_resolved == resolved) continue;
    note.is_resolved = resolved;
    note.resolved_by = resolved ? std::optional(by) : std::nullopt;
    note.resolved_at = resolved ? std::optional(now) : std::nullopt;
  }
}

}  // namespace davit::sandbox::gitlab
