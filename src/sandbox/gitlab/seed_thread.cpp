#include "sandbox/gitlab/seed_thread.h"

#include "sandbox/gitlab/diff.h"
#include "sandbox/gitlab/issuables.h"

namespace davit::sandbox::gitlab {

Thread& Thread::comment(Id author, std::string_view when, std::string_view body) {
  open(true);
  return say(author, when, body, false);
}

Thread& Thread::system(Id author, std::string_view when, std::string_view body) {
  comment(author, when, body);
  last().is_system = true;
  return *this;
}

Thread& Thread::thread(Id author, std::string_view when, std::string_view body) {
  open(false);
  return say(author, when, body, true);
}

Thread& Thread::on_line(
    const Project& project, const MergeRequest& mr, std::string_view path, std::string_view line
) {
  Position position{mr.base_sha, mr.start_sha, mr.head_sha, std::string(path), std::string(path)};
  auto const* head = project.repository.find(mr.head_sha);
  auto const lines = lines_of(head->files.find(path)->second.content());
  for (std::size_t i = 0; i < lines.size() && !position.new_line; ++i) {
    if (lines[i].find(line) != std::string_view::npos) position.new_line = static_cast<Id>(i) + 1;
  }
  last().position = position;
  return *this;
}

Thread& Thread::reply(Id author, std::string_view when, std::string_view body) {
  return say(author, when, body, true);
}

Thread& Thread::resolve(Id by, std::string_view when) {
  for (auto& note : on_.discussions.back().notes) {
    note.is_resolved = true;
    note.resolved_by = by;
    note.resolved_at = at(when);
  }
  return *this;
}

void Thread::open(bool is_individual) {
  on_.discussions.push_back({.id = new_discussion_id(store_), .is_individual = is_individual});
}

Thread& Thread::say(Id author, std::string_view when, std::string_view body, bool is_resolvable) {
  Note note{.id = store_.next_id(), .author = author, .body = std::string(body)};
  note.created = at(when);
  note.updated = note.created;
  note.is_resolvable = is_resolvable;
  auto& notes = on_.discussions.back().notes;
  if (!notes.empty()) note.position = notes.front().position;
  notes.push_back(std::move(note));
  return *this;
}

}  // namespace davit::sandbox::gitlab
