#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "connectors/servicenow/access.h"
#include "connectors/servicenow/api.h"
#include "connectors/servicenow/data.h"
#include "http/url.h"

namespace davit::connectors::servicenow {
namespace {

using connector::Invocation;

constexpr std::string_view kMeasures[] = {"avg", "sum", "min", "max"};

json::Object measures_of(const json::Value& stats) {
  json::Object out;
  if (auto const count = json::find_string(stats, "count")) out["count"] = shown(*count, 20);
  for (auto const measure : kMeasures) {
    auto const* fields = json::find_object(stats, measure);
    if (fields == nullptr) continue;
    json::Object values;
    for (auto const& member : *fields) values[member.key()] = plain_field(member.value(), 60);
    out[measure] = std::move(values);
  }
  return out;
}

json::Object group_of(const json::Value& row) {
  json::Object group;
  auto const* fields = json::find_array(row, "groupby_fields");
  for (auto const& field : fields == nullptr ? json::Array() : *fields) {
    auto const name = json::find_string(field, "field").value_or("");
    auto value = plain_field(field, 150);
    group[name] = value.is_null() ? json::Value("(empty)") : std::move(value);
  }
  return group;
}

std::int64_t count_in(const json::Object& row) {
  auto const* count = row.if_contains("count");
  auto const* text = count == nullptr ? nullptr : count->if_string();
  return text == nullptr ? 0 : std::atoll(std::string(json::view(*text)).c_str());
}

Async<std::string> stats_target(Invocation call, std::string table) {
  Query query;
  DAVIT_CO_CHECK(co_await add_conditions(call, table, &query));
  std::vector<std::pair<std::string, std::string>> pairs;
  auto conditions = query.text();
  // An order by sys_id would make a group of every record.
  constexpr std::string_view kOrder = "ORDERBYsys_id";
  if (conditions.ends_with(kOrder)) conditions.resize(conditions.size() - kOrder.size());
  if (conditions.ends_with('^')) conditions.pop_back();
  if (!conditions.empty()) pairs.emplace_back("sysparm_query", conditions);
  pairs.emplace_back("sysparm_count", "true");
  for (auto const measure : kMeasures) {
    if (!call.has(measure)) continue;
    DAVIT_CO_TRY(auto const fields, co_await checked_fields(call, table, std::string(measure)));
    pairs.emplace_back(
        fmt::format("sysparm_{}_fields", measure), fmt::format("{}", fmt::join(fields, ","))
    );
  }
  if (call.has("group_by")) {
    DAVIT_CO_TRY(auto const fields, co_await checked_fields(call, table, "group_by"));
    pairs.emplace_back("sysparm_group_by", fmt::format("{}", fmt::join(fields, ",")));
    pairs.emplace_back("sysparm_display_value", "all");
  }
  co_return fmt::format("/api/now/stats/{}?{}", table, http::to_query(pairs));
}

}  // namespace

Async<json::Value> aggregate_table(Invocation call) {
  std::string const table(call.text("table"));
  DAVIT_CO_CHECK(check_readable(table));
  DAVIT_CO_TRY(auto const target, co_await stats_target(call, table));
  DAVIT_CO_TRY(auto const answer, co_await call.get(target));
  json::Object out;
  auto const* result = json::find(answer, "result");
  if (result == nullptr || !result->is_array()) {
    auto const* stats = json::find(answer, "result.stats");
    if (stats != nullptr) out = measures_of(*stats);
    co_return out;
  }
  std::vector<json::Object> groups;
  for (auto const& row : result->get_array()) {
    json::Object group{{"group", group_of(row)}};
    auto const* stats = json::find(row, "stats");
    for (auto& member : stats == nullptr ? json::Object() : measures_of(*stats)) {
      group[member.key()] = member.value();
    }
    if (call.has("min_count") && count_in(group) < call.integer("min_count")) continue;
    groups.push_back(std::move(group));
  }
  std::ranges::sort(groups, std::ranges::greater(), count_in);
  auto const limit = static_cast<std::size_t>(call.integer("limit"));
  out["groups"] = groups.size();
  out["complete"] = groups.size() <= limit;
  json::Array rows;
  for (auto& group : groups) {
    if (rows.size() < limit) rows.push_back(std::move(group));
  }
  out["rows"] = std::move(rows);
  co_return out;
}

}  // namespace davit::connectors::servicenow
