// What a client is told: whom to call, which protocol to speak, what it may be asked, and its
// limits.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "async/async.h"
#include "async/child_process.h"
#include "http/message.h"
#include "json/json.h"
#include "mcp/protocol.h"

namespace davit::mcp::client {

enum class Channel {
  any,  // Streamable HTTP, and HTTP+SSE when the server does not know that
  streamable,
  http_sse,  // of 2024-11-05
};

// Bounds on what a server can make us keep or do.
struct Limits {
  std::size_t message_bytes = 16 * 1024 * 1024;  // one answer, one event, one line
  std::size_t queue_bytes = 32 * 1024 * 1024;    // what a command has not read yet
  std::size_t asks = 32;                         // questions of the server answered at a time
  int rounds = 16;                               // of questions before one result
  int pages = 1000;                              // of one list
  int resumptions = 8;                           // of one stream, in a row without any event
  // A resumed stream, or one that is opened again, waits this long at first when the server has not
  // said how long, and twice as long after each vain attempt.
  std::chrono::milliseconds first_wait{500};
  std::chrono::milliseconds longest_wait{30'000};
};

struct Options {
  // The server: a URL, or a command to run that speaks MCP on its standard input and output.
  std::string url;
  ChildOptions command;

  // Over HTTP.
  http::Headers headers;  // sent with every request: authorization, for example
  Channel channel = Channel::any;
  // Keep a stream open for what the server says unasked (2025-03-26 to 2025-11-25).
  bool follow = false;

  // From a message to its response. In the legacy era that includes the time a person takes to
  // answer what the server asks meanwhile; a task has a limit of its own.
  std::chrono::milliseconds timeout{60'000};
  // Until a server that says nothing counts as one of the legacy era, and for the first event of an
  // HTTP+SSE stream.
  std::chrono::milliseconds probe_timeout{10'000};
  std::chrono::milliseconds task_timeout{600'000};
  Limits limits;

  Implementation implementation{"davit", DAVIT_VERSION, "Davit"};
  // Unset: the modern era when the server speaks it. A revision says the era, too; the server has
  // to agree to it.
  std::optional<Era> era;
  std::optional<Revision> revision;

  // Answers elicitation/create, sampling/createMessage and roots/list with their result. An error
  // of kind `forbidden` says that the user refused. What is not among `capabilities` is never
  // asked; without the callback none are declared, and `tasks` need no callback.
  std::function<Async<json::Object>(std::string method, json::Object params)> on_ask;
  ClientCapabilities capabilities;

  // What the server says and no request or subscription is there to hear.
  std::function<void(std::string_view method, const json::Object& params)> on_notification;
};

// What a server says while a request runs. All optional.
struct Events {
  std::function<void(double done, std::optional<double> total, std::string_view message)>
      on_progress;
  std::function<void(std::string_view level, const json::Value& data)> on_log;
};

using OnNotification = std::function<void(std::string_view method, const json::Object& params)>;

}  // namespace davit::mcp::client
