// A server with one tool for each thing that a tool may do, for tests of the protocol. Everything
// is inline, so that tests of low modules link nothing more.
#pragma once

#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "mcp/server.h"

namespace davit::testing {

// What tools noticed, in order: "sleeps: cancelled".
using Notes = std::vector<std::string>;

namespace tools {

using mcp::Context;
using mcp::LogLevel;
using mcp::ToolResult;

inline Async<ToolResult> echo(Context, json::Object arguments) {
  auto const* text = arguments.if_contains("text");
  auto const value = text == nullptr ? "nothing" : json::view(text->get_string());
  co_return ToolResult::text(std::string(value));
}

inline Async<ToolResult> add(Context, json::Object arguments) {
  auto const sum = arguments.at("a").as_int64() + arguments.at("b").as_int64();
  co_return ToolResult::of(json::Object{{"sum", sum}});
}

inline Async<ToolResult> fails(Context, json::Object) {
  Error error(ErrorKind::rate_limited, "the upstream asks to wait");
  error.retry_after = std::chrono::milliseconds(2500);
  co_return error;
}

inline Async<ToolResult> throws(Context, json::Object) {
  throw std::runtime_error("password=hunter2");
  co_return ToolResult();
}

inline Async<ToolResult> returns_internal_error(Context, json::Object) {
  co_return Error(ErrorKind::internal, "hunter2 is null").with_detail("at line 7");
}

inline Async<ToolResult> slow(Context context, json::Object) {
  context.progress(1, 3, "one");
  context.log(LogLevel::debug, "slow", "a debug message");
  context.log(LogLevel::info, "slow", json::Object{{"step", 1}});
  DAVIT_CO_CHECK(co_await sleep_for(std::chrono::milliseconds(1)));
  context.progress(1, 3, "the same again");
  context.progress(0.5, 3, "backwards");
  context.progress(2.5, 3);
  context.log(LogLevel::error, "", "an error message");
  co_return ToolResult::text("done");
}

// Sleeps longer than any test waits, unless `ms` says otherwise.
inline Async<ToolResult> sleep(Notes& notes, std::string name, json::Object arguments) {
  auto const* ms = arguments.if_contains("ms");
  std::chrono::milliseconds const time(ms == nullptr ? 60'000 : ms->as_int64());
  notes.push_back(name + ": started");
  if (auto slept = co_await sleep_for(time); !slept) {
    auto const again = co_await sleep_for(time);  // a cancellation stays
    notes.push_back(name + (again ? ": slept on" : ": cancelled"));
    co_return std::move(slept).error();
  }
  notes.push_back(name + ": slept");
  co_return ToolResult::text("slept");
}

// Says something, after `before` milliseconds when these are given, and then sleeps.
inline Async<ToolResult> reports(Context context, Notes& notes, json::Object arguments) {
  if (auto const* before = arguments.if_contains("before"))
    DAVIT_CO_CHECK(co_await sleep_for(std::chrono::milliseconds(before->as_int64())));
  context.progress(1);
  co_return co_await sleep(notes, "reports", std::move(arguments));
}

inline Async<ToolResult> bad_output(Context, json::Object arguments) {
  if (arguments.contains("nothing")) co_return ToolResult::text("no structured content");
  co_return ToolResult::of(json::Object{{"sum", "hunter2"}});
}

inline Async<ToolResult> failing_sum(Context, json::Object) {
  co_return Error(ErrorKind::not_found, "there is no sum");
}

inline Async<ToolResult> primes(Context, json::Object) {
  co_return ToolResult::of(json::Array{2, 3, 5});
}

inline Async<ToolResult> repeat(Context, json::Object arguments) {
  co_return ToolResult::text(
      std::string(static_cast<std::size_t>(arguments.at("n").as_int64()), 'x')
  );
}

inline json::Object schema(std::string_view text) { return json::parse(text)->get_object(); }

inline mcp::Tool make(std::string name, std::string_view input, mcp::ToolHandler handler) {
  mcp::Tool tool;
  tool.definition.description = "The tool " + name + ".";
  tool.definition.name = std::move(name);
  tool.definition.input_schema = schema(input);
  tool.handler = std::move(handler);
  return tool;
}

}  // namespace tools

// `notes` must outlive the server.
inline mcp::Server make_test_server(Notes& notes) {
  constexpr std::string_view kNone = R"({"type":"object","additionalProperties":false})";
  constexpr std::string_view kSum =
      R"({"type":"object","properties":{"sum":{"type":"integer"}},"required":["sum"]})";
  auto const sleeper = [&notes](std::string name) {
    return [&notes, name](mcp::Context, json::Object arguments) {
      return tools::sleep(notes, name, std::move(arguments));
    };
  };
  std::vector<mcp::Tool> all;
  all.push_back(tools::make(
      "echo",
      R"({"type":"object","properties":{"text":{"type":"string"}},"additionalProperties":false})",
      tools::echo
  ));
  all.back().definition.title = "Echo";
  all.back().definition.annotations = {
      .read_only = true, .destructive = false, .idempotent = true, .open_world = false
  };
  all.push_back(tools::make(
      "add",
      R"({"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"integer"}},"required":["a","b"]})",
      tools::add
  ));
  all.back().definition.output_schema = tools::schema(kSum);
  all.push_back(tools::make("fails", kNone, tools::fails));
  all.push_back(tools::make("throws", kNone, tools::throws));
  all.push_back(tools::make("returns_internal_error", kNone, tools::returns_internal_error));
  all.push_back(tools::make("slow", kNone, tools::slow));
  all.push_back(tools::make("sleeps", R"({"type":"object"})", sleeper("sleeps")));
  auto const reporter = [&notes](mcp::Context context, json::Object arguments) {
    return tools::reports(std::move(context), notes, std::move(arguments));
  };
  all.push_back(tools::make("reports", R"({"type":"object"})", reporter));
  all.push_back(tools::make("brief", R"({"type":"object"})", sleeper("brief")));
  all.back().timeout = std::chrono::milliseconds(30);
  all.push_back(tools::make("bad_output", R"({"type":"object"})", tools::bad_output));
  all.back().definition.output_schema = tools::schema(kSum);
  all.push_back(tools::make("failing_sum", kNone, tools::failing_sum));
  all.back().definition.output_schema = tools::schema(kSum);
  all.push_back(tools::make("primes", kNone, tools::primes));
  all.back().definition.output_schema =
      tools::schema(R"({"type":"array","items":{"type":"integer"}})");
  all.push_back(tools::make(
      "prepare",
      R"({"type":"object","properties":{"n":{"type":"integer","maximum":9}},"required":["n"]})",
      tools::repeat
  ));
  all.back().prepare = [](json::Object& arguments) {
    if (auto* n = arguments.if_contains("n"); n != nullptr && *n == "three") *n = 3;
  };

  mcp::Server server({{"test", "1.2.3", "Test server"}, "Use it for tests."});
  for (auto& tool : all) {
    auto const added = server.add_tool(std::move(tool));
    EXPECT_TRUE(added) << added.error().message();
  }
  return server;
}

}  // namespace davit::testing
