#include "mcp/client/client.h"

#include "mcp/client/core.h"

namespace davit::mcp::client {

Client::Client(Executor executor, http::Client& http, Options options, log::Logger logger)
    : core_(std::make_unique<Core>(std::move(executor), http, std::move(options), std::move(logger))
      ) {}
Client::~Client() = default;

Async<> Client::connect() { co_return co_await core_->connect(); }
Async<> Client::close() { co_return co_await core_->close(); }

Async<json::Object> Client::request(std::string method, json::Object params, Events events) {
  Listeners listeners;
  listeners.events = std::move(events);
  co_return co_await core_->request(std::move(method), std::move(params), std::move(listeners));
}

Async<> Client::notify(std::string method, json::Object params) {
  co_return co_await core_->notify(std::move(method), std::move(params));
}

Async<json::Array> Client::list_all(std::string method, std::string member) {
  co_return co_await core_->list_all(std::move(method), std::move(member));
}

Async<json::Array> Client::list_tools() {
  co_return co_await core_->list_all("tools/list", "tools");
}

Async<json::Object> Client::call_tool(std::string name, json::Object arguments, Events events) {
  json::Object params{{"name", std::move(name)}, {"arguments", std::move(arguments)}};
  co_return co_await request("tools/call", std::move(params), std::move(events));
}

Async<> Client::listen(json::Object filter, OnNotification on_notification) {
  co_return co_await core_->listen(std::move(filter), std::move(on_notification));
}

Revision Client::revision() const { return core_->revision; }
const json::Object& Client::server_info() const { return core_->server_info; }
const json::Object& Client::server_capabilities() const { return core_->server_capabilities; }
const std::string& Client::instructions() const { return core_->instructions; }

}  // namespace davit::mcp::client
