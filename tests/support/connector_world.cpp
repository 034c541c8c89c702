#include "support/connector_world.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "json/schema.h"
#include "mcp/call.h"

namespace davit::testing {
namespace {

constexpr std::size_t kPiece = 16 * 1024;

// Parameters of coroutines are values.
Async<> pretend_to_wait(
    ManualClock* clock, std::vector<std::chrono::milliseconds>* waits, Duration delay
) {
  auto const time = std::chrono::duration_cast<std::chrono::milliseconds>(delay);
  clock->advance(time);
  waits->push_back(time);
  co_return Result<>();
}

[[noreturn]] void give_up(const Error& error) {
  std::fprintf(stderr, "%s\n", error.message().c_str());
  std::abort();
}

}  // namespace

Async<http::ClientResponse> ScriptedClient::send(http::ClientRequest request) {
  seen.push_back(request);
  ScriptedAnswer answer;
  if (!script.empty()) {
    answer = std::move(script.front());
    script.pop_front();
  } else if (responder) {
    answer = responder(request);
  } else {
    co_return Error(ErrorKind::internal, "the script has no further answer");
  }
  if (answer.delay.count() > 0) {
    most_at_once = std::max(most_at_once, ++at_once_);
    auto const waited = co_await sleep_for(answer.delay);
    --at_once_;
    DAVIT_CO_CHECK(waited);
  }
  if (answer.error) {
    if (answer.error->kind() == ErrorKind::timeout) clock_.advance(request.timeout);
    co_return *std::move(answer.error);
  }
  http::ClientResponse response{.status = answer.status, .headers = std::move(answer.headers)};
  if (request.on_body) {
    std::string_view rest = answer.body;
    while (!rest.empty() && request.on_body(response, rest.substr(0, kPiece))) {
      rest.remove_prefix(std::min(kPiece, rest.size()));
    }
    co_return response;
  }
  if (answer.body.size() > request.max_body_bytes) {
    if (request.over_limit == http::OverLimit::fail) {
      co_return Error(ErrorKind::protocol, "the answer is larger than the limit");
    }
    answer.body.resize(request.max_body_bytes);
    response.truncated = true;
  }
  response.body = std::move(answer.body);
  co_return response;
}

ConnectorWorld::ConnectorWorld(
    const connector::Connector& connector, connector::Settings settings, log::Logger logger
) {
  if (settings.base_url.empty()) settings.base_url = "https://gitlab.example.com/api/v4";
  if (settings.credential.empty()) settings.credential = Secret("example-token");
  connector::Collaborators collaborators{
      .executor = loop_.executor(),
      .client = client_,
      .clock = clock_,
      .keys = keys_,
      .counters = counters_,
      .logger = std::move(logger),
      .random = [] { return 0.0; },
      .sleep = [this](Duration delay) { return pretend_to_wait(&clock_, &waits_, delay); },
  };
  auto instance = connector::Instance::make(connector, std::move(settings), collaborators);
  if (!instance) give_up(instance.error());
  instance_ = *std::move(instance);
}

Result<mcp::ToolResult> ConnectorWorld::call(std::string_view name, std::string_view arguments) {
  const connector::Tool* row = nullptr;
  connector::for_each_tool(instance_->connector(), [&](const connector::Tool& tool) {
    if (tool.name == name) row = &tool;
  });
  if (row == nullptr) return Error(ErrorKind::not_found, "there is no such tool");
  auto const tool = connector::make_tool(*instance_, *row);
  DAVIT_TRY(auto given, json::parse(arguments));
  if (!given.is_object()) return Error(ErrorKind::invalid_input, "arguments are an object");
  tool.prepare(given.get_object());
  DAVIT_TRY(auto const input, json::Schema::compile(tool.definition.input_schema));
  if (auto const wrong = input.validate(given); !wrong.empty()) {
    return mcp::ToolResult::error("Invalid arguments: " + json::to_text(wrong, "arguments"));
  }
  auto const context = mcp::Context(std::make_shared<mcp::Call>());
  DAVIT_TRY(auto result, loop_.run(tool.handler(context, std::move(given.get_object()))));
  if (result.is_error || !tool.definition.output_schema) return result;
  DAVIT_TRY(auto const output, json::Schema::compile(*tool.definition.output_schema));
  if (auto const wrong = output.validate(*result.structured); !wrong.empty()) {
    return Error(ErrorKind::internal, "against the schema: " + json::to_text(wrong, "the result"));
  }
  return result;
}

}  // namespace davit::testing
