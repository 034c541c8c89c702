#include "sandbox/gitlab/quick_actions.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "sandbox/gitlab/issuables.h"
#include "sandbox/gitlab/merging.h"
#include "sandbox/gitlab/reviews.h"

namespace davit::sandbox::gitlab {
namespace {

struct Action {
  Call& call;
  const Noteable& on;
  std::string_view argument;
  QuickActions& result;

  void say(std::string_view text) { result.summary.push_back(json::String(text)); }
  void change(std::string_view name, const json::Value& value) { result.changes[name] = value; }
  void change_text(std::string_view name, std::string_view text) { result.changes[name] = text; }
  std::string_view kind() const { return on.mr != nullptr ? "merge request" : "issue"; }
};

// The users behind "@jonas @aisha" and "me".
std::vector<Id> users_in(const Action& action) {
  std::vector<Id> ids;
  for (auto word : split(action.argument, ' ')) {
    if (word.starts_with('@')) word.remove_prefix(1);
    if (word == "me") ids.push_back(action.call.user_id());
    if (auto const* user = action.call.store.find_user(word)) ids.push_back(user->id);
  }
  return ids;
}

// The names behind `~bug ~"good first issue"`.
std::vector<std::string> labels_in(const Action& action) {
  std::vector<std::string> names;
  auto rest = action.argument;
  while (!rest.empty()) {
    if (rest.front() == ' ' || rest.front() == '~' || rest.front() == ',') {
      rest.remove_prefix(1);
      continue;
    }
    auto const is_quoted = rest.front() == '"';
    if (is_quoted) rest.remove_prefix(1);
    auto const end = std::min(rest.find(is_quoted ? '"' : ' '), rest.size());
    names.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return names;
}

void run_event(Action& action, std::string_view event, std::string_view done) {
  apply_state_event(action.call, *action.on.base, event);
  action.change_text("state_event", event);
  action.say(fmt::format("{} this {}.", done, action.kind()));
}

bool close(Action& action) {
  if (action.on.base->state != "opened") return false;
  run_event(action, "close", "Closed");
  return true;
}

bool reopen(Action& action) {
  if (action.on.base->state != "closed") return false;
  run_event(action, "reopen", "Reopened");
  return true;
}

bool set_title(Action& action) {
  if (action.argument.empty()) return false;
  action.on.base->title = action.argument;
  action.change_text("title", action.argument);
  action.say(fmt::format("Changed the title to \"{}\".", action.argument));
  return true;
}

bool label(Action& action) {
  auto const names = labels_in(action);
  for (auto const& name : names) {
    add_label(action.call.store, *action.on.project, *action.on.base, name);
  }
  std::ranges::sort(action.on.base->labels);
  if (!names.empty()) {
    auto const noun = names.size() == 1 ? "label" : "labels";
    action.say(fmt::format("Added {} {}.", action.argument, noun));
  }
  return !names.empty();
}

bool unlabel(Action& action) {
  auto const names = labels_in(action);
  std::erase_if(action.on.base->labels, [&](auto const& has) {
    return names.empty() || std::ranges::find(names, has) != names.end();
  });
  action.say(names.empty() ? "Removed all labels." : "Removed labels.");
  return true;
}

bool assign(Action& action) {
  auto const users = users_in(action);
  if (users.empty()) return false;
  for (auto const id : users) {
    auto& assignees = action.on.base->assignees;
    if (std::ranges::find(assignees, id) == assignees.end()) assignees.push_back(id);
  }
  action.say(fmt::format("Assigned {}.", action.argument));
  return true;
}

bool unassign(Action& action) {
  auto const users = users_in(action);
  std::erase_if(action.on.base->assignees, [&](Id id) {
    return users.empty() || std::ranges::find(users, id) != users.end();
  });
  action.change("assignee_ids", json::Array());
  action.say("Removed assignees.");
  return true;
}

bool request_review(Action& action) {
  auto const users = users_in(action);
  if (action.on.mr == nullptr || users.empty()) return false;
  for (auto const id : users) {
    auto& reviewers = action.on.mr->reviewers;
    if (std::ranges::find(reviewers, id) == reviewers.end()) reviewers.push_back(id);
    action.on.mr->reviewer_states[id] = "unreviewed";
  }
  action.say(fmt::format("Requested a review from {}.", action.argument));
  return true;
}

bool milestone(Action& action) {
  auto title = action.argument.substr(action.argument.starts_with('%') ? 1 : 0);
  if (title.size() > 1 && title.starts_with('"')) title = title.substr(1, title.size() - 2);
  for (auto const& one : action.on.project->milestones) {
    if (one.title != title) continue;
    action.on.base->milestone = one.id;
    action.change("milestone_id", one.id);
    action.say(fmt::format("Set the milestone to %{}.", one.title));
    return true;
  }
  return false;
}

bool due(Action& action) {
  if (action.on.issue == nullptr || !parse_date(action.argument)) return false;
  action.on.issue->due_date = action.argument;
  action.change_text("due_date", action.argument);
  action.say(fmt::format("Set the due date to {}.", action.argument));
  return true;
}

bool make_confidential(Action& action) {
  if (action.on.issue == nullptr) return false;
  action.on.issue->is_confidential = true;
  action.change("confidential", true);
  action.say("Made this issue confidential.");
  return true;
}

bool make_draft(Action& action) {
  if (action.on.mr == nullptr || action.on.mr->is_draft()) return false;
  action.on.mr->title = "Draft: " + action.on.mr->title;
  action.change("wip_event", "draft");
  action.say("Set the draft status to Draft.");
  return true;
}

bool make_ready(Action& action) {
  if (action.on.mr == nullptr || !action.on.mr->is_draft()) return false;
  auto& title = action.on.mr->title;
  title = trim(std::string_view(title).substr(title.find_first_of(":])") + 1));
  action.change("wip_event", "ready");
  action.say("Set the draft status to Ready.");
  return true;
}

bool approve(Action& action) {
  if (action.on.mr == nullptr) return false;
  if (!approve_now(action.call, *action.on.project, *action.on.mr)) return false;
  action.say("Approved the current merge request.");
  return true;
}

bool unapprove(Action& action) {
  if (action.on.mr == nullptr || !unapprove_now(action.call, *action.on.mr)) return false;
  action.say("Unapproved the current merge request.");
  return true;
}

bool merge(Action& action) {
  if (action.on.mr == nullptr) return false;
  if (action.call.role_in(*action.on.project) < Role::developer) return false;
  auto& mr = *action.on.mr;
  auto const obstacle = merge_obstacle(*action.on.project, mr);
  if (obstacle == "mergeable") {
    merge_now(
        action.call.store, *action.on.project, mr, action.call.user_id(), action.call.now, ""
    );
    action.say("Merged this merge request.");
  } else if (can_wait_for(obstacle)) {
    schedule_merge(action.call, mr);
    action.say("Scheduled to merge this merge request (Merge when checks pass).");
  } else {
    return false;
  }
  action.change_text("merge", mr.head_sha);
  return true;
}

bool lock(Action& action) {
  action.on.base->is_locked = true;
  action.change("discussion_locked", true);
  action.say("Locked the discussion.");
  return true;
}

struct Command {
  std::string_view name;
  bool (*run)(Action&);
};
constexpr Command kCommands[] = {
    {"close", close},
    {"reopen", reopen},
    {"title", set_title},
    {"label", label},
    {"labels", label},
    {"unlabel", unlabel},
    {"remove_label", unlabel},
    {"assign", assign},
    {"unassign", unassign},
    {"assign_reviewer", request_review},
    {"reviewer", request_review},
    {"request_review", request_review},
    {"milestone", milestone},
    {"due", due},
    {"confidential", make_confidential},
    {"draft", make_draft},
    {"ready", make_ready},
    {"approve", approve},
    {"unapprove", unapprove},
    {"merge", merge},
    {"lock", lock},
};

// Those who may not edit have their commands ignored; they vanish from the text all the same.
bool may_run(const Call& call, const Noteable& on) {
  return call.role_in(*on.project) >= Role::reporter || on.base->author == call.user_id();
}

}  // namespace

QuickActions run_quick_actions(Call& call, const Noteable& on, std::string_view text) {
  QuickActions result;
  bool is_code = false;
  for (auto const line : split(text, '\n')) {
    if (trim(line).starts_with("```")) is_code = !is_code;
    auto const end = std::min(line.find_first_of(" \r"), line.size());
    auto const name = to_lower(line.substr(line.empty() ? 0 : 1, end == 0 ? 0 : end - 1));
    auto const command = std::ranges::find(kCommands, name, &Command::name);
    if (is_code || !line.starts_with('/') || command == std::end(kCommands)) {
      if (!result.rest.empty()) result.rest += '\n';
      result.rest += line;
      continue;
    }
    auto argument = trim(line.substr(end));
    if (argument.ends_with('\r')) argument.remove_suffix(1);
    Action action{call, on, argument, result};
    if (may_run(call, on)) command->run(action);
  }
  auto const last = result.rest.find_last_not_of(" \n\r\t");
  result.rest.resize(last == std::string::npos ? 0 : last + 1);
  return result;
}

}  // namespace davit::sandbox::gitlab
