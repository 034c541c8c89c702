// Finding pages and spaces.
#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "base/strings.h"
#include "connector/arguments.h"
#include "connectors/atlassian/confluence_page.h"
#include "connectors/atlassian/confluence_runs.h"

namespace davit::connectors::atlassian {
namespace {

constexpr std::chrono::hours kSpaceAge{1};

Result<> check_search(const json::Object& arguments) {
  if (arguments.contains("query") || arguments.contains("cql")) return {};
  return Error(ErrorKind::invalid_input, "give query or cql");
}

Result<> check_tree(const json::Object& arguments) {
  if (arguments.contains("page") || arguments.contains("space")) return {};
  return Error(ErrorKind::invalid_input, "give page or space");
}

// A space's tree is that of its homepage.
Async<ApiRequest> make_tree(Invocation call) {
  if (call.has("page")) {
    DAVIT_CO_CHECK(co_await settle_page(call));
  } else {
    DAVIT_CO_TRY(
        auto const space, co_await call.get_cached("/wiki/api/v2/spaces/{space}", kSpaceAge)
    );
    auto const home = json::find_string(space, "homepageId");
    if (!home) {
      co_return Error(
          ErrorKind::not_found, "space: it has no homepage; confluence_list_pages lists its pages"
      );
    }
    call.arguments()["page"] = *home;
  }
  call.arguments().erase("space");
  if (call.integer("depth") > 1) co_return connector::build_request(call.tool(), call.arguments());
  ApiRequest request;
  DAVIT_CO_TRY(
      request.target,
      connector::expand_path(
          "/wiki/api/v2/pages/{page}/direct-children?limit={limit}", call.arguments()
      )
  );
  co_return request;
}

// Children behind their parent, each with the number of its level.
void put_below(
    json::Array& rows,
    std::string_view parent,
    std::int64_t depth,
    std::vector<bool>& taken,
    json::Array& out
) {
  for (std::size_t at = 0; at < rows.size(); ++at) {
    if (taken[at] || json::find_string(rows[at], "parent").value_or("") != parent) continue;
    taken[at] = true;
    rows[at].as_object()["depth"] = depth;
    auto const id = std::string(json::find_string(rows[at], "id").value_or(""));
    out.push_back(rows[at]);
    put_below(rows, id, depth + 1, taken, out);
  }
}

void to_tree(const json::Object& arguments, json::Object& answer) {
  auto& rows = answer["items"].get_array();
  auto const place = [&](std::size_t at) {
    return std::pair(json::find_int(rows[at], "place").value_or(0), at);
  };
  std::vector<std::size_t> order(rows.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::sort(order, {}, place);
  json::Array sorted(rows.storage());
  for (auto const at : order) {
    if (rows[at].is_object()) sorted.push_back(rows[at]);
  }
  rows = std::move(sorted);
  // A further page of the list was asked for by cursor, and the page perhaps by name.
  auto root = connector::text_of(arguments, "page");
  if (!is_number(root)) root = {};
  if (!root.empty()) answer["below"] = root;
  for (auto& row : rows) {
    auto& fields = row.get_object();
    fields.erase("place");
    if (json::find_string(row, "type") == "page") fields.erase("type");
    if (!fields.contains("parent") && !root.empty()) fields["parent"] = root;
  }
  json::Array tree(rows.storage());
  std::vector<bool> taken(rows.size());
  put_below(rows, root, 1, taken, tree);
  // Those whose parent was on a page of the list before, with what is below them.
  auto const is_here = [&](std::string_view id) {
    return std::ranges::any_of(rows, [&](const json::Value& row) {
      return json::find_string(row, "id").value_or("") == id;
    });
  };
  for (std::size_t at = 0; at < rows.size(); ++at) {
    if (taken[at] || is_here(json::find_string(rows[at], "parent").value_or(""))) continue;
    taken[at] = true;
    auto const id = std::string(json::find_string(rows[at], "id").value_or(""));
    auto const depth = json::find_int(rows[at], "depth").value_or(1);
    tree.push_back(rows[at]);
    put_below(rows, id, depth + 1, taken, tree);
  }
  // Nothing is left out, whatever it says of itself.
  for (std::size_t at = 0; at < rows.size(); ++at) {
    if (!taken[at]) tree.push_back(rows[at]);
  }
  rows = std::move(tree);
  for (auto& row : rows) {
    if (!root.empty() && json::find_string(row, "parent") == root) row.as_object().erase("parent");
  }
}

// The list cannot be filtered by words, so it is read in large pages.
Async<ApiRequest> make_spaces(Invocation call) {
  if (call.has("query")) call.arguments()["limit"] = 250;
  co_return connector::build_request(call.tool(), call.arguments());
}

void filter_spaces(const json::Object& arguments, json::Object& answer) {
  auto const wanted = to_lower(connector::text_of(arguments, "query"));
  if (wanted.empty()) return;
  auto& rows = answer["items"].get_array();
  json::Array fitting(rows.storage());
  for (auto& row : rows) {
    auto const name = to_lower(json::find_string(row, "name").value_or(""));
    auto const key = to_lower(json::find_string(row, "key").value_or(""));
    auto const fits = name.find(wanted) != name.npos || key.find(wanted) != key.npos;
    if (fits) fitting.push_back(std::move(row));
  }
  rows = std::move(fitting);
}

// Known to whoever named it.
void drop_space(const json::Object& arguments, json::Object& answer) {
  if (!arguments.contains("space")) return;
  for (auto& row : answer["items"].get_array()) row.as_object().erase("space_id");
}

constexpr Param kInSpace{
    .name = "space",
    .description = "Key or URL.",
    .wire = "space-id",
    .lookup = &kSpaceLookup,
};

constexpr Tool kTools[] = {
    {
        .name = "confluence_search",
        .title = "Search Confluence",
        .description = "Search pages and other content by words or CQL.",
        .toolset = "pages",
        .params =
            {
                {.name = "query", .description = "Words, \"phrases\".", .in = In::none},
                {.name = "cql",
                 .description = "In place of query and filters.",
                 .in = In::none,
                 .needs = "!query !space !type !modified_since"},
                {.name = "space", .description = "Key.", .in = In::none},
                {.name = "type",
                 .description = "Pages unless said.",
                 .in = In::none,
                 .choices = "page|blogpost|comment|attachment|space|any"},
                {.name = "modified_since",
                 .description = "ISO 8601 or 7d.",
                 .in = In::none,
                 .kind = Kind::timestamp},
                {.name = "limit",
                 .in = In::none,
                 .kind = Kind::integer,
                 .fallback = "10",
                 .min = 1,
                 .max = 50},
                kCursor,
            },
        .foreign = "items.title items.excerpt",
        .scopes = "search:confluence",
        .source = "https://developer.atlassian.com/cloud/confluence/rest/v1/api-group-search/"
                  "#api-wiki-rest-api-search-get",
        .check = check_search,
        .run = search_confluence,
    },
    {
        .name = "confluence_get_page_tree",
        .title = "Get page tree",
        .description = "Pages below a page, or below a space's homepage.",
        .toolset = "pages",
        .call = {.path = "/wiki/api/v2/pages/{page}/descendants"},
        .params =
            {
                kAnyPage,
                {.name = "space",
                 .description = "Key or URL.",
                 .in = In::none,
                 .needs = "!page",
                 .lookup = &kSpaceLookup},
                {.name = "depth",
                 .description = "Levels.",
                 .kind = Kind::integer,
                 .fallback = "1",
                 .min = 1,
                 .max = 5},
                {.name = "limit", .kind = Kind::integer, .fallback = "100", .min = 1, .max = 250},
                kCursor,
            },
        .paging = kConfluenceLink,
        .root = "results",
        .keep = "id title~200 type depth parent=parentId place=childPosition",
        .scopes = "read:hierarchical-content:confluence",
        .source = "https://developer.atlassian.com/cloud/confluence/rest/v2/"
                  "api-group-descendants/#api-pages-id-descendants-get",
        .check = check_tree,
        .make = make_tree,
        .finish = to_tree,
    },
    {
        .name = "confluence_list_pages",
        .title = "List pages",
        .description = "Pages of a space or of all, last changed first.",
        .toolset = "pages",
        .call = {.path = "/wiki/api/v2/pages"},
        .params =
            {
                kInSpace,
                {.name = "title", .description = "The whole title."},
                {.name = "sort",
                 .choices = "-modified-date|-created-date|title",
                 .fallback = "-modified-date"},
                {.name = "status", .choices = "current|archived|trashed", .fallback = "current"},
                kConfluenceLimit,
                kCursor,
            },
        .paging = kConfluenceLink,
        .root = "results",
        .keep = "id title~200 space_id=spaceId version=version.number modified=version.createdAt "
                "parent=parentId",
        .source = "https://developer.atlassian.com/cloud/confluence/rest/v2/api-group-page/"
                  "#api-pages-get",
        .finish = drop_space,
    },
    {
        .name = "confluence_list_spaces",
        .title = "List spaces",
        .description = "Spaces with their keys and homepages.",
        .toolset = "pages",
        .call = {.path = "/wiki/api/v2/spaces?status=current"},
        .params =
            {
                {.name = "query", .description = "In name or key.", .in = In::none},
                {.name = "keys", .kind = Kind::joined_list},
                {.name = "type", .choices = "global|collaboration|knowledge_base|personal"},
                kConfluenceLimit,
                kCursor,
            },
        .paging = kConfluenceLink,
        .root = "results",
        .keep = "id key name~200 type homepage=homepageId",
        .scopes = "read:space:confluence",
        .source = "https://developer.atlassian.com/cloud/confluence/rest/v2/api-group-space/"
                  "#api-spaces-get",
        .make = make_spaces,
        .finish = filter_spaces,
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> confluence_find_tools = kTools;

}  // namespace davit::connectors::atlassian
