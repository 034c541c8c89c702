#include "sandbox/gitlab/issuables.h"

#include <fmt/format.h>

#include "base/strings.h"
#include "sandbox/gitlab/sha1.h"

namespace davit::sandbox::gitlab {
namespace {

constexpr std::string_view kNewLabelColor = "#6699cc";

bool contains(const std::vector<std::string>& texts, std::string_view wanted) {
  return std::ranges::any_of(texts, [&](auto const& text) { return iequals(text, wanted); });
}

bool has_text(const Issuable& one, std::string_view search, std::string_view in) {
  std::string text;
  if (in.empty() || in.find("title") != std::string_view::npos) text += to_lower(one.title);
  if (in.empty() || in.find("description") != std::string_view::npos) {
    text += '\n' + to_lower(one.description);
  }
  // GitLab looks for every word.
  for (auto const word : split(search, ' ')) {
    if (text.find(to_lower(word)) == std::string::npos) return false;
  }
  return true;
}

std::vector<std::string> assignee_names(const Store& store, const Issuable& one) {
  std::vector<std::string> names;
  for (auto const id : one.assignees) names.push_back(store.user(id).username);
  return names;
}

bool fits_labels(const Issuable& one, const std::vector<std::string>& wanted) {
  if (wanted.size() == 1 && iequals(wanted[0], "none")) return one.labels.empty();
  if (wanted.size() == 1 && iequals(wanted[0], "any")) return !one.labels.empty();
  return std::ranges::all_of(wanted, [&](auto const& name) { return contains(one.labels, name); });
}

std::string milestone_title(const Project& project, const Issuable& one) {
  auto const found = std::ranges::find(project.milestones, one.milestone, &Milestone::id);
  return found == project.milestones.end() ? std::string() : found->title;
}

bool fits_milestone(const Project& project, const Issuable& one, std::string_view wanted) {
  auto const title = milestone_title(project, one);
  if (iequals(wanted, "none")) return title.empty();
  if (iequals(wanted, "any") || iequals(wanted, "started")) return !title.empty();
  return iequals(title, wanted);
}

bool fits_negated(const Call& call, const Project& project, const Issuable& one) {
  json::Value const params = call.params;
  auto const names = assignee_names(call.store, one);
  if (auto const author = json::find_string(params, "not.author_username")) {
    if (iequals(call.store.user(one.author).username, *author)) return false;
  }
  if (auto const milestone = json::find_string(params, "not.milestone")) {
    if (fits_milestone(project, one, *milestone)) return false;
  }
  auto const any_of = [&](std::string_view path, const std::vector<std::string>& has) {
    auto const* unwanted = json::find_array(params, path);
    return unwanted != nullptr && std::ranges::any_of(*unwanted, [&](const json::Value& text) {
             return contains(has, json::view(text.get_string()));
           });
  };
  return !any_of("not.labels", one.labels) && !any_of("not.assignee_username", names);
}

bool fits_assignee(const Call& call, const Issuable& one) {
  if (auto const* wanted = call.params.if_contains("assignee_id"); wanted && !wanted->is_null()) {
    auto const is_word = wanted->is_string();
    if (is_word && (wanted->get_string() == "None") != one.assignees.empty()) return false;
    if (!is_word && std::ranges::find(one.assignees, wanted->get_int64()) == one.assignees.end()) {
      return false;
    }
  }
  auto const names = assignee_names(call.store, one);
  return std::ranges::all_of(call.list("assignee_username"), [&](auto const& name) {
    return contains(names, name);
  });
}

std::string join_names(const Store& store, const std::vector<Id>& users) {
  std::string names;
  for (auto const id : users)
    names += fmt::format("{}@{}", names.empty() ? "" : " ", store.user(id).username);
  return names;
}

void set_assignees(Call& call, Issuable& one, std::vector<Id> wanted) {
  // Zero stands for nobody; users that are not there are left out.
  std::erase_if(wanted, [&](Id id) { return !call.store.users.contains(id); });
  if (wanted == one.assignees) return;
  auto const note = wanted.empty()
                        ? fmt::format("removed assignee {}", join_names(call.store, one.assignees))
                        : fmt::format("assigned to {}", join_names(call.store, wanted));
  one.assignees = std::move(wanted);
  add_system_note(call.store, one, call.user_id(), call.now, note);
}

void edit_labels(Call& call, Project& project, Issuable& one) {
  auto const before = one.labels;
  if (call.has("labels")) one.labels.clear();
  for (auto const* name : {"labels", "add_labels"}) {
    for (auto const& label : call.list(name)) add_label(call.store, project, one, label);
  }
  for (auto const& label : call.list("remove_labels")) {
    std::erase_if(one.labels, [&](auto const& has) { return iequals(has, label); });
  }
  std::ranges::sort(one.labels);
  std::string added;
  std::string removed;
  for (auto const& name : one.labels) {
    if (!contains(before, name)) added += fmt::format(" ~\"{}\"", name);
  }
  for (auto const& name : before) {
    if (!contains(one.labels, name)) removed += fmt::format(" ~\"{}\"", name);
  }
  if (added.empty() && removed.empty()) return;
  std::string note;
  if (!added.empty()) note = fmt::format("added{} label{}", added, removed.empty() ? "" : " and ");
  if (!removed.empty()) note += fmt::format("removed{} label", removed);
  add_system_note(call.store, one, call.user_id(), call.now, note);
}

}  // namespace

bool matches(const Call& call, const Project& project, const Issuable& one) {
  auto const& author = call.store.user(one.author);
  if (auto const id = call.integer("author_id"); id && *id != one.author) return false;
  if (auto const name = call.text("author_username"); name && !iequals(author.username, *name)) {
    return false;
  }
  if (!fits_assignee(call, one)) return false;
  if (!fits_labels(one, call.list("labels"))) return false;
  if (auto const wanted = call.text("milestone"); wanted && !wanted->empty()) {
    if (!fits_milestone(project, one, *wanted)) return false;
  }
  if (auto const iids = call.integers("iids"); !iids.empty()) {
    if (std::ranges::find(iids, one.iid) == iids.end()) return false;
  }
  auto const search = call.text("search").value_or("");
  if (!search.empty() && !has_text(one, search, call.text("in").value_or(""))) return false;
  auto const is_before = [&](std::string_view name, Time time) {
    auto const limit = call.time(name);
    return limit && time < *limit;
  };
  auto const is_after = [&](std::string_view name, Time time) {
    auto const limit = call.time(name);
    return limit && time > *limit;
  };
  if (is_before("created_after", one.created) || is_before("updated_after", one.updated)) {
    return false;
  }
  if (is_after("created_before", one.created) || is_after("updated_before", one.updated)) {
    return false;
  }
  auto const state = call.text("state").value_or("all");
  if (state != "all" && one.state != state) return false;
  return fits_negated(call, project, one);
}

bool is_in_scope(const Call& call, const Issuable& one, std::string_view default_scope) {
  auto const scope = call.text("scope").value_or(default_scope);
  if (scope.starts_with("created")) return one.author == call.user_id();
  if (scope.starts_with("assigned")) {
    return std::ranges::find(one.assignees, call.user_id()) != one.assignees.end();
  }
  return true;
}

std::string sort_key(const Call& call, const Project& project, const Issuable& one) {
  auto const order = call.text("order_by").value_or("created_at");
  std::string key = to_text(one.created);
  if (order == "updated_at") key = to_text(one.updated);
  if (order == "title") key = to_lower(one.title);
  if (order == "popularity") key = fmt::format("{:06}", one.upvotes);
  if (order == "milestone_due") {
    auto const found = std::ranges::find(project.milestones, one.milestone, &Milestone::id);
    key = found == project.milestones.end() ? "9999" : found->due_date;
  }
  return fmt::format("{}|{:012}", key, one.id);
}

std::optional<http::Response> conflicting_filters(const Call& call) {
  if (call.text("author_username") && call.integer("author_id")) {
    return error(400, "author_id, author_username are mutually exclusive");
  }
  if (call.has("assignee_id") && !call.list("assignee_username").empty()) {
    return error(400, "assignee_id, assignee_username are mutually exclusive");
  }
  return std::nullopt;
}

std::optional<http::Response> apply_edits(Call& call, Project& project, Issuable& one) {
  if (auto const title = call.text("title")) {
    if (trim(*title).empty()) return invalid("title", "can't be blank");
    if (title->size() > 255) return invalid("title", "is too long (maximum is 255 characters)");
  }
  if (auto const title = call.text("title"); title && *title != one.title) {
    auto const note =
        fmt::format("changed title from **{{-{}-}}** to **{{+{}+}}**", one.title, *title);
    if (!one.title.empty()) add_system_note(call.store, one, call.user_id(), call.now, note);
    one.title = *title;
  }
  if (call.has("description")) one.description = call.text("description").value_or("");
  if (call.has("assignee_ids")) {
    set_assignees(call, one, call.integers("assignee_ids"));
  } else if (call.has("assignee_id")) {
    set_assignees(call, one, {call.integer("assignee_id").value_or(0)});
  }
  edit_labels(call, project, one);
  if (call.has("milestone_id")) {
    auto const wanted = call.integer("milestone_id").value_or(0);
    auto const is_known =
        std::ranges::find(project.milestones, wanted, &Milestone::id) != project.milestones.end();
    one.milestone = is_known ? wanted : 0;
  }
  if (call.has("discussion_locked")) one.is_locked = call.flag("discussion_locked");
  one.updated = call.now;
  return std::nullopt;
}

void apply_state_event(Call& call, Issuable& one, std::string_view event) {
  if (event == "close" && one.state == "opened") {
    set_state(call.store, one, call.user_id(), call.now, "closed", "closed");
  } else if (event == "reopen" && one.state == "closed") {
    set_state(call.store, one, call.user_id(), call.now, "opened", "reopened");
  }
}

void set_state(
    Store& store, Issuable& one, Id by, Time now, std::string_view state, std::string_view note
) {
  one.state = state;
  one.closed_at = state == "closed" ? std::optional(now) : std::nullopt;
  one.closed_by = state == "closed" ? std::optional(by) : std::nullopt;
  one.updated = now;
  add_system_note(store, one, by, now, note);
}

void add_system_note(Store& store, Issuable& one, Id by, Time now, std::string_view text) {
  if (one.id == 0) return;  // not created yet
  Note note{.id = store.next_id(), .author = by, .body = std::string(text)};
  note.created = now;
  note.updated = now;
  note.is_system = true;
  Discussion discussion{.id = new_discussion_id(store), .is_individual = true};
  discussion.notes.push_back(std::move(note));
  one.discussions.push_back(std::move(discussion));
}

void add_label(Store& store, Project& project, Issuable& one, std::string_view name) {
  auto known = std::ranges::find_if(project.labels, [&](const Label& label) {
    return iequals(label.name, name);
  });
  if (known == project.labels.end()) {
    // GitLab creates a label that is not there yet.
    project.labels.push_back(
        {.id = store.next_id(), .name = std::string(name), .color = std::string(kNewLabelColor)}
    );
    known = std::prev(project.labels.end());
  }
  if (!contains(one.labels, known->name)) one.labels.push_back(known->name);
}

std::string new_discussion_id(Store& store) {
  return sha1_hex(fmt::format("discussion {}", store.next_id()));
}

}  // namespace davit::sandbox::gitlab
