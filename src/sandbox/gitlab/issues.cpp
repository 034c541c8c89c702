// Issues: lists, one, create, update, links.
#include <algorithm>

#include <fmt/format.h>

#include "sandbox/gitlab/entities.h"
#include "sandbox/gitlab/issuables.h"
#include "sandbox/gitlab/lookup.h"
#include "sandbox/gitlab/merging.h"
#include "sandbox/gitlab/paging.h"
#include "sandbox/gitlab/quick_actions.h"
#include "sandbox/gitlab/routes.h"

namespace davit::sandbox::gitlab {
namespace {

using enum http::Method;

constexpr std::string_view kTypes = "issue|incident|test_case|requirement|task|ticket";

constexpr Param kFilters[] = {
    {"state", Kind::text, Need::optional, "opened|closed|all", "all"},
    {"order_by",
     Kind::text,
     Need::optional,
     "created_at|due_date|label_priority|milestone_due|popularity|priority|relative_position|title|"
     "updated_at|weight",
     "created_at"},
    {"issue_type", Kind::text, Need::optional, kTypes},
    {"confidential", Kind::flag},
    {"due_date",
     Kind::text,
     Need::optional,
     "0|any|today|tomorrow|overdue|week|month|next_month_and_previous_two_weeks|"},
    {"weight", Kind::id_or_word},
};

bool fits(const Call& call, const Project& project, const Issue& issue, bool is_global) {
  if (!is_in_scope(call, issue, is_global ? "created_by_me" : "all")) return false;
  if (auto const type = call.text("issue_type"); type && issue.type != *type) return false;
  if (call.has("confidential") && call.flag("confidential") != issue.is_confidential) return false;
  if (auto const due = call.text("due_date"); due && !due->empty()) {
    auto const is_overdue = !issue.due_date.empty() && issue.due_date < to_date_text(call.now);
    if (*due == "0" && !issue.due_date.empty()) return false;
    if (*due != "0" && issue.due_date.empty()) return false;
    if (*due == "overdue" && !is_overdue) return false;
  }
  if (auto const weight = call.integer("weight"); weight && issue.weight != weight) return false;
  return matches(call, project, issue);
}

http::Response list_below(Call& call, std::string_view below, bool is_global) {
  if (auto refused = conflicting_filters(call)) return *std::move(refused);
  std::vector<std::pair<std::string, const Issue*>> rows;
  for (auto const& [id, project] : call.store.projects) {
    auto const path = call.store.full_path(project);
    auto const is_below =
        below.empty() || path == below || path.starts_with(std::string(below) + "/");
    if (!is_below || !call.can_see(project)) continue;
    for (auto const& [iid, issue] : project.issues) {
      if (!fits(call, project, issue, is_global)) continue;
      auto key = sort_key(call, project, issue);
      auto const order = call.text("order_by");
      if (order == "due_date") key = issue.due_date.empty() ? "9999" : issue.due_date;
      if (order == "weight") key = fmt::format("{:06}", issue.weight.value_or(0));
      rows.emplace_back(std::move(key), &issue);
    }
  }
  std::ranges::sort(rows, {}, [](auto const& row) { return std::pair(row.first, row.second->id); });
  if (call.text("sort") != "asc") std::ranges::reverse(rows);
  auto const show = [&](auto const& row) { return show_issue(call, *row.second, below); };
  if (call.text("pagination") != "keyset" || is_global) return paged(call, rows, show);

  std::vector<std::string> ids;
  for (auto const& row : rows) ids.push_back(fmt::format("{}", row.second->id));
  auto const page = keyset_page(call, ids, "cursor");
  json::Array shown;
  for (auto i = page.begin; i < page.end; ++i) shown.push_back(show(rows[i]));
  return page_answer(page, std::move(shown));
}

http::Response list_global(Call& call) { return list_below(call, "", true); }

http::Response list_group(Call& call) {
  DAVIT_TRY(auto* group, call.group());
  return list_below(call, group->full_path, false);
}

http::Response list_project(Call& call) {
  DAVIT_TRY(auto* project, call.project());
  return list_below(call, call.store.full_path(*project), false);
}

json::Object show_one(const Call& call, const Project& project, const Issue& issue) {
  auto shown = show_issue(call, issue, call.store.full_path(project));
  shown["subscribed"] = issue.author == call.user_id();
  return shown;
}

http::Response get_one(Call& call) {
  DAVIT_TRY(auto found, find_issue(call));
  return answer(show_one(call, *found.project, *found.issue));
}

// An issue's number among all projects, which only administrators may use.
http::Response get_by_global_id(Call&) { return forbidden(); }

constexpr Param kCreate[] = {
    {"title", Kind::text, Need::required},
    {"created_at", Kind::time},
    {"iid", Kind::integer},
    {"issue_type", Kind::text, Need::optional, kTypes, "issue"},
    {"confidential", Kind::flag},
    {"due_date", Kind::date},
    {"weight", Kind::integer},
};

std::optional<http::Response> apply_issue_edits(Call& call, Project& project, Issue& issue) {
  if (auto refused = apply_edits(call, project, issue)) return refused;
  if (auto const type = call.text("issue_type")) issue.type = *type;
  if (call.has("confidential")) issue.is_confidential = call.flag("confidential");
  if (call.has("due_date")) {
    auto const due = call.text("due_date").value_or("");
    issue.due_date = parse_date(due) ? due : "";
  }
  if (call.has("weight")) issue.weight = call.integer("weight");
  return std::nullopt;
}

// GitLab carries out quick actions in descriptions as well.
void run_description(Call& call, Project& project, Issue& issue) {
  if (!call.text("description")) return;
  Noteable const on{.project = &project, .base = &issue, .issue = &issue};
  issue.description = run_quick_actions(call, on, issue.description).rest;
}

http::Response create(Call& call) {
  DAVIT_TRY(auto* project, call.project(Role::guest));
  Issue issue;
  if (auto refused = apply_issue_edits(call, *project, issue)) return *std::move(refused);
  issue.id = call.store.next_id();
  issue.iid = project->issues.empty() ? 1 : project->issues.rbegin()->first + 1;
  issue.project = project->id;
  issue.author = call.user_id();
  issue.created = call.now;
  auto& stored = project->issues.emplace(issue.iid, std::move(issue)).first->second;
  run_description(call, *project, stored);
  return created(show_one(call, *project, stored));
}

constexpr Param kUpdate[] = {
    {"title", Kind::text, Need::not_blank},
    {"state_event", Kind::text, Need::optional, "reopen|close"},
    {"issue_type", Kind::text, Need::optional, kTypes},
    {"confidential", Kind::flag},
    {"due_date", Kind::date},
    {"weight", Kind::integer},
    {"updated_at", Kind::time},
};

http::Response update(Call& call) {
  DAVIT_TRY(auto found, find_issue(call));
  auto& issue = *found.issue;
  auto const may = call.role_in(*found.project) >= Role::reporter || issue.author == call.user_id();
  if (!may) return forbidden();
  if (call.params.empty()) {
    return error(
        400,
        "assignee_id, assignee_ids, confidential, created_at, description, discussion_locked, "
        "due_date, labels, add_labels, remove_labels, milestone_id, state_event, title, "
        "issue_type, "
        "weight, epic_id, epic_iid are missing, at least one parameter must be provided"
    );
  }
  if (auto refused = apply_issue_edits(call, *found.project, issue)) return *std::move(refused);
  run_description(call, *found.project, issue);
  apply_state_event(call, issue, call.text("state_event").value_or(""));
  return answer(show_one(call, *found.project, issue));
}

http::Response remove(Call& call) {
  DAVIT_TRY(auto found, find_issue(call));
  if (call.role_in(*found.project) < Role::owner) return forbidden();
  found.project->issues.erase(found.issue->iid);
  return no_content();
}

http::Response list_related(Call& call) {
  DAVIT_TRY(auto found, find_issue(call));
  auto const rows = related_merge_requests(*found.project, found.issue->iid);
  return paged(call, rows, [&](const MergeRequest* mr) {
    return show_merge_request(call, *mr, call.store.full_path(*found.project));
  });
}

// The other end of a link; the caller may not see it.
const Issue* target_of(const Call& call, const IssueLink& link) {
  auto const project = call.store.projects.find(link.target_project);
  if (project == call.store.projects.end() || !call.can_see(project->second)) return nullptr;
  auto const issue = project->second.issues.find(link.target_iid);
  return issue == project->second.issues.end() ? nullptr : &issue->second;
}

http::Response list_links(Call& call) {
  DAVIT_TRY(auto found, find_issue(call));
  json::Array rows;
  for (auto const& link : found.issue->links) {
    auto const* target = target_of(call, link);
    if (target == nullptr) continue;
    auto shown = show_issue(call, *target, call.store.full_path(*found.project));
    shown["issue_link_id"] = link.id;
    shown["link_type"] = link.type;
    shown["link_created_at"] = to_text(found.issue->created);
    shown["link_updated_at"] = to_text(found.issue->created);
    rows.push_back(std::move(shown));
  }
  return answer(rows);
}

constexpr Param kCreateLink[] = {
    {"target_project_id", Kind::text, Need::required},
    {"target_issue_iid", Kind::integer, Need::required},
    {"link_type", Kind::text, Need::optional, "relates_to|blocks|is_blocked_by", "relates_to"},
};

http::Response create_link(Call& call) {
  DAVIT_TRY(auto found, find_issue(call));
  auto const which = call.text("target_project_id").value_or("");
  Project* other = call.project_named(which);
  if (other == nullptr) return not_found("Project");
  auto const target = other->issues.find(call.integer("target_issue_iid").value_or(0));
  if (target == other->issues.end()) return no_record();
  auto const is_linked = std::ranges::any_of(found.issue->links, [&](const IssueLink& link) {
    return link.target_project == other->id && link.target_iid == target->first;
  });
  if (is_linked) return message(409, "Issue(s) already assigned");
  IssueLink const link{
      call.store.next_id(),
      other->id,
      target->first,
      std::string(call.text("link_type").value_or("relates_to"))
  };
  found.issue->links.push_back(link);
  auto const back = link.type == "blocks"          ? "is_blocked_by"
                    : link.type == "is_blocked_by" ? "blocks"
                                                   : "relates_to";
  target->second.links.push_back({link.id, found.project->id, found.issue->iid, back});
  return created(json::Object{
      {"source_issue", show_one(call, *found.project, *found.issue)},
      {"target_issue", show_one(call, *other, target->second)},
      {"link_type", link.type}
  });
}

http::Response delete_link(Call& call) {
  DAVIT_TRY(auto found, find_issue(call));
  auto const id = call.id_arg("issue_link_id");
  auto const link = std::ranges::find(found.issue->links, id, &IssueLink::id);
  if (link == found.issue->links.end()) return no_record();
  auto const target_project = call.store.projects.find(link->target_project);
  auto const target_iid = link->target_iid;
  std::erase_if(found.issue->links, [&](const IssueLink& one) { return one.id == id; });
  if (target_project != call.store.projects.end()) {
    auto const target = target_project->second.issues.find(target_iid);
    if (target != target_project->second.issues.end()) {
      std::erase_if(target->second.links, [&](const IssueLink& one) { return one.id == id; });
    }
  }
  return no_content();
}

constexpr Route kRoutes[] = {
    {get, "/issues", list_global, kFilters, kIssuableFilters, Who::signed_in},
    {get, "/issues/#id", get_by_global_id, {}, {}, Who::signed_in},
    {get, "/groups/:id/issues", list_group, kFilters, kIssuableFilters},
    {get, "/projects/:id/issues", list_project, kFilters, kIssuableFilters},
    {post, "/projects/:id/issues", create, kCreate, kIssuableEdits},
    {get, "/projects/:id/issues/#issue_iid", get_one},
    {put, "/projects/:id/issues/#issue_iid", update, kUpdate, kIssuableEdits},
    {del, "/projects/:id/issues/#issue_iid", remove},
    {get, "/projects/:id/issues/#issue_iid/related_merge_requests", list_related},
    {get, "/projects/:id/issues/#issue_iid/links", list_links},
    {post, "/projects/:id/issues/#issue_iid/links", create_link, kCreateLink},
    {del, "/projects/:id/issues/#issue_iid/links/#issue_link_id", delete_link},
};

}  // namespace

std::span<const Route> issue_routes() { return kRoutes; }

}  // namespace davit::sandbox::gitlab
