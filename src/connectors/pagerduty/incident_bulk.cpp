#include "connectors/pagerduty/incident_bulk.h"

#include <algorithm>

#include "connector/failure.h"
#include "connector/request.h"
#include "connectors/pagerduty/tables.h"

namespace davit::connectors::pagerduty {
namespace {

// https://developer.pagerduty.com/docs/rest-api-v2/errors/
constexpr std::int64_t kAlreadyResolved = 1001;
constexpr std::int64_t kAlreadyAcknowledged = 1002;

std::string text_at(const json::Value& value, Str path) {
  return std::string(json::find_string(value, path).value_or(""));
}

void fail(Target& target, const Error& error) {
  auto const code = json::find_int(connector::upstream_body_of(error), "error.code");
  target.result = "failed";
  if (code == kAlreadyResolved) target.result = "already_resolved";
  if (code == kAlreadyAcknowledged) target.result = "already_acknowledged";
  if (target.result == "failed") target.reason = error.message();
}

json::Value body_of(const Change& change, const std::vector<Target*>& some) {
  json::Array incidents;
  for (auto const* target : some) {
    json::Object one{{"id", target->id}, {"type", "incident_reference"}};
    for (auto const& field : change.fields) one[field.key()] = field.value();
    incidents.push_back(std::move(one));
  }
  return json::Object{{"incidents", std::move(incidents)}};
}

void take_answer(const json::Value& answer, std::string_view done, std::vector<Target*>& some) {
  auto const* rows = json::find_array(answer, "incidents");
  for (auto* target : some) {
    target->result = "unknown";
    target->reason = "the answer does not show it; read it again";
    if (rows == nullptr) continue;
    for (auto const& row : *rows) {
      if (json::find_string(row, "id") != target->id) continue;
      target->result = done;
      target->reason.clear();
      target->after = row;
    }
  }
}

// Setting the same state twice is the same as once; escalating pages the level again.
bool is_repeatable(const Change& change) { return !change.fields.contains("escalation_level"); }

Async<json::Value> put(Invocation call, json::Value body, bool repeatable) {
  auto request = make_request(http::Method::put, "/incidents", body);
  request.is_repeatable = repeatable;
  DAVIT_CO_TRY(auto const answer, co_await call.exchange(std::move(request)));
  // A good answer that cannot be read leaves the results unknown.
  co_return json::parse(answer.body).value_or(json::Value());
}

bool concerns_one(const Error& error) {
  return error.kind() == ErrorKind::invalid_input || error.kind() == ErrorKind::not_found ||
         error.kind() == ErrorKind::conflict;
}

}  // namespace

Async<std::vector<Target>> read_targets(Invocation call) {
  std::vector<Target> targets;
  std::vector<std::string> paths;
  for (auto const text : call.list("incidents")) {
    targets.push_back({.given = std::string(text)});
    // The text is of letters and digits only (references.h).
    paths.push_back("/incidents/" + std::string(text));
  }
  DAVIT_CO_TRY(auto const answers, co_await call.get_each(std::move(paths)));
  for (std::size_t i = 0; i < answers.size(); ++i) {
    auto& target = targets[i];
    if (!answers[i]) {
      fail(target, answers[i].error());
      continue;
    }
    auto const* incident = json::find(*answers[i], "incident");
    if (incident != nullptr) target.before = *incident;
    target.id = text_at(target.before, "id");
    auto const is_same = [&](const Target& other) { return other.id == target.id; };
    auto const end = targets.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::any_of(targets.begin(), end, is_same)) target.result = "named_before";
  }
  co_return targets;
}

Async<std::vector<Target>> apply(Invocation call, Change change, std::vector<Target> targets) {
  std::vector<Target*> open;
  for (auto& target : targets) {
    auto const status = text_at(target.before, "status");
    if (!target.result.empty()) continue;
    if (change.spares_resolved && status == "resolved") target.result = "already_resolved";
    if (change.spares_acknowledged && status == "acknowledged") {
      target.result = "already_acknowledged";
    }
    if (target.result.empty()) open.push_back(&target);
  }
  if (open.empty()) co_return targets;
  auto const answer = co_await put(call, body_of(change, open), is_repeatable(change));
  if (answer) {
    take_answer(*answer, change.done, open);
    co_return targets;
  }
  if (!concerns_one(answer.error())) co_return answer.error();
  if (open.size() == 1) {
    fail(*open.front(), answer.error());
    co_return targets;
  }
  for (auto* target : open) {
    std::vector<Target*> one{target};
    auto const alone = co_await put(call, body_of(change, one), is_repeatable(change));
    if (alone) {
      take_answer(*alone, change.done, one);
    } else if (alone.error().kind() == ErrorKind::cancelled) {
      co_return alone.error();
    } else {
      fail(*target, alone.error());
    }
  }
  co_return targets;
}

json::Array show(const std::vector<Target>& targets) {
  json::Array rows;
  for (auto const& target : targets) {
    json::Object row;
    if (auto const number = json::find_int(target.before, "incident_number")) {
      row["number"] = *number;
    }
    row["id"] = target.id.empty() ? target.given : target.id;
    row["result"] = target.result;
    if (!target.reason.empty()) row["reason"] = target.reason;
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace davit::connectors::pagerduty
