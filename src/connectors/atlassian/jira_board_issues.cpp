#include <algorithm>

#include <fmt/format.h>

#include "connector/arguments.h"
#include "connectors/atlassian/jira_calls.h"
#include "connectors/atlassian/jira_rows.h"
#include "connectors/atlassian/jira_tables.h"
#include "http/url.h"

namespace davit::connectors::atlassian {
namespace {

// What each view needs, and where it is. The lists under /rest/agile/1.0 are deprecated.
// https://developer.atlassian.com/cloud/jira/software/rest/api-group-board/
struct View {
  Str name;
  Str needs;
  Str path;
};
constexpr View kViews[] = {
    {"board", "board", "/rest/software/1.0/board/{board}/issue"},
    {"backlog", "board", "/rest/software/1.0/board/{board}/backlog"},
    {"sprint", "sprint", "/rest/software/1.0/sprint/{sprint}/issue"},
    {"epic", "epic", "/rest/software/1.0/epic/{epic}/issue"},
};

const View& view_of(const json::Object& arguments) {
  auto const name = connector::text_of(arguments, "view");
  for (auto const& view : kViews) {
    if (view.name == name) return view;
  }
  // Without a word, what was given says it.
  if (arguments.contains("epic")) return kViews[3];
  if (arguments.contains("sprint")) return kViews[2];
  return kViews[0];
}

Result<> check_view(const json::Object& arguments) {
  auto const& view = view_of(arguments);
  if (!arguments.contains(view.needs)) {
    return Error(ErrorKind::invalid_input, fmt::format("view {} needs {}", view.name, view.needs));
  }
  for (Str const other : {"sprint", "epic"}) {
    if (other == view.needs || !arguments.contains(other)) continue;
    return Error(
        ErrorKind::invalid_input, fmt::format("view {} does not go with {}", view.name, other)
    );
  }
  auto const wants_active = connector::text_of(arguments, "sprint") == "active";
  if (!wants_active || arguments.contains("board")) return {};
  return Error(ErrorKind::invalid_input, "sprint: active needs board");
}

// The one that runs.
Async<std::string> active_sprint(Invocation call) {
  DAVIT_CO_TRY(
      auto const answer, co_await call.get("/rest/agile/1.0/board/{board}/sprint?state=active")
  );
  auto const* sprints = json::find_array(answer, "values");
  if (sprints == nullptr || sprints->empty()) {
    co_return Error(ErrorKind::not_found, "the board has no active sprint");
  }
  std::string all;
  for (auto const& sprint : *sprints) {
    all += fmt::format(
        "{}{} ({})",
        all.empty() ? "" : ", ",
        clean_text(json::find_string(sprint, "name").value_or(""), 60),
        json::find_int(sprint, "id").value_or(0)
    );
  }
  if (sprints->size() > 1) {
    auto const text = fmt::format("the board has several active sprints; use an id: {}", all);
    co_return Error(ErrorKind::invalid_input, text);
  }
  co_return fmt::format("{}", json::find_int(sprints->front(), "id").value_or(0));
}

struct Group {
  std::int64_t issues = 0;
  double points = 0;
};

std::string group_of(const json::Value& issue, Str by) {
  auto const path = by == "status" ? "fields.status.name" : "fields.assignee.displayName";
  auto const name = json::find_string(issue, path).value_or("");
  return name.empty() ? "(none)" : clean_text(name, 60);
}

// Counts of the rows of this page, with the sum of their story points.
json::Object grouped(const json::Value& body, Str by, Str points) {
  std::vector<std::pair<std::string, Group>> groups;
  auto const* issues = json::find_array(body, "issues");
  for (auto const& issue : issues == nullptr ? json::Array() : *issues) {
    auto const name = group_of(issue, by);
    auto found = std::ranges::find(groups, name, &std::pair<std::string, Group>::first);
    if (found == groups.end()) found = groups.insert(groups.end(), {name, {}});
    ++found->second.issues;
    auto const* value =
        points.empty() ? nullptr : json::find(issue, fmt::format("fields.{}", points));
    if (value != nullptr && value->is_number()) found->second.points += value->to_number<double>();
  }
  json::Object out;
  for (auto const& [name, group] : groups) {
    json::Object row{{"issues", group.issues}};
    if (group.points > 0) row["points"] = group.points;
    out[name] = std::move(row);
  }
  return out;
}

// Empty where the site has none, or several to choose from.
Async<std::string> points_field(Invocation call) {
  DAVIT_CO_TRY(auto const catalogue, co_await fetch_catalogue(call));
  auto const field = catalogue.story_points();
  co_return field ? (*field)->id : std::string();
}

Async<json::Value> list_board_issues(Invocation call) {
  DAVIT_CO_TRY(auto const at, position(call));
  DAVIT_CO_TRY(auto const columns, co_await choose_columns(call));
  auto const& view = view_of(call.arguments());
  if (call.text("sprint") == "active") {
    DAVIT_CO_TRY(auto const sprint, co_await active_sprint(call));
    call.arguments()["sprint"] = sprint;
  }
  auto const by = call.text("group_by");
  auto fields = joined_ids(columns);
  std::string points;
  if (!by.empty()) {
    DAVIT_CO_TRY(points, co_await points_field(call));
    fields += fmt::format(",{}", by);
    if (!points.empty()) fields += ',' + points;
  }
  std::vector<std::pair<std::string, std::string>> query{
      {"fields", fields}, {"maxResults", fmt::format("{}", call.integer("limit"))}
  };
  if (call.has("jql")) query.emplace_back("jql", call.text("jql"));
  if (!at.token.empty()) query.emplace_back("nextPageToken", at.token);
  DAVIT_CO_TRY(auto target, expand_path(view.path, call.arguments()));
  DAVIT_CO_TRY(
      auto const page,
      co_await call.send(make_request(http::Method::get, target + '?' + http::to_query(query)))
  );
  json::Object beside;
  if (!by.empty() && at.skip == 0) beside["groups"] = grouped(page.body, by, points);
  auto rows = rows_of_issues(page.body, columns);
  if (!rows.empty()) note_columns(call, columns, beside);
  auto const next = json::find_string(page.body, "nextPageToken").value_or("");
  co_return make_list(call, at, std::move(rows), next, std::move(beside));
}

constexpr Tool kTools[] = {
    {
        .name = "jira_list_board_issues",
        .title = "List board issues",
        .description = "Issues of a board, its backlog, a sprint or an epic, by rank.",
        .toolset = "agile",
        .params =
            {
                {.name = "board", .description = "Id or web address.", .in = In::path},
                {.name = "view", .in = In::none, .choices = "board|backlog|sprint|epic"},
                {.name = "sprint", .description = "Id, or active with board.", .in = In::path},
                {.name = "epic", .description = "Key.", .in = In::path},
                {.name = "jql", .description = "Only these.", .in = In::none},
                kFields,
                {.name = "limit",
                 .in = In::none,
                 .kind = Kind::integer,
                 .fallback = "30",
                 .min = 1,
                 .max = 100},
                kCursor,
                {.name = "group_by",
                 .description = "Counts and sums story points of the page.",
                 .in = In::none,
                 .choices = "status|assignee"},
            },
        .source = "https://developer.atlassian.com/cloud/jira/software/rest/api-group-board/",
        .check = check_view,
        .run = list_board_issues,
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> jira_board_issue_tools = kTools;

}  // namespace davit::connectors::atlassian
