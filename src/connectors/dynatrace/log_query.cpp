// From arguments to the two query languages for logs. Pure.
#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "connector/arguments.h"
#include "connectors/dynatrace/escape.h"
#include "connectors/dynatrace/logs.h"

namespace davit::connectors::dynatrace {
namespace {

using connector::list_of;
using connector::Str;
using connector::text_of;

struct Field {
  Str argument;
  Str field;
};

// https://docs.dynatrace.com/docs/discover-dynatrace/references/semantic-dictionary/model/log
constexpr Field kEqual[] = {
    {"k8s_namespace", "k8s.namespace.name"},
    {"pod", "k8s.pod.name"},
    {"trace_id", "trace_id"},
};

constexpr Field kEntities[] = {
    {"service", "dt.entity.service"},
    {"host", "dt.entity.host"},
};

std::string joined(const std::vector<std::string>& conditions, std::string_view with) {
  std::string all;
  for (auto const& condition : conditions) {
    if (!all.empty()) all += with;
    all += condition;
  }
  return all;
}

}  // namespace

// Entities are in two fields while Dynatrace moves from the one model to the other, and each may be
// an array; `in` looks into both.
std::string entity_condition(Str kind, Str value) {
  auto const text = dql_text(value);
  if (is_entity_id(value)) {
    return fmt::format(
        "(in({1}, dt.entity.{0}) or in(toSmartscapeId({1}), dt.smartscape.{0}))", kind, text
    );
  }
  return fmt::format(
      "(in({1}, {0}.name) or in({1}, dt.{0}.name) or in({1}, entityName(dt.entity.{0})))",
      kind,
      text
  );
}

Result<std::string> log_filter(const json::Object& arguments) {
  std::vector<std::string> conditions;
  if (auto const levels = list_of(arguments, "level"); !levels.empty()) {
    std::string values;
    for (auto const level : levels) values += fmt::format(", {}", dql_text(level));
    conditions.push_back(fmt::format("in(loglevel{})", values));
  }
  if (auto const text = text_of(arguments, "text"); !text.empty()) {
    conditions.push_back(fmt::format("contains(content, {}, caseSensitive:false)", dql_text(text)));
  }
  for (auto const& [argument, field] : kEntities) {
    auto const value = text_of(arguments, argument);
    if (!value.empty()) conditions.push_back(entity_condition(argument, value));
  }
  for (auto const& [argument, field] : kEqual) {
    auto const value = text_of(arguments, argument);
    if (!value.empty()) conditions.push_back(fmt::format("{} == {}", field, dql_text(value)));
  }
  if (auto const condition = text_of(arguments, "filter"); !condition.empty()) {
    DAVIT_CHECK(check_condition("filter", condition));
    conditions.push_back(fmt::format("({})", condition));
  }
  if (conditions.empty()) return std::string();
  return "| filter " + joined(conditions, " and ");
}

// https://docs.dynatrace.com/docs/shortlink/log-monitoring-search-query; quotes and backslashes are
// escaped as in DQL.
Result<std::string> classic_log_filter(const json::Object& arguments) {
  std::vector<std::string> conditions;
  std::vector<std::string> levels;
  for (auto const level : list_of(arguments, "level")) {
    levels.push_back("loglevel=" + dql_text(level));
  }
  if (levels.size() == 1) conditions.push_back(levels.front());
  if (levels.size() > 1) conditions.push_back(fmt::format("({})", joined(levels, " OR ")));
  if (auto const text = text_of(arguments, "text"); !text.empty()) {
    conditions.push_back("content=" + dql_text(text));
  }
  for (auto const* fields : {kEntities, kEqual}) {
    auto const count = fields == kEntities ? std::size(kEntities) : std::size(kEqual);
    for (std::size_t i = 0; i < count; ++i) {
      auto const value = text_of(arguments, fields[i].argument);
      if (value.empty()) continue;
      conditions.push_back(fmt::format("{}={}", fields[i].field, dql_text(value)));
    }
  }
  if (auto const condition = text_of(arguments, "filter"); !condition.empty()) {
    DAVIT_CHECK(check_condition("filter", condition));
    conditions.push_back(fmt::format("({})", condition));
  }
  return joined(conditions, " AND ");
}

}  // namespace davit::connectors::dynatrace
