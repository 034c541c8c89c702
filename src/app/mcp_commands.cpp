#include "app/mcp_commands.h"

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <unistd.h>

#include <fmt/format.h>

#include "app/exit_code.h"
#include "app/interrupt.h"
#include "app/terminal.h"
#include "async/loop.h"
#include "base/strings.h"
#include "mcp/client/client.h"
#include "secrets/reference.h"

namespace davit::app {
namespace {

// For telling the server that the session is over.
constexpr std::chrono::seconds kCloseTime{3};

Result<mcp::client::Options> to_options(const McpTarget& target) {
  mcp::client::Options options;
  options.url = target.url;
  options.timeout = std::chrono::seconds(target.timeout_seconds);
  if (target.era == "legacy") options.era = mcp::Era::legacy;
  if (target.era == "modern") options.era = mcp::Era::modern;
  DAVIT_TRY(auto headers, read_headers(target));
  options.headers = std::move(headers);
  return options;
}

// The loop, the client and the log of one command.
struct Session {
  explicit Session(mcp::client::Options options)
      : sink(log::make_descriptor_sink(STDERR_FILENO)),
        http(http::make_curl_client(loop.executor(), {})),
        client(
            loop.executor(), *http, std::move(options), log::Logger(log::Level::warn, *sink, clock)
        ) {}

