// Search over the instance, a group, or a project, by scope.
#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "sandbox/gitlab/entities.h"
#include "sandbox/gitlab/paging.h"
#include "sandbox/gitlab/routes.h"

namespace davit::sandbox::gitlab {
namespace {

using enum http::Method;

constexpr Param kGlobal[] = {
    {"search", Kind::text, Need::required},
    {"scope",
     Kind::text,
     Need::required,
     "projects|issues|work_items|merge_requests|milestones|snippet_titles|users|wiki_blobs|commits|"
     "blobs|notes"},
    {"state", Kind::text, Need::optional, "all|opened|closed|merged"},
    {"confidential", Kind::flag},
    {"fields", Kind::list, Need::optional, "title"},
    {"order_by", Kind::text, Need::optional, "created_at"},
    {"sort", Kind::text, Need::optional, "asc|desc"},
    {"num_context_lines", Kind::integer},
    {"regex", Kind::flag},
};
constexpr Param kProject[] = {
    {"search", Kind::text, Need::required},
    {"scope",
     Kind::text,
     Need::required,
     "issues|work_items|merge_requests|milestones|users|wiki_blobs|commits|blobs|notes"},
    {"state", Kind::text, Need::optional, "all|opened|closed|merged"},
    {"ref"},
    {"confidential", Kind::flag},
    {"fields", Kind::list, Need::optional, "title"},
    {"order_by", Kind::text, Need::optional, "created_at"},
    {"sort", Kind::text, Need::optional, "asc|desc"},
    {"num_context_lines", Kind::integer},
    {"regex", Kind::flag},
};

// What is searched, and what was found.
struct Hunt {
  Call& call;
  std::vector<Project*> projects;
  std::string term;  // in lower case
  std::vector<json::Value> rows;

  bool has(std::string_view text) const {
    auto const lower = to_lower(text);
    for (auto const word : split(term, ' ')) {
      if (lower.find(word) == std::string::npos) return false;
    }
    return true;
  }
  bool has_state(const Issuable& one) const {
    auto const state = call.text("state").value_or("all");
    return state == "all" || one.state == state;
  }
};

void hunt_projects(Hunt& hunt) {
  for (auto const* project : hunt.projects) {
    if (hunt.has(project->name + " " + project->path + " " + project->description)) {
      hunt.rows.push_back(show_project_simple(hunt.call, *project));
    }
  }
}

template <class Map, class Show>
void hunt_issuables(Hunt& hunt, const Map& all, Show show) {
  auto const only_title = !hunt.call.list("fields").empty();
  // "#12" and "!7" find by number.
  auto const& number = hunt.term;
  for (auto i = all.rbegin(); i != all.rend(); ++i) {
    auto const& one = i->second;
    auto const text = only_title ? one.title : one.title + " " + one.description;
    auto const is_number = number.size() > 1 && number.substr(1) == fmt::format("{}", one.iid);
    if ((hunt.has(text) || is_number) && hunt.has_state(one)) hunt.rows.push_back(show(one));
  }
}

void hunt_issues(Hunt& hunt) {
  for (auto const* project : hunt.projects) {
    hunt_issuables(hunt, project->issues, [&](const Issue& issue) {
      return show_issue(hunt.call, issue, hunt.call.store.full_path(*project));
    });
  }
}

void hunt_merge_requests(Hunt& hunt) {
  for (auto const* project : hunt.projects) {
    hunt_issuables(hunt, project->merge_requests, [&](const MergeRequest& mr) {
      return show_merge_request(hunt.call, mr, hunt.call.store.full_path(*project));
    });
  }
}

void hunt_milestones(Hunt& hunt) {
  for (auto const* project : hunt.projects) {
    for (auto const& one : project->milestones) {
      if (hunt.has(one.title + " " + one.description)) {
        hunt.rows.push_back(show_milestone(hunt.call, *project, one.id));
      }
    }
  }
}

void hunt_users(Hunt& hunt) {
  for (auto const& [id, user] : hunt.call.store.users) {
    auto const is_member = std::ranges::any_of(hunt.projects, [&](const Project* project) {
      return project->members.contains(id);
    });
    if (is_member && hunt.has(user.name + " " + user.username)) {
      hunt.rows.push_back(show_user_basic(hunt.call, id));
    }
  }
}

void hunt_commits(Hunt& hunt) {
  for (auto const* project : hunt.projects) {
    auto const* head = project->repository.resolve(hunt.call.text("ref").value_or("HEAD"));
    if (head == nullptr) continue;
    for (auto const* commit : project->repository.log(*head)) {
      if (hunt.has(commit->message)) hunt.rows.push_back(show_commit(hunt.call, *project, *commit));
    }
  }
}

void hunt_notes(Hunt& hunt) {
  auto const look = [&](const Issuable& on, std::string_view type) {
    for (auto const& discussion : on.discussions) {
      for (auto const& note : discussion.notes) {
        if (note.is_system || !hunt.has(note.body)) continue;
        NoteContext const context{on.id, on.iid, on.project, type, "", discussion.is_individual};
        hunt.rows.push_back(show_note(hunt.call, context, note));
      }
    }
  };
  for (auto const* project : hunt.projects) {
    for (auto const& [iid, mr] : project->merge_requests) look(mr, "MergeRequest");
    for (auto const& [iid, issue] : project->issues) look(issue, "Issue");
  }
}

// The pieces of `wanted` between its '*', one after the other.
bool has_parts(std::string_view path, std::string_view wanted) {
  for (auto const part : split(wanted, '*')) {
    auto const at = path.find(part);
    if (at == std::string_view::npos) return false;
    path.remove_prefix(at + part.size());
  }
  return true;
}

// "retry filename:client.ts path:src extension:ts": the words, and what the path must satisfy.
struct CodeQuery {
  std::string words;
  std::vector<std::pair<std::string, std::string>> filters;

