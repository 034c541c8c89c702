#include <map>

#include <fmt/format.h>

#include "connectors/servicenow/access.h"
#include "connectors/servicenow/api.h"
#include "connectors/servicenow/cmdb.h"
#include "connectors/servicenow/names.h"

namespace davit::connectors::servicenow {
namespace {

using connector::Invocation;

constexpr std::size_t kShownAttributes = 80;
constexpr std::size_t kAttributeBytes = 300;
constexpr std::size_t kShownRelations = 10;

Async<std::string> class_of(Invocation call, std::string id) {
  if (call.has("class")) co_return std::string(call.text("class"));
  DAVIT_CO_TRY(
      auto const answer, co_await call.get(record_target("cmdb_ci", id, "sys_class_name"))
  );
  auto const name = value_of(record_of(answer), "sys_class_name");
  co_return is_table_name(name) ? name : std::string("cmdb_ci");
}

json::Object attributes_of(const json::Value& answer) {
  json::Object out;
  auto const* given = json::find_object(answer, "result.attributes");
  if (given == nullptr) return out;
  for (auto const& member : *given) {
    std::string_view const name = member.key();
    auto const is_own = name.starts_with("sys_") && name != "sys_updated_on";
    if (is_own || is_secret_field(name) || out.size() >= kShownAttributes) continue;
    auto field = plain_field(member.value(), kAttributeBytes);
    if (!field.is_null()) out[name] = std::move(field);
  }
  return out;
}

// "Depends on::Used by": what the parent says of the child, then the child of the parent.
std::string seen_from(std::string_view type, bool is_parent) {
  auto const middle = type.find("::");
  if (middle == type.npos) return shown(type, 60);
  return shown(is_parent ? type.substr(0, middle) : type.substr(middle + 2), 60);
}

json::Object relations_of(const json::Value& answer, std::string_view list, bool is_parent) {
  std::map<std::string, json::Array> by_type;
  std::map<std::string, std::int64_t> counts;
  auto const* given = json::find_array(answer, fmt::format("result.{}", list));
  for (auto const& each : given == nullptr ? json::Array() : *given) {
    auto const type =
        seen_from(json::find_string(each, "type.display_value").value_or("related"), is_parent);
    ++counts[type];
    auto& some = by_type[type];
    if (some.size() >= kShownRelations) continue;
    some.push_back(json::Object{
        {"id", shown(json::find_string(each, "target.value").value_or(""), 40)},
        {"name", shown(json::find_string(each, "target.display_value").value_or(""), 150)},
    });
  }
  json::Object out;
  for (auto& [type, items] : by_type) {
    out[type] = json::Object{{"count", counts[type]}, {"items", std::move(items)}};
  }
  return out;
}

Async<json::Object> open_counts(Invocation call, std::string id) {
  std::vector<std::string> paths;
  for (std::string_view const table : {"incident", "change_request"}) {
    paths.push_back(fmt::format(
        "/api/now/stats/{}?sysparm_query=cmdb_ci={}%5Eactive=true&sysparm_count=true", table, id
    ));
  }
  DAVIT_CO_TRY(auto const answers, co_await call.get_each(paths));
  json::Object out;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (!answers[i]) continue;
    auto const count = json::find_string(*answers[i], "result.stats.count");
    if (count) out[i == 0 ? "open_incidents" : "open_changes"] = shown(*count, 20);
  }
  co_return out;
}

}  // namespace

Async<json::Value> get_ci(Invocation call) {
  std::string const id(call.text("ci"));
  DAVIT_CO_TRY(auto const name, co_await class_of(call, id));
  DAVIT_CO_CHECK(check_class(name));
  auto const path = fmt::format("/api/now/cmdb/instance/{}/{}", name, id);
  DAVIT_CO_TRY(auto const answer, co_await call.get(path));
  auto attributes = attributes_of(answer);
  json::Object out{{"id", id}, {"class", name}};
  if (auto* const label = attributes.if_contains("name")) out["name"] = *label;
  out["url"] = address_of(call, name, id);
  out["attributes"] = std::move(attributes);
  if (call.flag("relations")) {
    out["inbound"] = relations_of(answer, "inbound_relations", false);
    out["outbound"] = relations_of(answer, "outbound_relations", true);
  }
  DAVIT_CO_TRY(auto counts, co_await open_counts(call, id));
  for (auto& count : counts) out[count.key()] = std::move(count.value());
  co_return out;
}

}  // namespace davit::connectors::servicenow
