#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "connector/projection.h"
#include "connector/text.h"
#include "connectors/dynatrace/escape.h"
#include "connectors/dynatrace/events.h"
#include "connectors/dynatrace/grail.h"

namespace davit::connectors::dynatrace {
namespace {

using connector::ApiRequest;
using connector::Invocation;
using connector::Projection;

constexpr std::size_t kProperties = 5;
constexpr std::string_view kDeployment = "dt.event.deployment.";

struct Equal {
  std::string_view argument;
  std::string_view field;
};

// https://docs.dynatrace.com/docs/discover-dynatrace/references/semantic-dictionary/model/events
constexpr Equal kKubernetes[] = {
    {"cluster", "k8s.cluster.name"},
    {"namespace", "k8s.namespace.name"},
    {"workload", "k8s.workload.name"},
};

// The names differ with the age of what collects them.
constexpr std::string_view kReason =
    "coalesce(event.reason, k8s.event.reason, dt.kubernetes.event.reason)";

constexpr std::string_view kKubernetesFields =
    "| fields time = timestamp, type = event.type, reason = coalesce(event.reason, "
    "k8s.event.reason, dt.kubernetes.event.reason), message = coalesce(event.description, content, "
    "dt.kubernetes.event.message, event.name), kind = coalesce(k8s.object.kind, "
    "dt.kubernetes.event.involved_object.kind), object = coalesce(k8s.object.name, "
    "dt.kubernetes.event.involved_object.name, k8s.pod.name, k8s.workload.name), "
    "namespace = k8s.namespace.name, cluster = k8s.cluster.name, count = coalesce(event.count, "
    "k8s.event.count, dt.kubernetes.event.count)";

// Dynatrace takes milliseconds here.
Result<std::optional<std::int64_t>> milliseconds_of(const Invocation& call, connector::Str name) {
  if (!call.has(name)) return std::optional<std::int64_t>();
  auto const time = connector::from_rfc3339(call.text(name));
  if (!time) {
    return Error(ErrorKind::invalid_input, fmt::format("{} must be a time with its zone", name));
  }
  return std::optional<std::int64_t>(time->time_since_epoch().count() * 1000);
}

}  // namespace

Async<ApiRequest> make_event_list(Invocation call) {
  std::vector<std::string> const criteria{
      criterion("eventType", call.text("event_type")),
      criterion("status", call.text("status")),
      std::string(call.text("event_selector")),
  };
  auto& arguments = call.arguments();
  if (auto const selector = all_of(criteria); !selector.empty()) {
    arguments["event_selector"] = selector;
  }
  co_return connector::build_request(call.tool(), arguments);
}

// [{"key":..,"value":..}] becomes an object; what is Dynatrace's own bookkeeping is left out. The
// end of an open event is only when it would time out.
void finish_events(const json::Object& /*arguments*/, json::Object& answer) {
  for (auto& item : answer["items"].get_array()) {
    auto& event = item.get_object();
    auto const* status = event.if_contains("status");
    if (status != nullptr && *status == "OPEN") event.stable_erase("end");
    auto* list = event.if_contains("properties");
    if (list == nullptr || !list->is_array()) continue;
    json::Object properties;
    std::size_t others = 0;
    for (auto const& property : list->get_array()) {
      auto const key = json::find_string(property, "key").value_or("");
      auto const* value = json::find(property, "value");
      if (value == nullptr || key.empty()) continue;
      if (key.starts_with(kDeployment)) {
        properties[key.substr(kDeployment.size() - std::string_view("deployment.").size())] =
            *value;
      } else if (!key.starts_with("dt.event.") && others++ < kProperties) {
        properties[key] = *value;
      }
    }
    event.erase("properties");
    if (!properties.empty()) event["properties"] = std::move(properties);
  }
}

Async<json::Value> get_kubernetes_events(Invocation call) {
  std::string filter = "event.kind == \"K8S_EVENT\"";
  for (auto const& [argument, field] : kKubernetes) {
    auto const value = call.text(argument);
    if (!value.empty()) filter += fmt::format(" and {} == {}", field, dql_text(value));
  }
  if (auto const reason = call.text("reason"); !reason.empty()) {
    filter += fmt::format(" and {} == {}", kReason, dql_text(reason));
  }
  auto const limit = call.integer("limit");
  DqlQuery query{
      .text = fmt::format(
          "fetch events\n| filter {}\n| sort timestamp desc\n| limit {}\n{}",
          filter,
          limit,
          kKubernetesFields
      ),
      .from = std::string(call.text("from")),
      .to = std::string(call.text("to")),
      .max_records = limit,
      .limit = std::chrono::seconds(40),
  };
  DAVIT_CO_TRY(auto const body, co_await query_records(call, std::move(query)));
  static Projection const kKeep(
      "time type reason~80 message~300 kind object~100 namespace~80 cluster~80 count"
  );
  auto const& records = records_of(body);
  json::Object out{{"complete", static_cast<std::int64_t>(records.size()) < limit}};
  describe_query(body, limit, out);
  json::Array items;
  for (auto const& record : records) {
    auto item = kKeep.apply(record, {}).get_object();
    item["time"] = short_time(json::find_string(record, "time").value_or(""));
    items.push_back(std::move(item));
  }
  out["items"] = std::move(items);
  co_return out;
}

// 201 also when nothing was reported.
Async<json::Value> send_event(Invocation call) {
  DAVIT_CO_TRY(auto const start, milliseconds_of(call, "start"));
  DAVIT_CO_TRY(auto const end, milliseconds_of(call, "end"));
  auto request = connector::build_request(call.tool(), call.arguments());
  if (!request) co_return request.error();
  auto body = json::parse(request->body).value_or(json::Object());
  if (start) body.get_object()["startTime"] = *start;
  if (end) body.get_object()["endTime"] = *end;
  DAVIT_CO_TRY(
      auto const answer,
      co_await call.request(http::Method::post, "v2:/events/ingest", std::move(body))
  );
  static Projection const kKeep(
      "report_count=reportCount results=eventIngestResults{correlation_id=correlationId status}"
  );
  auto out = kKeep.apply(answer, {}).get_object();
  if (json::find_int(answer, "reportCount").value_or(0) == 0) {
    out["warning"] = "nothing was reported: no entity seen in the last 24 h matched the selector";
  }
  co_return out;
}

}  // namespace davit::connectors::dynatrace