  SystemClock clock;
  std::unique_ptr<log::Sink> sink;
  Loop loop;
  std::unique_ptr<http::Client> http;
  mcp::client::Client client;
};

std::string title_of(const mcp::client::Client& client) {
  json::Value const info(client.server_info());
  auto const name = json::find_string(info, "title")
                        .value_or(json::find_string(info, "name").value_or("MCP server"));
  auto const version = json::find_string(info, "version").value_or("");
  return printable(fmt::format("{} {}", name, version));
}

std::string_view effect_of(const json::Value& tool) {
  if (json::find_bool(tool, "annotations.readOnlyHint").value_or(false)) return "read";
  return json::find_bool(tool, "annotations.destructiveHint").value_or(true) ? "destroy" : "write";
}

std::string parameters_of(const json::Value& tool) {
  auto const* properties = json::find_object(tool, "inputSchema.properties");
  if (properties == nullptr) return "";
  auto const* required = json::find_array(tool, "inputSchema.required");
  std::string out;
  for (auto const& [name, unused] : *properties) {
    auto const is_required =
        required != nullptr && std::ranges::find(*required, json::Value(name)) != required->end();
    out += fmt::format(
        "{}{}{}", out.empty() ? "" : " ", std::string_view(name), is_required ? "" : "?"
    );
  }
  return printable(out);
}

// Runs the work of a command and then ends the session, whatever became of the work: a server that
// cannot be told loses nothing by it, and a result that has arrived stays one.
template <class T>
Result<T> run_and_close(Session& session, Async<T> work) {
  auto result = run_until_interrupted(session.loop, std::move(work));
  [[maybe_unused]] auto const closed =
      session.loop.run(with_timeout(session.client.close(), kCloseTime));
  return result;
}

Async<json::Array> fetch_tools(mcp::client::Client& client) {
  DAVIT_CO_CHECK(co_await client.connect());
  DAVIT_CO_TRY(auto tools, co_await client.list_tools());
  co_return tools;
}

struct Called {
  json::Object result;
};

Async<Called> call(mcp::client::Client& client, const CallRequest& request) {
  DAVIT_CO_TRY(auto const tools, co_await fetch_tools(client));
  std::vector<std::string_view> names;
  const json::Value* found = nullptr;
  for (auto const& tool : tools) {
    auto const name = json::find_string(tool, "name").value_or("");
    names.push_back(name);
    if (name == request.tool) found = &tool;
  }
  if (found == nullptr) {
    auto const near = nearest(request.tool, names);
    auto const hint =
        near.empty() ? "list them with 'davit tools'" : fmt::format("did you mean '{}'?", near);
    co_return Error(
        ErrorKind::invalid_input, fmt::format("there is no tool '{}'; {}", request.tool, hint)
    );
  }
  json::Object base;
  if (!request.arguments_json.empty()) {
    DAVIT_CO_TRY(auto parsed, json::parse(request.arguments_json));
    if (!parsed.is_object())
      co_return Error(ErrorKind::invalid_input, "--args must be a JSON object");
    base = std::move(parsed.get_object());
  }
  auto const* schema = json::find(*found, "inputSchema");
  auto const any = json::Value(json::Object());
  DAVIT_CO_TRY(
      auto arguments,
      read_arguments(request.arguments, std::move(base), schema != nullptr ? *schema : any)
  );

  mcp::client::Events events;
  auto shown = false;
  if (is_terminal_err()) {
    events.on_progress =
        [&shown](double done, std::optional<double> total, std::string_view message) {
          auto const line = total ? fmt::format("{:g}/{:g} {}", done, *total, message)
                                  : fmt::format("{:g} {}", done, message);
          fmt::print(stderr, "\r\033[K{}", printable(line));
          shown = true;
        };
  }
  auto result = co_await client.call_tool(request.tool, std::move(arguments), std::move(events));
  if (shown) fmt::print(stderr, "\r\033[K");
  if (!result) co_return std::move(result).error();
  co_return Called{*std::move(result)};
}

void print_content(const json::Value& result) {
  auto const* content = json::find_array(result, "content");
  if (content == nullptr) return;
  for (auto const& block : *content) {
    if (auto const text = json::find_string(block, "text")) {
      print(printable(*text) + "\n");
    } else {
      print(to_readable(block));
    }
  }
}

// For a person the structured form is enough, but why a call failed stands in its text.
void print_result(const json::Value& result) {
  auto const* structured = json::find(result, "structuredContent");
  auto const failed = json::find_bool(result, "isError").value_or(false);
  if (structured == nullptr || failed) print_content(result);
  if (structured != nullptr) print(to_readable(*structured));
}

// The value in the type that the schema of the parameter asks for; what does not fit stays a text,
// and the server says what is wrong with it.
json::Value typed(std::string_view text, const json::Value* schema) {
  auto const type = schema == nullptr ? "" : json::find_string(*schema, "type").value_or("");
  if (type == "array") {
    json::Array list;
    for (auto const piece : split(text, ',')) list.push_back(json::String(trim(piece)));
    return list;
  }
  if (type == "integer" || type == "number" || type == "boolean" || type == "object") {
    if (auto value = json::parse(text); value && !value->is_string()) return *std::move(value);
  }
  return json::String(text);
}

}  // namespace

Result<http::Headers> read_headers(const McpTarget& target) {
  http::Headers headers;
  for (auto const& header : target.headers) {
    auto const colon = header.find(':');
    if (colon == std::string::npos || colon == 0) {
      return Error(
          ErrorKind::invalid_input,
          fmt::format("--header '{}' is not of the form 'Name: value'", header)
      );
    }
    headers.add(header.substr(0, colon), header.substr(colon + 1));
  }
  if (!target.token.empty()) {
    DAVIT_TRY(auto const reference, secrets::parse_secret_reference(target.token));
    DAVIT_TRY(auto const secret, secrets::resolve(reference, secrets::process_environment()));
    headers.set("Authorization", "Bearer " + secret.reveal());
  }
  return headers;
}

Result<json::Array> list_tools(const McpTarget& target) {
  DAVIT_TRY(auto options, to_options(target));
  Session session(std::move(options));
  return run_and_close(session, fetch_tools(session.client));
}

Result<json::Object> read_arguments(
    const std::vector<std::string>& arguments, json::Object base, const json::Value& input_schema
) {
  auto const* properties = json::find_object(input_schema, "properties");
  for (auto const& argument : arguments) {
    auto const equals = argument.find('=');
    if (equals == std::string::npos || equals == 0) {
      return Error(
          ErrorKind::invalid_input,
          fmt::format("'{}' is not of the form key=value or key:=json", argument)
      );
    }
    auto const is_json = argument[equals - 1] == ':';
    auto const key = argument.substr(0, equals - (is_json ? 1 : 0));
    auto const text = std::string_view(argument).substr(equals + 1);
    auto const* schema = properties == nullptr ? nullptr : properties->if_contains(key);
    if (properties != nullptr && schema == nullptr) {
      std::vector<std::string_view> names;
      for (auto const& [name, unused] : *properties) names.push_back(name);
      auto const near = nearest(key, names);
      auto message = fmt::format("the tool has no parameter '{}'", key);
      if (!near.empty()) message += fmt::format("; did you mean '{}'?", near);
      if (near.empty() && !names.empty())
        message += fmt::format("; it has {}", fmt::join(names, ", "));
      return Error(ErrorKind::invalid_input, message);
    }
    if (is_json) {
      DAVIT_TRY(auto value, json::parse(text));
      base[key] = std::move(value);
    } else {
      base[key] = typed(text, schema);
    }
  }
  return base;
}

Result<int> run_tools(const McpTarget& target) {
  DAVIT_TRY(auto options, to_options(target));
  Session session(std::move(options));
  DAVIT_TRY(auto const tools, run_and_close(session, fetch_tools(session.client)));
  if (target.json || !is_terminal_out()) {
    print(json::to_text(tools) + "\n");
    return static_cast<int>(ExitCode::done);
  }
  print(fmt::format(
      "{}, MCP {}, {} tool{}\n\n",
      title_of(session.client),
      to_string(session.client.revision()),
      tools.size(),
      tools.size() == 1 ? "" : "s"
  ));
  std::vector<std::vector<std::string>> rows;
  for (auto const& tool : tools) {
    rows.push_back(
        {printable(json::find_string(tool, "name").value_or("")),
         std::string(effect_of(tool)),
         printable(json::find_string(tool, "title").value_or("")),
         parameters_of(tool)}
    );
  }
  print(to_table(rows, terminal_columns()));
  return static_cast<int>(ExitCode::done);
}

Result<int> run_call(const McpTarget& target, const CallRequest& request) {
  DAVIT_TRY(auto options, to_options(target));
  Session session(std::move(options));
  DAVIT_TRY(auto const called, run_and_close(session, call(session.client, request)));
  json::Value const result(called.result);
  if (target.json || !is_terminal_out()) {
    print(json::to_text(result) + "\n");
  } else {
    print_result(result);
  }
  auto const failed = json::find_bool(result, "isError").value_or(false);
  return static_cast<int>(failed ? ExitCode::failed : ExitCode::done);
}

}  // namespace davit::app
