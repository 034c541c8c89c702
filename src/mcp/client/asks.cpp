// What a server may ask: what is declared, and how questions are answered in each era.
#include <fmt/format.h>

#include "mcp/client/core.h"

namespace davit::mcp::client {
namespace {

using Capability = ClientCapabilities::Bit;

// 2025-11-25, client/sampling, "Error Handling".
constexpr int kUserRefused = -1;

constexpr Capability kAll[] = {
    Capability::roots,
    Capability::sampling,
    Capability::sampling_tools,
    Capability::sampling_context,
    Capability::elicitation_form,
    Capability::elicitation_url,
};

// Puts the members of one tree into another: {"a":{"b":{}}} and {"a":{"c":{}}} give both.
void merge(json::Object& into, const json::Object& from) {
  for (auto const& [key, value] : from) {
    auto* present = into.if_contains(key);
    if (present == nullptr) {
      into[key] = value;
    } else if (present->is_object() && value.is_object()) {
      merge(present->get_object(), value.get_object());
    }
  }
}

// The capability that a question takes; nothing for what no server may ask.
std::optional<Capability> needed_for(std::string_view method, const json::Object& params) {
  if (method == "roots/list") return Capability::roots;
  if (method == "sampling/createMessage") return Capability::sampling;
  if (method != "elicitation/create") return {};
  auto const* mode = params.if_contains("mode");
  return mode != nullptr && *mode == "url" ? Capability::elicitation_url
                                           : Capability::elicitation_form;
}

jsonrpc::ErrorObject refusal(const Error& error) {
  if (error.kind() == ErrorKind::forbidden) return {kUserRefused, error.message()};
  if (error.kind() == ErrorKind::invalid_input) return {jsonrpc::kInvalidParams, error.message()};
  return {jsonrpc::kInternalError, error.message()};
}

}  // namespace

json::Object Core::declared_capabilities(Era era) const {
  json::Object all;
  for (auto const capability : kAll) {
    if (options_.on_ask && options_.capabilities.has(capability)) merge(all, to_json(capability));
  }
  if (era == Era::modern && options_.capabilities.has(Capability::tasks))
    merge(all, to_json(Capability::tasks));
  return all;
}

bool Core::is_declared(std::string_view method, const json::Object& params) const {
  auto const capability = needed_for(method, params);
  return capability && options_.on_ask && options_.capabilities.has(*capability);
}

void Core::take_request(jsonrpc::Id id, std::string method, json::Object params) {
  // 2026-07-28, basic/index: a server sends no requests, and a client no responses.
  if (era_of(revision) == Era::modern || asks_.contains(id)) return;
  if (asks_.size() >= options_.limits.asks) {
    logger_.warn("the server asks too much at a time", {{"method", method}});
    return;
  }
  asks_.emplace(id, Task());
  auto const task =
      replies_.spawn("reply", answer_and_forget(id, std::move(method), std::move(params)));
  // It may have ended by now.
  auto const place = asks_.find(id);
  if (place != asks_.end()) place->second = task;
}

Async<> Core::answer_and_forget(jsonrpc::Id id, std::string method, json::Object params) {
  auto answered = co_await answer(id, std::move(method), std::move(params));
  asks_.erase(id);
  co_return answered;
}

Async<> Core::answer(jsonrpc::Id id, std::string method, json::Object params) {
  std::string text;
  if (method == "ping") {
    text = jsonrpc::write_result(id, "");
  } else if (!is_declared(method, params)) {
    jsonrpc::ErrorObject const error{
        jsonrpc::kMethodNotFound, "this client does not serve " + method
    };
    text = jsonrpc::write_error(id, error);
  } else {
    auto asking = options_.on_ask(std::move(method), std::move(params));
    auto const answered = co_await std::move(asking);
    if (co_await is_cancelled()) co_return Error(ErrorKind::cancelled, "cancelled");
    if (answered) {
      std::string members;
      json::append_members(members, *answered);
      text = jsonrpc::write_result(id, members);
    } else {
      text = jsonrpc::write_error(id, refusal(answered.error()));
    }
  }
  co_return co_await transport_->send(std::move(text));
}

Async<json::Object> Core::gather(json::Object requests) {
  if (requests.size() > options_.limits.asks)
    co_return Error(ErrorKind::protocol, "the server asks too much at a time");
  json::Object answers;
  for (auto& [key, value] : requests) {
    auto const method = std::string(json::find_string(value, "method").value_or(""));
    auto* at = value.is_object() ? value.get_object().if_contains("params") : nullptr;
    auto params = at != nullptr && at->is_object() ? std::move(at->get_object()) : json::Object();
    if (!is_declared(method, params)) {
      co_return Error(
          ErrorKind::protocol,
          fmt::format("the server asks for '{}', which was not offered", method)
      );
    }
    auto asking = options_.on_ask(method, std::move(params));
    DAVIT_CO_TRY(auto answer, co_await std::move(asking));
    answers[key] = std::move(answer);
  }
  co_return answers;
}

}  // namespace davit::mcp::client
