#include "sandbox/dynatrace/dql_tables.h"

#include <fmt/format.h>

#include "base/strings.h"
#include "sandbox/dynatrace/seed.h"

namespace davit::sandbox::dynatrace::dql {
namespace {

constexpr std::int64_t kLogBytes = 2'000'000;

// Leaves out nulls, as records of Grail do.
Record make(std::vector<std::pair<std::string, Cell>> fields) {
  std::erase_if(fields, [](auto const& pair) { return pair.second.is_null(); });
  return fields;
}

std::vector<Record> logs(const Store& store, const Timeframe& timeframe) {
  std::vector<Record> rows;
  for (auto const& one : store.logs) {
    if (!timeframe.holds(one.time)) continue;
    rows.push_back(make({
        {"timestamp", time(one.time)},
        {"content", text_or_empty(one.content)},
        {"loglevel", text(one.level)},
        {"status", text(one.level)},
        {"log.source", text("Container Output")},
        {"event.type", text("LOG")},
        {"dt.system.bucket", text("default_logs")},
        {"dt.entity.service", text(one.service)},
        {"service.name", text(store.entity_name(one.service))},
        {"dt.entity.host", text(one.host)},
        {"host.name", text(store.entity_name(one.host))},
        {"k8s.cluster.name", text(kCluster)},
        {"k8s.namespace.name", text(kNamespace)},
        {"k8s.pod.name", text(one.pod)},
        {"trace_id", text(one.trace)},
        {"span_id", text(one.span)},
    }));
  }
  return rows;
}

Cell exception_events(std::string_view message) {
  if (message.empty()) return {};
  Cell event;
  event.kind = Cell::Kind::record;
  event.keys = {"span_event.name", "exception.message"};
  event.items = {text("exception"), text(message)};
  return array({std::move(event)});
}

std::vector<Record> spans(const Store& store, const Timeframe& timeframe) {
  std::vector<Record> rows;
  for (auto const& one : store.spans) {
    if (!timeframe.holds(one.start)) continue;
    auto const start = time(one.start);
    auto const& name = store.entity_name(one.service);
    rows.push_back(make({
        {"start_time", start},
        {"end_time", time_ns(start.integer + one.duration_ns)},
        {"timestamp", start},
        {"duration", duration(one.duration_ns)},
        {"trace.id", uid(one.trace)},
        {"span.id", uid(one.id)},
        {"span.parent_id", uid(one.parent)},
        {"span.name", text(one.name)},
        {"span.kind", text(one.kind)},
        {"span.status_code", text(one.is_failed ? "error" : "ok")},
        {"request.is_failed", boolean(one.is_failed)},
        {"request.is_root_span", boolean(one.parent.empty())},
        {"endpoint.name", one.kind == "server" ? text(one.name) : Cell()},
        {"http.response.status_code", one.http_status == 0 ? Cell() : integer(one.http_status)},
        {"service.name", text(name)},
        {"dt.entity.service", text(one.service)},
        {"span.exception.message", text(one.exception)},
        {"span.events", exception_events(one.exception)},
    }));
  }
  return rows;
}

std::vector<Record> davis_problems(const Store& store, const Timeframe& timeframe) {
  std::vector<Record> rows;
  for (auto const& one : store.problems) {
    if (!timeframe.overlaps(one.start, one.end.value_or(timeframe.to))) continue;
    std::vector<Cell> affected;
    for (auto const& id : one.affected) affected.push_back(text(id));
    auto const category = one.severity == "PERFORMANCE"           ? "SLOWDOWN"
                          : one.severity == "RESOURCE_CONTENTION" ? "RESOURCE"
                          : one.severity == "CUSTOM_ALERT"        ? "CUSTOM"
                                                                  : std::string_view(one.severity);
    rows.push_back(make({
        {"timestamp", time(one.end.value_or(one.start))},
        {"event.id", text(one.id)},
        {"event.kind", text("DAVIS_PROBLEM")},
        {"event.name", text(one.title)},
        {"event.category", text(category)},
        {"event.status", text(one.end ? "CLOSED" : "ACTIVE")},
        {"event.start", time(one.start)},
        {"event.end", one.end ? time(*one.end) : Cell()},
        {"display_id", text(one.display_id)},
        {"dt.davis.is_duplicate", boolean(false)},
        {"affected_entity_ids", array(std::move(affected))},
        {"root_cause_entity_id", text(one.root_cause)},
        {"root_cause_entity_name", text(store.entity_name(one.root_cause))},
        {"resolved_problem_duration",
         one.end ? duration((*one.end - one.start).count() * 1'000'000) : Cell()},
    }));
  }
  return rows;
}

std::vector<Record> events(const Store& store, const Timeframe& timeframe) {
  std::vector<Record> rows;
  for (auto const& one : store.events) {
    if (!timeframe.holds(one.start)) continue;
    Record row = make({
        {"timestamp", time(one.start)},
        {"event.id", text(one.id)},
        {"event.kind", text("DAVIS_EVENT")},
        {"event.type", text(one.type)},
        {"event.name", text(one.title)},
        {"event.start", time(one.start)},
        {"event.end", time(one.end)},
        {"dt.source_entity", text(one.entity)},
    });
    for (auto const& [key, value] : one.properties) set_field(row, key, text(value));
    rows.push_back(std::move(row));
  }
  for (auto const& one : store.kubernetes_events) {
    if (!timeframe.holds(one.time)) continue;
    rows.push_back(make({
        {"timestamp", time(one.time)},
        {"event.kind", text("K8S_EVENT")},
        {"event.type", text(one.type)},
        {"event.name", text(one.reason)},
        {"event.reason", text(one.reason)},
        {"content", text(one.message)},
        {"status", text(one.type == "Warning" ? "WARN" : "INFO")},
        {"k8s.cluster.name", text(kCluster)},
        {"k8s.namespace.name", text(kNamespace)},
        {"dt.kubernetes.event.reason", text(one.reason)},
        {"dt.kubernetes.event.message", text(one.message)},
        {"dt.kubernetes.event.involved_object.kind", text(one.kind)},
        {"dt.kubernetes.event.involved_object.name", text(one.object)},
        {"dt.kubernetes.event.count", integer(one.count)},
        {"k8s.workload.name", text(story::kService)},
        {"k8s.pod.name", one.kind == "Pod" ? text(one.object) : Cell()},
    }));
  }
  return rows;
}

std::vector<Record> business_events(const Store& store, const Timeframe& timeframe) {
  std::vector<Record> rows;
  for (auto const& one : store.business_events) {
    if (!timeframe.holds(one.time)) continue;
    rows.push_back(make({
        {"timestamp", time(one.time)},
        {"event.kind", text("BIZ_EVENT")},
        {"event.type", text(one.type)},
        {"event.provider", text("harbor.example")},
        {"order", text(one.order)},
        {"amount", real(one.amount)},
    }));
  }
  return rows;
}

// The classic entity tables: dt.entity.service.
std::vector<Record> entities(const Store& store, std::string_view type) {
  std::vector<Record> rows;
  for (auto const& [id, one] : store.entities) {
    if (to_lower(one.type) != type) continue;
    std::vector<Cell> tags;
    for (auto const& tag : one.tags) tags.push_back(text(tag));
    rows.push_back(make({
        {"id", text(id)},
        {"entity.name", text(one.name)},
        {"entity.type", text(one.type)},
        {"tags", array(std::move(tags))},
    }));
  }
  return rows;
}

struct Source {
  std::string_view name;
  std::vector<Record> (*read)(const Store& store, const Timeframe& timeframe);
  std::int64_t bytes_per_record;
  std::string_view scope;
};

constexpr Source kSources[] = {
    {"logs", logs, kLogBytes, "storage:logs:read"},
    {"spans", spans, 400'000, "storage:spans:read"},
    {"events", events, 100'000, "storage:events:read"},
    {"dt.davis.problems", davis_problems, 100'000, "storage:events:read"},
    {"bizevents", business_events, 100'000, "storage:bizevents:read"},
};

}  // namespace

std::optional<Table> find_table(
    const Store& store, std::string_view name, const Timeframe& timeframe
) {
  for (auto const& source : kSources) {
    if (source.name != name) continue;
    return Table{source.read(store, timeframe), source.bytes_per_record, source.scope};
  }
  constexpr std::string_view kEntity = "dt.entity.";
  if (!name.starts_with(kEntity)) return std::nullopt;
  auto rows = entities(store, name.substr(kEntity.size()));
  if (rows.empty()) return std::nullopt;
  return Table{std::move(rows), 0, "storage:entities:read"};
}

Table find_nodes(const Store& store, std::string_view type) {
  Table table{.bytes_per_record = 0, .scope = "storage:smartscape:read"};
  for (auto const& [id, one] : store.entities) {
    if (type != "*" && one.type != type) continue;
    table.records.push_back(make({
        {"id", smartscape_id(id)},
        {"type", text(one.type)},
        {"name", text(one.name)},
        {"id_classic", text(id)},
    }));
  }
  return table;
}

}  // namespace davit::sandbox::dynatrace::dql
