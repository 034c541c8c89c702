// What an administrator sets up and nobody here changes: issue types, statuses, the workflow,
// priorities, resolutions, kinds of links.
#pragma once

#include <span>
#include <string_view>

#include "base/strings.h"
#include "sandbox/atlassian/store.h"

namespace davit::sandbox::atlassian {

struct IssueType {
  int id;
  std::string_view name;
  std::string_view description;
  int level;  // 1 epic, 0 standard, -1 subtask
};
inline constexpr int kEpic = 10000, kStory = 10001, kTask = 10002, kSubtask = 10003, kBug = 10004;
inline constexpr IssueType kIssueTypes[] = {
    {kEpic, "Epic", "A big user story that needs to be broken down.", 1},
    {kStory, "Story", "Functionality or a feature expressed as a user goal.", 0},
    {kTask, "Task", "A small, distinct piece of work.", 0},
    {kSubtask, "Sub-task", "A small piece of work that's part of a larger task.", -1},
    {kBug, "Bug", "A problem or error.", 0},
};

struct StatusCategory {
  int id;
  std::string_view key;
  std::string_view name;
  std::string_view color;
};
inline constexpr StatusCategory kNew{2, "new", "To Do", "blue-gray"};
inline constexpr StatusCategory kStarted{4, "indeterminate", "In Progress", "yellow"};
inline constexpr StatusCategory kFinished{3, "done", "Done", "green"};

struct Status {
  int id;
  std::string_view name;
  StatusCategory category;
};
inline constexpr int kToDo = 10000, kInProgress = 3, kInReview = 10002, kBlocked = 10003,
                     kDone = 10001;
inline constexpr Status kStatuses[] = {
    {kToDo, "To Do", kNew},
    {kInProgress, "In Progress", kStarted},
    {kInReview, "In Review", kStarted},
    {kBlocked, "Blocked", kStarted},
    {kDone, "Done", kFinished},
};

// Its names are not those of the statuses, as in most real workflows.
struct Transition {
  int id;
  std::string_view name;
  int from;  // 0: from everywhere
  int to;
  bool asks_resolution;
};
inline constexpr Transition kTransitions[] = {
    {11, "Back to backlog", 0, kToDo, false},
    {21, "Start work", kToDo, kInProgress, false},
    {22, "Unblock", kBlocked, kInProgress, false},
    {23, "Request changes", kInReview, kInProgress, false},
    {31, "Ask for review", kInProgress, kInReview, false},
    {41, "Block", kInProgress, kBlocked, false},
    {51, "Resolve", kInProgress, kDone, true},
    {52, "Approve and resolve", kInReview, kDone, true},
};

struct Named {
  int id;
  std::string_view name;
};
inline constexpr Named kPriorities[] = {
    {1, "Highest"}, {2, "High"}, {3, "Medium"}, {4, "Low"}, {5, "Lowest"}
};
inline constexpr Named kResolutions[] = {
    {10000, "Done"}, {10001, "Won't Do"}, {10002, "Duplicate"}, {10003, "Cannot Reproduce"}
};

struct LinkType {
  int id;
  std::string_view name;
  std::string_view inward;
  std::string_view outward;
};
inline constexpr LinkType kLinkTypes[] = {
    {10000, "Blocks", "is blocked by", "blocks"},
    {10001, "Cloners", "is cloned by", "clones"},
    {10002, "Duplicate", "is duplicated by", "duplicates"},
    {10003, "Relates", "relates to", "relates to"},
    {10004, "Problem/Incident", "is caused by", "causes"},
};

// Of a table above, by id or by name in any case; null without one.
template <class T, std::size_t N>
const T* find_in(const T (&table)[N], int id) {
  for (auto const& one : table) {
    if (one.id == id) return &one;
  }
  return nullptr;
}
template <class T, std::size_t N>
const T* find_in(const T (&table)[N], std::string_view name_or_id) {
  if (auto const* found = find_in(table, to_id(name_or_id))) return found;
  for (auto const& one : table) {
    if (iequals(one.name, name_or_id)) return &one;
  }
  return nullptr;
}

}  // namespace davit::sandbox::atlassian
