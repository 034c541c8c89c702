// Core: one conversation with a server over whichever transport it has. The parts of it are in
// files of their own: connect.cpp finds out what the server speaks, core.cpp carries requests and
// sorts what comes, asks.cpp answers questions, tasks.cpp waits for tasks. Inside the client only.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "async/event.h"
#include "async/task_scope.h"
#include "mcp/client/modern_headers.h"
#include "mcp/client/transport.h"

namespace davit::mcp::client {

// Whom what the server says while a request runs is for.
struct Listeners {
  Events events;
  OnNotification on_notification;  // of a subscription: takes everything
};

class Core {
 public:
  Core(Executor executor, http::Client& http, Options options, log::Logger logger);

  Async<> connect();
  Async<> close();

  // The result after all questions and tasks.
  Async<json::Object> request(std::string method, json::Object params, Listeners listeners);
  Async<json::Array> list_all(std::string method, std::string member);
  Async<> listen(json::Object filter, OnNotification on_notification);
  Async<> notify(std::string method, json::Object params);

  Revision revision = Revision::v2026_07_28;
  json::Object server_info;
  json::Object server_capabilities;
  std::string instructions;

 private:
  // connect.cpp
  Async<bool> probe_modern();
  Result<bool> read_discovery(Reply reply);
  Async<> initialize_by_any_channel();
  Async<Reply> propose();
  Async<> accept(Reply reply);
  Async<> ensure_open();
  Async<> open_again();
  TransportContext context();
  const std::string& target() const;

  // core.cpp
  Async<> end(std::unique_ptr<Transport>* transport);
  // One request and its result as it came, in a new session where the old one has ended.
  Async<json::Object> exchange(
      std::string method,
      json::Object params,
      Listeners listeners,
      std::chrono::milliseconds timeout
  );
  Async<Reply> send(
      std::string method,
      json::Object params,
      Listeners listeners,
      std::chrono::milliseconds timeout
  );
  void complete_meta(json::Object& params, const Events& events, std::int64_t id) const;
  http::Headers headers_for(const std::string& method, const json::Object& params) const;
  void abandon(jsonrpc::Id id);
  Async<> send_text(std::string text);
  Result<json::Object> result_of(Reply reply) const;
  void learn_tools(json::Array& tools);
  void take(json::Value message, std::optional<jsonrpc::Id> during);
  void take_notification(
      std::string_view method, const json::Value& message, std::optional<jsonrpc::Id> during
  );
  Listeners* listeners_of(const json::Value& message, const std::optional<jsonrpc::Id>& during);

  // asks.cpp
  json::Object declared_capabilities(Era era) const;
  bool is_declared(std::string_view method, const json::Object& params) const;
  void take_request(jsonrpc::Id id, std::string method, json::Object params);
  Async<> answer(jsonrpc::Id id, std::string method, json::Object params);
  Async<> answer_and_forget(jsonrpc::Id id, std::string method, json::Object params);
  // The answers to the questions in `requests`, by their keys.
  Async<json::Object> gather(json::Object requests);

  // tasks.cpp
  Async<json::Object> follow_task(json::Object task);
  Async<json::Object> poll_task(std::string task_id, json::Object task);
  Async<> cancel_task(std::string task_id);

  Executor executor_;
  http::Client& http_;
  const Options options_;
  log::Logger logger_;
  std::unique_ptr<Transport> transport_;
  std::unique_ptr<Transport> older_;  // while it is tried in place of the other
  TaskScope replies_;
  std::int64_t last_id_ = 0;
  bool connected_ = false;
  bool opening_ = false;                 // somebody opens the transport again
  std::vector<Event*> opening_waiters_;  // who waits for that
  int openings_ = 0;
  std::map<jsonrpc::Id, Listeners> listeners_;  // by our request
  std::map<jsonrpc::Id, Task> asks_;            // by the server's request
  bool tools_listed_ = false;
  std::map<std::string, std::vector<HeaderParam>> repeated_;  // by tool, over HTTP
};

// The error of a response, by its code.
Error to_error(const json::Value& error);

}  // namespace davit::mcp::client
