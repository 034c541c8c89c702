#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "connectors/servicenow/api.h"
#include "connectors/servicenow/cmdb.h"
#include "connectors/servicenow/names.h"

namespace davit::connectors::servicenow {
namespace {

using connector::Invocation;

// So many ids make an address of four kilobytes at most.
constexpr std::size_t kIdsAtOnce = 100;
constexpr std::int64_t kRelationsAtOnce = 500;
constexpr std::size_t kShownEdges = 200;
constexpr std::string_view kFields = "parent,child,type,parent.sys_class_name,child.sys_class_name";

struct Node {
  std::string name;
  std::string type;
  int depth = 0;
};

struct Graph {
  std::map<std::string, Node> nodes;
  std::vector<std::string> order;
  json::Array edges;
  bool is_cut = false;
  std::size_t max_nodes = 0;
};

std::string relations_target(const std::vector<std::string>& ids, bool is_up) {
  return target_of({
      .table = "cmdb_rel_ci",
      .query = fmt::format("{}IN{}^ORDERBYsys_id", is_up ? "child" : "parent", fmt::join(ids, ",")),
      .fields = kFields,
      .limit = kRelationsAtOnce,
  });
}

// Adds the far end of a relation; its id when it is new.
std::string add_relation(const json::Object& row, bool is_up, int depth, Graph& graph) {
  std::string_view const far = is_up ? "parent" : "child";
  auto id = value_of(row, far);
  if (!is_sys_id(id)) return {};
  auto const is_known = graph.nodes.contains(id);
  if (!is_known && graph.nodes.size() >= graph.max_nodes) {
    graph.is_cut = true;
    return {};
  }
  auto const type = label_of(row, "type");
  if (graph.edges.size() < kShownEdges) {
    graph.edges.emplace_back(fmt::format(
        "{} {} {}",
        shown(label_of(row, "parent"), 100),
        shown(type.substr(0, type.find("::")), 40),
        shown(label_of(row, "child"), 100)
    ));
  } else {
    graph.is_cut = true;
  }
  if (is_known) return {};
  graph.nodes[id] = {
      .name = shown(label_of(row, far), 100),
      .type = value_of(row, fmt::format("{}.sys_class_name", far)),
      .depth = depth,
  };
  graph.order.push_back(id);
  return id;
}

Async<std::vector<std::string>> next_level(
    Invocation call, std::vector<std::string> level, int depth, Graph* graph
) {
  auto const is_up = call.text("direction") == "up";
  std::vector<std::string> found;
  for (std::size_t begin = 0; begin < level.size(); begin += kIdsAtOnce) {
    auto const first = level.begin() + static_cast<std::ptrdiff_t>(begin);
    auto const last =
        level.begin() + static_cast<std::ptrdiff_t>(std::min(begin + kIdsAtOnce, level.size()));
    auto const target = relations_target({first, last}, is_up);
    DAVIT_CO_TRY(auto const page, co_await call.get_page(target));
    auto const& rows = rows_of(page.body);
    auto const total = page.next.total.value_or(0);
    if (total > kRelationsAtOnce || page.next.request) graph->is_cut = true;
    for (auto const& row : rows) {
      if (!row.is_object()) continue;
      auto id = add_relation(row.get_object(), is_up, depth, *graph);
      if (!id.empty()) found.push_back(std::move(id));
    }
  }
  co_return found;
}

json::Object shown_graph(const Graph& graph) {
  json::Array nodes;
  json::Array services;
  for (auto const& id : graph.order) {
    auto const& node = graph.nodes.at(id);
    nodes.push_back(
        json::Object{{"id", id}, {"name", node.name}, {"class", node.type}, {"depth", node.depth}}
    );
    if (node.type.starts_with("cmdb_ci_service")) services.emplace_back(node.name);
  }
  json::Object out;
  out["count"] = nodes.size();
  out["complete"] = !graph.is_cut;
  out["services"] = std::move(services);
  out["nodes"] = std::move(nodes);
  out["edges"] = graph.edges;
  return out;
}

}  // namespace

Async<json::Value> get_ci_impact(Invocation call) {
  std::string const id(call.text("ci"));
  Graph graph;
  graph.max_nodes = static_cast<std::size_t>(call.integer("max_nodes")) + 1;
  graph.nodes[id] = {};  // itself, not shown
  std::vector<std::string> level{id};
  for (int depth = 1; depth <= call.integer("depth") && !level.empty(); ++depth) {
    DAVIT_CO_TRY(level, co_await next_level(call, std::move(level), depth, &graph));
  }
  auto out = shown_graph(graph);
  if (graph.is_cut) {
    out["note"] = "Not everything is shown: ask with a smaller depth, or for one of the nodes.";
  }
  co_return out;
}

}  // namespace davit::connectors::servicenow
