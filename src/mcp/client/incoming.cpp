#include "mcp/client/incoming.h"

#include <fmt/format.h>

namespace davit::mcp::client {

std::vector<json::Value> read_messages(std::string_view text) {
  std::vector<json::Value> messages;
  auto root = json::parse(text);
  if (!root) return messages;
  if (root->is_object()) {
    messages.push_back(*std::move(root));
  } else if (auto* batch = root->if_array()) {
    for (auto& message : *batch) {
      if (message.is_object()) messages.push_back(std::move(message));
    }
  }
  return messages;
}

bool is_response(const json::Value& message) {
  auto const& object = message.get_object();
  if (object.contains("method")) return false;
  return object.contains("result") || json::find_int(message, "error.code").has_value();
}

std::optional<jsonrpc::Id> id_of(const json::Value& message) {
  auto const* id = json::find(message, "id");
  return id == nullptr ? std::nullopt : jsonrpc::to_id(*id);
}

Error status_error(int status, std::string_view target) {
  switch (status) {
    case 401:
      return Error(
          ErrorKind::unauthenticated, fmt::format("{} asks for authorization (401)", target)
      );
    case 403:
      return Error(ErrorKind::forbidden, fmt::format("{} refuses this client (403)", target));
    case 429:
      return Error(ErrorKind::rate_limited, fmt::format("{} is rate limiting (429)", target));
    default:
      return Error(
          status >= 500 ? ErrorKind::unavailable : ErrorKind::protocol,
          fmt::format(
              "{} answered {} {} and no MCP message", target, status, http::reason_of(status)
          )
      );
  }
}

Pending::Waiter::Waiter(Pending& pending, Executor executor, jsonrpc::Id id)
    : pending_(pending), id_(std::move(id)), changed_(std::move(executor)) {
  pending_.waiters_.emplace(id_, this);
}

Pending::Waiter::~Waiter() { pending_.waiters_.erase(id_); }

Async<json::Value> Pending::Waiter::wait(Duration limit) {
  auto const deadline = std::chrono::steady_clock::now() + limit;
  while (!outcome_) {
    auto const left = deadline - std::chrono::steady_clock::now();
    if (left <= Duration::zero())
      co_return Error(ErrorKind::timeout, "the server did not answer in time");
    DAVIT_CO_CHECK(co_await changed_.wait_for(left));
  }
  co_return *std::move(outcome_);
}

void Pending::take(json::Value response) {
  auto place = waiters_.end();
  if (auto const id = id_of(response)) {
    place = waiters_.find(*id);
  } else if (waiters_.size() == 1 && response.get_object().contains("error")) {
    place = waiters_.begin();
  }
  if (place == waiters_.end() || place->second->outcome_) return;
  place->second->outcome_.emplace(std::move(response));
  place->second->changed_.notify();
}

void Pending::fail(const Error& error) {
  for (auto const& [id, waiter] : waiters_) {
    if (waiter->outcome_) continue;
    waiter->outcome_.emplace(error);
    waiter->changed_.notify();
  }
}

void Pending::fail_only(const Error& error) {
  if (waiters_.size() == 1) fail(error);
}

bool deliver(std::string_view text, Pending& pending, const OnMessage& on_message) {
  auto messages = read_messages(text);
  for (auto& message : messages) {
    if (message.get_object().contains("method")) {
      on_message(std::move(message), {});
    } else if (is_response(message)) {
      pending.take(std::move(message));
    }
  }
  return !messages.empty();
}

}  // namespace davit::mcp::client
