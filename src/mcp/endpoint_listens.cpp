// Endpoint, the part of what clients are told unasked: changes of lists and resources, on listen
// streams and on sessions' own streams, and how long such streams stay open.
#include <fmt/format.h>

#include "mcp/endpoint_parts.h"

namespace davit::mcp {
namespace {

using jsonrpc::ErrorObject;

constexpr std::chrono::seconds kHousekeeping{1};

std::string_view method_of(Change::Kind kind) {
  switch (kind) {
    case Change::Kind::tools: return "notifications/tools/list_changed";
    case Change::Kind::prompts: return "notifications/prompts/list_changed";
    case Change::Kind::resources: return "notifications/resources/list_changed";
    case Change::Kind::resource_updated: return "notifications/resources/updated";
  }
  return {};
}

json::Object subscription_meta(const jsonrpc::Id& id) {
  return {{kMetaSubscription, jsonrpc::to_json(id)}};
}

bool wants(const json::Object& filter, std::string_view name) {
  auto const* value = filter.if_contains(name);
  return value != nullptr && value->is_bool() && value->get_bool();
}

// Give or take a tenth, so that streams which came together do not leave together.
std::chrono::milliseconds spread(std::chrono::milliseconds age, std::uint64_t number) {
  auto const percent = 90 + static_cast<int>(number * 7919 % 21);
  return age * percent / 100;
}

}  // namespace

std::string write_change(const Change& change) {
  return fmt::format("{} {}", static_cast<int>(change.kind), change.uri);
}

std::optional<Change> read_change(std::string_view text) {
  if (text.size() < 2 || text[0] < '0' || text[0] > '3' || text[1] != ' ') return std::nullopt;
  return Change{static_cast<Change::Kind>(text[0] - '0'), std::string(text.substr(2))};
}

// -------------------------------------------------------------------------------------------------
// subscriptions/listen

std::optional<Refusal> Endpoint::listen(const std::shared_ptr<Exchange>& exchange) {
  auto const refuse = [](int status, int code, std::string text) {
    return Refusal{status, {code, std::move(text)}};
  };
  auto const* filter = json::find_object(exchange->message->root, "params.notifications");
  if (filter == nullptr) {
    return refuse(200, jsonrpc::kInvalidParams, "params.notifications must say what to listen to");
  }
  if (!exchange->can_send) {
    return refuse(406, jsonrpc::kInvalidRequest, "Accept must allow text/event-stream");
  }
  if (filter->contains("taskIds") && !exchange->capabilities.has(ClientCapabilities::tasks)) {
    auto refusal = refuse(400, kMissingCapability, "taskIds need the tasks extension");
    refusal.error.data = json::Object{{"requiredCapabilities", to_json(ClientCapabilities::tasks)}};
    return refusal;
  }
  if (listens_.size() >= options_.max_listens) {
    parts_.counters.at("davit_mcp_rejected_total", "reason=\"too_many_listens\"").add();
    return refuse(
        429, jsonrpc::kInternalError, "too many subscriptions are open; try again in a moment"
    );
  }
  auto const number = ++last_listen_;
  auto& listen = *listens_.emplace(number, std::make_unique<Listen>(*this, exchange)).first->second;
  exchange->listen = number;
  auto const offered = dispatcher_.capabilities(exchange->revision);
  json::Object honoured;
  auto const honour = [&](std::string_view name, std::string_view feature, bool& flag) {
    flag = wants(*filter, name) && offered.contains(feature);
    if (flag) honoured[name] = true;
  };
  honour("toolsListChanged", "tools", listen.tools);
  honour("promptsListChanged", "prompts", listen.prompts);
  honour("resourcesListChanged", "resources", listen.resources);
  auto const honour_each = [&](std::string_view name, auto& into, auto&& is_good) {
    auto const* list = filter->if_contains(name);
    if (list == nullptr || !list->is_array()) return;
    json::Array taken;
    for (auto const& item : list->get_array()) {
      if (!item.is_string() || into.size() >= options_.sessions.max_subscriptions) continue;
      auto const text = json::view(item.get_string());
      if (is_good(text) && into.emplace(text).second) taken.emplace_back(json::String(text));
    }
    if (!taken.empty()) honoured[name] = std::move(taken);
  };
  honour_each("resourceSubscriptions", listen.uris, [&](std::string_view) {
    return server_.is_subscribable();
  });
  honour_each("taskIds", listen.tasks, [&](std::string_view id) {
    return tasks_.knows(id, exchange->principal);
  });
  listens_level_.set(static_cast<std::int64_t>(listens_.size()));
  listen.long_stream = watch(listen);
  exchange->send(jsonrpc::write_notification(
      "notifications/subscriptions/acknowledged",
      {{"_meta", subscription_meta(*exchange->message->id)}, {"notifications", std::move(honoured)}}
  ));
  return std::nullopt;
}

// With the result that ends it; where the client has gone, nobody reads it.
void Endpoint::end_listen(std::uint64_t number) {
  auto node = listens_.extract(number);
  if (node.empty()) return;
  auto& listen = *node.mapped();
  forget(listen.long_stream);
  listens_level_.set(static_cast<std::int64_t>(listens_.size()));
  auto const exchange = listen.exchange;
  exchange->listen = 0;
  // `in_era` would write the server's `_meta` alone; this one names the subscription, too.
  json::Object meta = subscription_meta(*exchange->message->id);
  meta[kMetaServer] = to_json(server_.info().implementation, Revision::v2026_07_28);
  std::string members = R"("resultType":"complete","_meta":)";
  json::append_text(members, meta);
  exchange->answer = jsonrpc::write_result(*exchange->message->id, members);
  end(*exchange);
}

// -------------------------------------------------------------------------------------------------
// Changes

void Endpoint::on_change(const Change& change) {
  deliver_change(change);
  if (behind_.is_on())
    behind_.publish(change_channel(name_), parts_.self.text() + ' ' + write_change(change));
}

// What is ours comes back, too.
void Endpoint::on_published_change(std::string_view text) {
  auto const blank = text.find(' ');
  if (blank == std::string_view::npos || text.substr(0, blank) == parts_.self.text()) return;
  if (auto const change = read_change(text.substr(blank + 1))) deliver_change(*change);
}

void Endpoint::deliver_change(const Change& change) {
  auto const method = method_of(change.kind);
  auto const is_update = change.kind == Change::Kind::resource_updated;
  json::Object params;
  if (is_update) params["uri"] = change.uri;
  live_.send_to_all(jsonrpc::write_notification(method, params), is_update ? &change.uri : nullptr);
  std::vector<std::shared_ptr<Exchange>> listeners;
  for (auto const& [number, listen] : listens_) {
    auto const is_wanted = (change.kind == Change::Kind::tools && listen->tools) ||
                           (change.kind == Change::Kind::prompts && listen->prompts) ||
                           (change.kind == Change::Kind::resources && listen->resources) ||
                           (is_update && listen->uris.contains(change.uri));
    if (is_wanted) listeners.push_back(listen->exchange);
  }
  for (auto const& exchange : listeners) {
    if (exchange->done) continue;
    params["_meta"] = subscription_meta(*exchange->message->id);
    exchange->send(jsonrpc::write_notification(method, params));
  }
}

void Endpoint::on_task_change(std::string_view id, const std::string& members) {
  std::vector<std::shared_ptr<Exchange>> listeners;
  for (auto const& [number, listen] : listens_) {
    if (listen->tasks.contains(id)) listeners.push_back(listen->exchange);
  }
  for (auto const& exchange : listeners) {
    if (exchange->done) continue;
    std::string text = R"({"jsonrpc":"2.0","method":"notifications/tasks","params":{)" + members;
    text += R"(,"_meta":)";
    json::append_text(text, subscription_meta(*exchange->message->id));
    exchange->send(text + "}}");
  }
}

// -------------------------------------------------------------------------------------------------
// How long streams stay open

std::uint64_t Endpoint::watch(LongStream& stream) {
  auto const number = ++last_long_stream_;
  auto const age =
      draining_ ? std::chrono::milliseconds(0) : spread(options_.stream_max_age, number);
  auto const due = long_streams_due_.emplace(parts_.clock.steady_now() + age, number);
  long_streams_.emplace(number, std::pair(&stream, due));
  return number;
}

void Endpoint::forget(std::uint64_t number) {
  auto const node = long_streams_.extract(number);
  if (!node.empty()) long_streams_due_.erase(node.mapped().second);
}

void Endpoint::drain() {
  draining_ = true;
  while (!long_streams_due_.empty()) {
    closed_to_drain_.add();
    close_longest();
  }
}

// The stream forgets itself while it closes; one that does not is forgotten here.
void Endpoint::close_longest() {
  auto const number = long_streams_due_.begin()->second;
  long_streams_.at(number).first->close_politely();
  forget(number);
}

Async<> Endpoint::keep_house() {
  for (;;) {
    DAVIT_CO_CHECK(co_await sleep_for(kHousekeeping));
    live_.sweep();
    auto const now = parts_.clock.steady_now();
    while (!long_streams_due_.empty() && long_streams_due_.begin()->first <= now) {
      (draining_ ? closed_to_drain_ : closed_of_age_).add();
      close_longest();
    }
  }
}

}  // namespace davit::mcp
