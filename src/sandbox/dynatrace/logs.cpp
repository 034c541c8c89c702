// Logs of the classic API, as Managed has them: search and aggregate.
#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/strings.h"
#include "sandbox/dynatrace/paging.h"
#include "sandbox/dynatrace/selector.h"
#include "sandbox/dynatrace/timeframe.h"

namespace davit::sandbox::dynatrace {
namespace {

using enum http::Method;

Texts columns_of(const Store& store, const LogLine& line) {
  Texts all{
      {"loglevel", line.level},
      {"log.source", "Container Output"},
      {"dt.entity.service", line.service},
      {"service.name", store.entity_name(line.service)},
      {"dt.entity.host", line.host},
      {"host.name", store.entity_name(line.host)},
      {"k8s.pod.name", line.pod},
      {"trace_id", line.trace},
      {"span_id", line.span},
  };
  std::erase_if(all, [](auto const& pair) { return pair.second.empty(); });
  return all;
}

// `field="value"`, or a word or a phrase to look for in the content.
bool matches_term(const Store& store, const LogLine& line, std::string_view term) {
  auto const unquoted = [](std::string_view text) {
    text = trim(text);
    if (text.size() < 2 || text.front() != '"') return text;
    return text.substr(1, text.size() - 2);
  };
  auto const equals = term.find('=');
  if (term.starts_with('"') || equals == term.npos) {
    return contains_similar(line.content, unquoted(term));
  }
  auto const name = trim(term.substr(0, equals));
  auto const wanted = unquoted(term.substr(equals + 1));
  auto const columns = columns_of(store, line);
  auto const fits = [&](auto const& pair) {
    return (pair.first == name || (name == "status" && pair.first == "loglevel")) &&
           iequals(pair.second, wanted);
  };
  return name == "content" ? contains_similar(line.content, wanted)
                           : std::ranges::any_of(columns, fits);
}

// A part of the vendor's search language: terms joined by AND, one of them may be alternatives in
// parentheses joined by OR.
bool matches(const Store& store, const LogLine& line, std::string_view query) {
  auto const any_of = [&](std::string_view terms) {
    if (terms.starts_with('(') && terms.ends_with(')')) terms = terms.substr(1, terms.size() - 2);
    for (;;) {
      auto const joint = to_lower(terms).find(" or ");
      if (matches_term(store, line, trim(terms.substr(0, joint)))) return true;
      if (joint == std::string::npos) return false;
      terms = terms.substr(joint + 4);
    }
  };
  auto rest = query;
  while (!trim(rest).empty()) {
    auto const joint = to_lower(rest).find(" and ");
    if (!any_of(trim(rest.substr(0, joint)))) return false;
    rest = joint == std::string::npos ? std::string_view() : rest.substr(joint + 5);
  }
  return true;
}

std::vector<const LogLine*> find_lines(
    const Store& store, const Call& call, const Timeframe& timeframe
) {
  std::vector<const LogLine*> rows;
  for (auto const& line : store.logs) {
    if (!timeframe.holds(line.time)) continue;
    if (matches(store, line, call.text("query").value_or(""))) rows.push_back(&line);
  }
  return rows;
}

json::Object show_line(const Store& store, const LogLine& line) {
  json::Object columns;
  for (auto const& [name, value] : columns_of(store, line)) {
    columns[name] = json::Array{json::Value(value)};
  }
  return {
      {"timestamp", to_millis(line.time)},
      {"status", line.level},
      {"content", line.content},
      {"eventType", "K8S"},
      {"additionalColumns", std::move(columns)},
  };
}

http::Response search(World& world, Call& call) {
  DAVIT_TRY(auto const timeframe, read_timeframe(call, "now-2w"));
  auto const limit = call.has("limit") ? call.integer("limit").value_or(0) : 1000;
  if (limit < 1 || limit > 1000) return violation("limit", "must be between 1 and 1000");
  auto rows = find_lines(world.store, call, timeframe);
  if (!call.text("sort").value_or("-timestamp").starts_with("timestamp")) {
    std::ranges::reverse(rows);
  }
  // A slice key carries the whole search: "everything else is ignored".
  auto const begin = std::min(
      static_cast<std::size_t>(std::max<std::int64_t>(0, call.integer("@offset").value_or(0))),
      rows.size()
  );
  auto const end = std::min(begin + static_cast<std::size_t>(limit), rows.size());
  json::Array results;
  for (auto i = begin; i < end; ++i) results.push_back(show_line(world.store, *rows[i]));
  json::Object out{{"sliceSize", end - begin}, {"results", std::move(results)}};
  if (end < rows.size()) out["nextSliceKey"] = make_page_key(call, end);
  return json_answer(out);
}

http::Response search_slice(World& world, Call& call) {
  if (auto const key = call.text("nextSliceKey")) {
    call.query = {{"nextPageKey", std::string(*key)}};
    if (auto refused = turn_page(call)) return *std::move(refused);
  }
  return search(world, call);
}

// {group: {start of the slot: {value: count}}}
http::Response aggregate(World& world, Call& call) {
  DAVIT_TRY(auto const timeframe, read_timeframe(call, "now-2w"));
  auto const slots = std::clamp<std::int64_t>(call.integer("timeBuckets").value_or(1), 1, 1000);
  auto const groups = call.list("groupBy");
  auto const slot = std::max<std::int64_t>(1, (timeframe.to - timeframe.from).count() / slots);
  std::map<std::string, std::map<std::int64_t, std::map<std::string, std::int64_t>>> counts;
  for (auto const* line : find_lines(world.store, call, timeframe)) {
    auto const index = (line->time - timeframe.from).count() / slot;
    auto const start = to_millis(timeframe.from) + index * slot;
    auto columns = columns_of(world.store, *line);
    columns.emplace_back("status", line->level);
    for (auto const& [name, value] : columns) {
      // "High-cardinality attributes cannot be used for grouping."
      if (name == "trace_id" || name == "span_id") continue;
      if (!groups.empty() && std::ranges::find(groups, name) == groups.end()) continue;
      ++counts[name][start][value];
    }
  }
  json::Object result;
  for (auto const& [name, by_slot] : counts) {
    json::Object shown;
    for (auto const& [start, values] : by_slot) {
      json::Object one;
      for (auto const& [value, count] : values) one[value] = count;
      shown[fmt::format("{}", start)] = std::move(one);
    }
    result[name] = std::move(shown);
  }
  return json_answer(json::Object{{"aggregationResult", std::move(result)}});
}

constexpr Row kRoutes[] = {
    {get, "/logs/search", search_slice},
    {get, "/logs/aggregate", aggregate},
};

}  // namespace

std::span<const Row> log_routes() { return kRoutes; }

}  // namespace davit::sandbox::dynatrace
