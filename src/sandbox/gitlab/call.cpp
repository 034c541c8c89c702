#include "sandbox/gitlab/call.h"

#include <algorithm>
#include <charconv>

#include "base/strings.h"
#include "http/url.h"
#include "sandbox/gitlab/routes.h"

namespace davit::sandbox::gitlab {
namespace {

bool is_integer(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

Id to_id(std::string_view text) {
  Id value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

using Args = std::vector<std::pair<std::string_view, std::string>>;

// Where a table of routes stands.
struct Place {
  std::string_view base;
  std::span<const Route> routes;
};

std::vector<Place> all_places() {
  constexpr std::string_view kProject = "/projects/:id";
  constexpr std::string_view kMergeRequest = "/projects/:id/merge_requests/#merge_request_iid";
  constexpr std::string_view kIssue = "/projects/:id/issues/#issue_iid";
  return {
      {"", user_routes()},
      {"", project_routes()},
      {"", merge_request_routes()},
      {"", issue_routes()},
      {"", search_routes()},
      {"", todo_routes()},
      {"", planning_routes()},
      {"", iteration_routes()},
      {kProject, release_routes()},
      {kProject, pipeline_routes()},
      {kProject, job_routes()},
      {kProject, artifact_routes()},
      {kProject, ci_lint_routes()},
      {kProject, tree_routes()},
      {kProject, file_routes()},
      {kProject, branch_routes()},
      {kProject, commit_routes()},
      {kMergeRequest, merge_request_change_routes()},
      {kMergeRequest, review_routes()},
      {kMergeRequest, draft_note_routes()},
      {kMergeRequest, thread_routes()},
      {kMergeRequest, note_routes()},
      {kIssue, note_routes()},
  };
}

using Segments = std::vector<std::string_view>;

// "/a/:b" as "a", ":b"; nothing of "".
Segments segments_of(std::string_view path) {
  return path.empty() ? Segments() : split(path.substr(1), '/');
}

// Fixed segments count more than arguments, so that "latest" wins over "#pipeline_id".
std::size_t fixed_segments(const Segments& wanted) {
  return static_cast<std::size_t>(std::ranges::count_if(wanted, [](std::string_view segment) {
    return !segment.starts_with(':') && !segment.starts_with('#') && !segment.starts_with('*');
  }));
}

// The segments were split before they are decoded, so an encoded slash stays inside its segment,
// and each is decoded once.
// The segments from `first` on as one text, each decoded once.
std::string rest_of(const Segments& path, std::size_t first) {
  std::string rest;
  for (auto i = first; i < path.size(); ++i) {
    if (i > first) rest += '/';
    rest += http::percent_decode(path[i]).value_or("");
  }
  return rest;
}

std::optional<Args> match(const Segments& wanted, const Segments& path) {
  auto const takes_rest = !wanted.empty() && wanted.back().starts_with('*');
  if (takes_rest ? path.size() < wanted.size() : wanted.size() != path.size()) return std::nullopt;
  Args args;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i].starts_with('*')) {
      args.emplace_back(wanted[i], rest_of(path, i));
      break;
    }
    auto const is_arg = wanted[i].starts_with(':') || wanted[i].starts_with('#');
    if (!is_arg && wanted[i] != path[i]) return std::nullopt;
    if (!is_arg) continue;
    auto decoded = http::percent_decode(path[i]);
    if (!decoded || decoded->empty()) return std::nullopt;
    args.emplace_back(wanted[i], *std::move(decoded));
  }
  return args;
}

}  // namespace

std::string_view Call::arg(std::string_view name) const {
  for (auto const& [pattern, value] : args) {
    if (pattern.substr(1) == name) return value;
  }
  return {};
}

Id Call::id_arg(std::string_view name) const { return to_id(arg(name)); }

std::optional<std::string_view> Call::text(std::string_view name) const {
  auto const* value = params.if_contains(name);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return json::view(value->get_string());
}

std::optional<Id> Call::integer(std::string_view name) const {
  auto const* value = params.if_contains(name);
  if (value == nullptr || !value->is_int64()) return std::nullopt;
  return value->get_int64();
}

std::optional<Time> Call::time(std::string_view name) const {
  auto const written = text(name);
  return written ? parse_time(*written) : std::nullopt;
}

bool Call::flag(std::string_view name, bool fallback) const {
  auto const* value = params.if_contains(name);
  return value != nullptr && value->is_bool() ? value->get_bool() : fallback;
}

std::vector<std::string> Call::list(std::string_view name) const {
  std::vector<std::string> all;
  auto const* value = params.if_contains(name);
  if (value == nullptr || !value->is_array()) return all;
  for (auto const& item : value->get_array()) all.emplace_back(json::view(item.get_string()));
  return all;
}

std::vector<Id> Call::integers(std::string_view name) const {
  std::vector<Id> all;
  auto const* value = params.if_contains(name);
  if (value == nullptr || !value->is_array()) return all;
  for (auto const& item : value->get_array()) all.push_back(item.get_int64());
  return all;
}

Role Call::role_in(const Project& project) const {
  auto const found = project.members.find(user_id());
  return found == project.members.end() ? Role::none : found->second;
}

bool Call::can_see(const Project& project) const {
  if (project.visibility == "public") return true;
  if (user == nullptr) return false;
  return project.visibility == "internal" || project.members.contains(user->id);
}

Project* Call::project_named(std::string_view which) {
  if (!is_integer(which)) {
    for (auto& [id, project] : store.projects) {
      if (iequals(store.full_path(project), which) && can_see(project)) return &project;
    }
    return nullptr;
  }
  auto const found = store.projects.find(to_id(which));
  return found != store.projects.end() && can_see(found->second) ? &found->second : nullptr;
}

Or<Project*> Call::project(Role at_least) {
  auto* found = project_named(arg("id"));
  if (found == nullptr) return not_found("Project");
  if (role_in(*found) < at_least) return forbidden();
  return found;
}

Or<const Group*> Call::group() {
  auto const which = arg("id");
  for (auto const& [id, group] : store.groups) {
    if (is_integer(which) ? id != to_id(which) : !iequals(group.full_path, which)) continue;
    for (auto const& [project_id, project] : store.projects) {
      auto const path = store.full_path(project);
      if (path.starts_with(group.full_path + "/") && can_see(project)) return &group;
    }
  }
  return not_found("Group");
}

Match find_route(http::Method method, std::string_view path) {
  if (path.ends_with('/')) path.remove_suffix(1);
  auto const given = segments_of(path);
  // HEAD is answered by the GET route where it has none of its own.
  auto const rank = [&](http::Method served) {
    if (served == method) return 2;
    return method == http::Method::head && served == http::Method::get ? 1 : 0;
  };
  Match best;
  std::pair<std::size_t, int> best_score;
  for (auto const& place : all_places()) {
    auto const base = segments_of(place.base);
    for (auto const& route : place.routes) {
      auto wanted = base;
      std::ranges::copy(segments_of(route.pattern), std::back_inserter(wanted));
      auto args = match(wanted, given);
      if (!args) continue;
      auto const name = http::to_string(route.method);
      if (best.allowed.find(name) == std::string::npos) {
        best.allowed += best.allowed.empty() ? "" : ", ";
        best.allowed += name;
      }
      std::pair const score{fixed_segments(wanted), rank(route.method)};
      if (score.second == 0 || (best.route != nullptr && score <= best_score)) continue;
      best.route = &route;
      best.args = *std::move(args);
      best_score = score;
    }
  }
  return best;
}

}  // namespace davit::sandbox::gitlab