  bool fits(std::string_view path) const {
    auto const name = path.substr(path.rfind('/') + 1);
    return std::ranges::all_of(filters, [&](auto const& filter) {
      auto const& [kind, wanted] = filter;
      if (kind == "path") return has_parts(path, wanted);
      if (kind == "extension") return name.ends_with("." + wanted);
      auto const stem = std::string_view(wanted).substr(wanted.starts_with('*') ? 1 : 0);
      return name.find(stem) != std::string_view::npos;
    });
  }
};

CodeQuery read_code_query(std::string_view text) {
  CodeQuery query;
  for (auto const word : split(text, ' ')) {
    auto const colon = word.find(':');
    auto const kind = word.substr(0, colon);
    auto const is_filter = colon != std::string_view::npos &&
                           (kind == "filename" || kind == "path" || kind == "extension");
    if (is_filter) {
      query.filters.emplace_back(kind, word.substr(colon + 1));
      continue;
    }
    if (!query.words.empty()) query.words += ' ';
    query.words += to_lower(word);
  }
  return query;
}

// A hit with two lines around it.
void add_blob(
    Hunt& hunt,
    const Project& project,
    std::string_view path,
    std::string_view ref,
    const std::vector<std::string_view>& lines,
    std::size_t hit
) {
  auto const begin = hit < 2 ? 0 : hit - 2;
  auto const end = std::min(lines.size(), hit + 3);
  std::string excerpt;
  for (auto i = begin; i < end; ++i) excerpt += lines[i];
  hunt.rows.push_back(json::Object{
      {"basename", path.substr(0, path.rfind('.'))},
      {"data", excerpt},
      {"path", path},
      {"filename", path},
      {"id", nullptr},
      {"ref", ref},
      {"startline", begin + 1},
      {"project_id", project.id},
  });
}

void hunt_blobs(Hunt& hunt) {
  auto const query = read_code_query(hunt.call.text("search").value_or(""));
  for (auto const* project : hunt.projects) {
    auto const ref = hunt.call.text("ref").value_or(project->repository.default_branch);
    auto const* head = project->repository.resolve(ref);
    if (head == nullptr) continue;
    for (auto const& [path, file] : head->files) {
      if (!query.fits(path) || file.content().find('\0') != std::string_view::npos) continue;
      auto const lines = lines_of(file.content());
      if (to_lower(path).find(query.words) != std::string::npos) {
        add_blob(hunt, *project, path, ref, lines, 0);
        continue;
      }
      for (std::size_t i = 0; i < lines.size(); ++i) {
        if (to_lower(lines[i]).find(query.words) == std::string::npos) continue;
        add_blob(hunt, *project, path, ref, lines, i);
        i += 2;  // what the excerpt shows already
      }
    }
  }
}

void hunt_nothing(Hunt&) {}

struct Scope {
  std::string_view name;
  void (*run)(Hunt&);
  bool needs_advanced;  // outside of a project
};
constexpr Scope kScopes[] = {
    {"projects", hunt_projects, false},
    {"issues", hunt_issues, false},
    {"work_items", hunt_issues, false},
    {"merge_requests", hunt_merge_requests, false},
    {"milestones", hunt_milestones, false},
    {"users", hunt_users, false},
    {"snippet_titles", hunt_nothing, false},
    {"wiki_blobs", hunt_nothing, true},
    {"commits", hunt_commits, true},
    {"blobs", hunt_blobs, true},
    {"notes", hunt_notes, true},
};

http::Response search_in(Call& call, std::vector<Project*> projects, bool is_project) {
  auto const name = call.text("scope").value_or("");
  auto const* scope = std::ranges::find(kScopes, name, &Scope::name);
  if (scope->needs_advanced && !is_project) {
    return message(
        400,
        name == "blobs" ? "Scope supported only with advanced search or exact code search"
                        : "Scope supported only with advanced search"
    );
  }
  Hunt hunt{call, std::move(projects), to_lower(call.text("search").value_or("")), {}};
  if (!hunt.term.empty()) scope->run(hunt);
  return paged(call, hunt.rows, [](const json::Value& row) { return row; });
}

std::vector<Project*> visible_below(Call& call, std::string_view below) {
  std::vector<Project*> projects;
  for (auto& [id, project] : call.store.projects) {
    auto const is_below = below.empty() || call.store.full_path(project).starts_with(below);
    if (is_below && call.can_see(project)) projects.push_back(&project);
  }
  return projects;
}

http::Response search_global(Call& call) { return search_in(call, visible_below(call, ""), false); }

http::Response search_group(Call& call) {
  DAVIT_TRY(auto* group, call.group());
  return search_in(call, visible_below(call, group->full_path + "/"), false);
}

http::Response search_project(Call& call) {
  DAVIT_TRY(auto* project, call.project());
  return search_in(call, {project}, true);
}

constexpr Route kRoutes[] = {
    {get, "/search", search_global, kGlobal, {}, Who::signed_in},
    {get, "/groups/:id/search", search_group, kGlobal, {}, Who::signed_in},
    {get, "/groups/:id/-/search", search_group, kGlobal, {}, Who::signed_in},
    {get, "/projects/:id/search", search_project, kProject, {}, Who::signed_in},
    {get, "/projects/:id/-/search", search_project, kProject, {}, Who::signed_in},
};

}  // namespace

std::span<const Route> search_routes() { return kRoutes; }

}  // namespace davit::sandbox::gitlab
