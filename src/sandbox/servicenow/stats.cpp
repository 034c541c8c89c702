// Aggregate API. servicenow-aggregate.json of the REST API explorer.
#include <algorithm>
#include <charconv>
#include <map>

#include <fmt/format.h>

#include "base/strings.h"
#include "sandbox/servicenow/answers.h"
#include "sandbox/servicenow/dictionary.h"
#include "sandbox/servicenow/query.h"
#include "sandbox/servicenow/query_term.h"
#include "sandbox/servicenow/render.h"
#include "sandbox/servicenow/routes.h"

namespace davit::sandbox::servicenow {
namespace {

using Rows = std::vector<const Record*>;

struct Group {
  std::vector<std::string> values;  // of the fields it is grouped by
  Rows rows;
};

struct Measure {
  std::string_view name;
  std::string_view parameter;
};
constexpr Measure kMeasures[] = {
    {"avg", "sysparm_avg_fields"},
    {"min", "sysparm_min_fields"},
    {"max", "sysparm_max_fields"},
    {"sum", "sysparm_sum_fields"},
};

std::vector<std::string> names(const Call& call, std::string_view parameter) {
  std::vector<std::string> all;
  for (auto const name : split(call.text(parameter).value_or(""), ',')) {
    if (!trim(name).empty()) all.emplace_back(trim(name));
  }
  return all;
}

std::string value_of(const World& world, const Record& record, std::string_view path) {
  auto const field = resolve(world, record, path);
  return field ? stored_value(*field) : std::string();
}

double to_number(const std::string& text) {
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// Empty values count for nothing, as in the database. All results are texts.
std::string measure(
    const World& world, const Rows& rows, std::string_view kind, std::string_view path
) {
  if (kind == "count") return fmt::format("{}", rows.size());
  std::vector<std::string> values;
  for (auto const* row : rows) {
    auto value = value_of(world, *row, path);
    if (!value.empty()) values.push_back(std::move(value));
  }
  if (values.empty()) return {};
  auto const less = [](const std::string& a, const std::string& b) { return compare(a, b) < 0; };
  if (kind == "min") return *std::ranges::min_element(values, less);
  if (kind == "max") return *std::ranges::max_element(values, less);
  double sum = 0;
  for (auto const& value : values) sum += to_number(value);
  if (kind == "sum") return fmt::format("{}", sum);
  return fmt::format("{:.4f}", sum / static_cast<double>(values.size()));
}

json::Object stats_of(const World& world, const Call& call, const Rows& rows) {
  json::Object stats;
  if (call.flag("sysparm_count")) stats["count"] = measure(world, rows, "count", "");
  for (auto const& [name, parameter] : kMeasures) {
    json::Object fields;
    for (auto const& path : names(call, parameter)) {
      fields[path] = measure(world, rows, name, path);
    }
    if (!fields.empty()) stats[name] = std::move(fields);
  }
  return stats;
}

// "count^state^>^3", several divided by commas.
bool passes(const World& world, const Call& call, const Group& group) {
  return std::ranges::all_of(names(call, "sysparm_having"), [&](const std::string& having) {
    auto const parts = split(having, '^');
    if (parts.size() != 4) return true;
    auto const order = compare(measure(world, group.rows, to_lower(parts[0]), parts[1]), parts[3]);
    if (parts[2] == ">") return order > 0;
    if (parts[2] == "<") return order < 0;
    if (parts[2] == ">=") return order >= 0;
    if (parts[2] == "<=") return order <= 0;
    if (parts[2] == "!=") return order != 0;
    return order == 0;
  });
}

std::vector<Group> group_rows(
    const World& world, const std::vector<Record*>& rows, const std::vector<std::string>& fields
) {
  std::map<std::vector<std::string>, Rows> by_values;
  for (auto const* row : rows) {
    std::vector<std::string> values;
    values.reserve(fields.size());
    for (auto const& field : fields) values.push_back(value_of(world, *row, field));
    by_values[std::move(values)].push_back(row);
  }
  std::vector<Group> groups;
  groups.reserve(by_values.size());
  for (auto& [values, members] : by_values) groups.push_back({values, std::move(members)});
  return groups;
}

// What a group is ordered by: "state", or "AVG^impact".
std::string order_key(
    const World& world,
    std::string_view by,
    const std::vector<std::string>& fields,
    const Group& group
) {
  auto const at = static_cast<std::size_t>(std::ranges::find(fields, by) - fields.begin());
  if (at < fields.size()) return group.values[at];
  auto const caret = by.find('^');
  auto const path = caret == by.npos ? std::string_view() : by.substr(caret + 1);
  return measure(world, group.rows, to_lower(by.substr(0, caret)), path);
}

// DESC at the end of a name turns the direction.
bool comes_before(
    const World& world,
    const std::vector<std::string>& orders,
    const std::vector<std::string>& fields,
    const Group& a,
    const Group& b
) {
  for (std::string_view by : orders) {
    auto const is_descending = by.ends_with("DESC");
    if (is_descending) by.remove_suffix(4);
    if (by.ends_with('^')) by.remove_suffix(1);
    auto const compared = compare(order_key(world, by, fields, a), order_key(world, by, fields, b));
    if (compared != 0) return is_descending ? compared > 0 : compared < 0;
  }
  return a.values < b.values;
}

json::Array show_fields(
    const World& world, const Call& call, const std::vector<std::string>& fields, const Group& group
) {
  auto const show = shape_of(call).show;
  json::Array shown;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    auto const field = resolve(world, *group.rows.front(), fields[i]);
    auto const label = field ? display_value(world, *field) : std::string();
    json::Object entry{{"field", fields[i]}};
    entry["value"] = show == Show::display ? label : group.values[i];
    if (show == Show::both) entry["display_value"] = label;
    shown.push_back(std::move(entry));
  }
  return shown;
}

http::Response stats(World& world, Call& call) {
  auto const table = call.arg("table");
  if (find_table(table) == nullptr) return no_table(table);
  // Counts are made by the database, before any ACL.
  auto const rows = run_query(world, table, call.text("sysparm_query").value_or(""));
  auto const fields = names(call, "sysparm_group_by");
  if (fields.empty()) {
    Rows const all(rows.begin(), rows.end());
    return result(json::Object{{"stats", stats_of(world, call, all)}});
  }
  auto groups = group_rows(world, rows, fields);
  auto orders = names(call, "sysparm_order_by");
  if (orders.empty()) orders = names(call, "sysparm_orderby");
  std::ranges::sort(groups, [&](const Group& a, const Group& b) {
    return comes_before(world, orders, fields, a, b);
  });
  json::Array shown;
  for (auto const& group : groups) {
    if (!passes(world, call, group)) continue;
    shown.push_back(json::Object{
        {"stats", stats_of(world, call, group.rows)},
        {"groupby_fields", show_fields(world, call, fields, group)}
    });
  }
  return result(std::move(shown));
}

constexpr Route<World> kRoutes[] = {{http::Method::get, "/api/now/stats/:table", stats}};

}  // namespace

Routes stats_routes() { return kRoutes; }

}  // namespace davit::sandbox::servicenow
