// Plays the conversations of testdata/*.script against an endpoint in memory, and compares what it
// answers with what the file says. testdata/README.md describes the form.
#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "async/loop.h"
#include "http/event_stream.h"
#include "http/sse.h"
#include "mcp/store/memory.h"
#include "mcp/transport/streamable_http.h"
#include "support/case_file.h"
#include "support/mcp_tools.h"

namespace davit::mcp::transport {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostColumns = 98;

class StillClock final : public Clock {
 public:
  std::chrono::system_clock::time_point now() const override { return kStart + past; }
  std::chrono::steady_clock::time_point steady_now() const override {
    return std::chrono::steady_clock::time_point(past);
  }
  static constexpr auto kStart = std::chrono::sys_days(std::chrono::year(2026) / 11 / 21);
  std::chrono::hours past{1};
};

class Lines final : public log::Sink {
 public:
  void write(log::Level, std::string_view line) override { all.emplace_back(line); }
  std::vector<std::string> all;
};

// JSON on several lines where one would be too long.
std::string pretty(const json::Value& value, std::size_t indent = 0, std::size_t used = 0) {
  auto text = json::to_text(value);
  if (indent + used + text.size() <= kMostColumns || !value.is_structured()) return text;
  std::string const inner(indent + 2, ' ');
  std::string out;
  auto const add = [&](const std::string& key, const json::Value& member) {
    out += fmt::format("{}\n{}{}", out.empty() ? "" : ",", inner, key);
    out += pretty(member, inner.size(), key.size());
  };
  if (value.is_array()) {
    for (auto const& item : value.get_array()) add("", item);
    return fmt::format("[{}\n{}]", out, std::string(indent, ' '));
  }
  for (auto const& [name, member] : value.get_object()) {
    auto key = json::to_text(json::String(name)) + ": ";
    add(key, member);
  }
  return fmt::format("{{{}\n{}}}", out, std::string(indent, ' '));
}

// What the rules of the protocol demand of every message that a server sends.
void check_message(const json::Value& message, int status) {
  ASSERT_TRUE(message.is_object());
  EXPECT_EQ(json::find_string(message, "jsonrpc"), "2.0");
  auto const& object = message.get_object();
  if (auto const* id = object.if_contains("id")) EXPECT_FALSE(id->is_null());
  EXPECT_EQ(object.contains("result") + object.contains("error") + object.contains("method"), 1)
      << message;
  if (status >= 400) EXPECT_TRUE(object.contains("error")) << message;
  EXPECT_EQ(json::to_text(message).find("hunter2"), std::string::npos) << message;
}

// One request that is under way, or has been answered.
struct Pending {
  Task task;
  bool done = false;
  std::optional<http::Response> response;
  std::vector<std::string> messages;  // of a stream
};

struct Request {
  http::Request http;
  std::string principal = "anonymous";
};

class Conversation {
 public:
  explicit Conversation(const testing::CaseFile& file) {
    if (!file.sections.empty() && file.sections.front().first == "options") {
      read_options(file.sections.front().second);
    }
    store_ = make_memory_store(loop_.executor(), clock_);
    EndpointParts parts{
        .executor = loop_.executor(),
        .ring = ring_,
        .clock = clock_,
        .store = *store_,
        .self = {"", "replica"},
        .counters = counters_,
        .logger = log::Logger(log::Level::info, lines_, clock_),
    };
    core_ = std::make_unique<Endpoint>(is_empty_ ? empty_server_ : server_, parts, options_);
    endpoint_ = std::make_unique<StreamableHttp>(*core_, http_options_);
  }

  ~Conversation() {
    EXPECT_TRUE(loop_.run(core_->stop(Duration::zero())));
    EXPECT_TRUE(loop_.run(endpoint_->stop()));
    EXPECT_TRUE(loop_.run(scope_.stop(Duration::zero())));
    EXPECT_EQ(counters_.at("davit_mcp_calls_running").value(), 0);
    EXPECT_EQ(scope_.size(), 0u);
  }

  // The file as this run would write it.
  testing::CaseFile play(const testing::CaseFile& file) {
    testing::CaseFile played{file.purpose, {}};
    for (auto const& [title, text] : file.sections) {
      SCOPED_TRACE(title);
      if (title == "answer") continue;
      auto const words = split(std::string_view(title).substr(0, title.find(':')), ' ');
      auto const verb = words.front();
      std::string const name(words.back());
      played.sections.emplace_back(title, text);
      auto& out = played.sections.back().second;
      if (verb == "ask") {
        played.sections.emplace_back("answer", show(*finish(begin(text))));
      } else if (verb == "begin") {
        begun_[name] = begin(text);
        settle();
      } else if (verb == "leave") {
        EXPECT_TRUE(loop_.run(leave(begun_.at(name))));
      } else if (verb == "end") {
        out = show(*finish(begun_.at(name)));
      } else if (verb == "later") {
        clock_.past += std::chrono::hours(std::atoi(name.c_str()));
      } else if (verb == "state") {
        out = show_state();
      } else if (verb != "options") {
        ADD_FAILURE() << "unknown step";
      }
    }
    return played;
  }

 private:
  using Shared = std::shared_ptr<Pending>;

  void read_options(std::string_view text) {
    std::map<std::string_view, std::function<void(int)>> const known{
        {"call_timeout_ms", [&](int n) { options_.call_timeout = std::chrono::milliseconds(n); }},
        {"json_patience_ms",
         [&](int n) { http_options_.json_patience = std::chrono::milliseconds(n); }},
        {"max_calls", [&](int n) { options_.max_calls = static_cast<std::size_t>(n); }},
        {"max_calls_per_principal",
         [&](int n) { options_.max_calls_per_principal = static_cast<std::size_t>(n); }},
        {"max_stream_bytes",
         [&](int n) { http_options_.max_stream_bytes = static_cast<std::size_t>(n); }},
        {"no_tools", [&](int n) { is_empty_ = n != 0; }},
    };
    for (auto const line : split(text, '\n')) {
      if (line.empty()) continue;
      auto const blank = line.find(' ');
      known.at(line.substr(0, blank))(std::atoi(line.data() + blank));
    }
  }

  Shared begin(std::string_view text) {
    auto const pending = std::make_shared<Pending>();
    auto request = read_request(text);
    RequestInfo info{"request-1", "", {std::move(request.principal)}};
    auto served = endpoint_->serve(std::move(request.http), std::move(info));
    pending->task = scope_.spawn("exchange", carry(pending, std::move(served)));
    return pending;
  }

  // The part of the HTTP connection.
  Async<> carry(Shared pending, Async<http::Response> served) {
    auto response = co_await std::move(served);
    if (response) {
      pending->response = *std::move(response);
      if (pending->response->events) {
        DAVIT_CO_CHECK(co_await read_stream(*pending));
      } else if (is_stream(*pending->response)) {  // that has ended already
        http::sse::Reader reader(1 << 20);
        read_events(reader, pending->response->body, *pending);
      }
    }
    pending->done = true;
    co_return Result<>();
  }

  static void read_events(http::sse::Reader& reader, std::string_view text, Pending& pending) {
    auto const fed = reader.feed(text, [&](const http::sse::Event& event) {
      auto const is_endpoint = event.name == "endpoint";  // its session is another in each run
      if (!is_endpoint) EXPECT_EQ(event.name, "message");
      pending.messages.push_back(is_endpoint ? "(endpoint)" : event.data);
    });
    EXPECT_TRUE(fed);
  }

  static Async<> read_stream(Pending& pending) {
    auto& events = *pending.response->events;
    http::sse::Reader reader(1 << 20);
    while (events.is_open() || events.has_text()) {
      read_events(reader, events.take(), pending);
      if (!events.is_open() && !events.has_text()) break;
      DAVIT_CO_CHECK(co_await events.wait_for(1s));
    }
    co_return Result<>();
  }

  static bool is_stream(const http::Response& response) {
    return response.headers.get("Content-Type") == http::sse::kContentType;
  }

  void settle() { EXPECT_TRUE(loop_.run(sleep_for(3ms))); }

  Shared finish(Shared pending) {
    for (int i = 0; i < 300 && !pending->done; ++i) settle();
    return pending;
  }

  // The client closes the connection.
  static Async<> leave(Shared pending) {
    if (pending->response && pending->response->events) {
      pending->response->events->abandon();
    } else {
      pending->task.cancel();
    }
    co_return co_await sleep_for(3ms);
  }

  // -----------------------------------------------------------------------------------------------

  std::string with_variables(std::string text) const {
    for (auto const& [name, value] : variables_) {
      for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at)) {
        text.replace(at, name.size(), value);
      }
    }
    return text;
  }

  Request read_request(std::string_view text) {
    Request request;
    auto lines = split(text, '\n');
    auto const words = split(lines.front(), ' ');
    auto const method = words.front();
    request.http.method = method == "POST"     ? http::Method::post
                          : method == "DELETE" ? http::Method::del
                          : method == "PUT"    ? http::Method::put
                                               : http::Method::get;
    auto const style = words.size() > 1 ? words[1] : "";
    std::size_t at = 1;
    while (at < lines.size() && !lines[at].empty() && lines[at][0] != '{' && lines[at][0] != '[')
      ++at;
    for (auto const line : std::span(lines).subspan(at))
      request.http.body.append(line).append("\n");
    request.http.body = with_variables(std::string(trim_lines(request.http.body)));

    std::map<std::string, std::string, std::less<>> fields;
    if (method == "POST") fields["Content-Type"] = "application/json";
    fields["Accept"] = "application/json, text/event-stream";
    if (style == "legacy") {
      fields["Mcp-Session-Id"] = "$session";
      fields["MCP-Protocol-Version"] = "2025-11-25";
    }
    if (!style.empty() && !request.http.body.empty())
      complete_body(style, request.http.body, fields);
    http::Headers also;
    for (auto const line : std::span(lines).subspan(1, at - 1)) {
      if (line.starts_with("without ")) {
        fields.erase(std::string(line.substr(8)));
      } else if (line.starts_with("also ")) {
        auto const colon = line.find(':');
        also.add(line.substr(5, colon - 5), line.substr(colon + 1));
      } else if (line.starts_with("as ")) {
        request.principal = line.substr(3);
      } else {
        auto const colon = line.find(':');
        fields[std::string(line.substr(0, colon))] = line.substr(colon + 1);
      }
    }
    for (auto const& [name, value] : fields) request.http.headers.add(name, with_variables(value));
    for (std::size_t i = 0; i < also.size(); ++i)
      request.http.headers.add(also.name(i), also.value(i));
    return request;
  }

  static std::string_view trim_lines(std::string_view text) {
    while (text.starts_with('\n')) text.remove_prefix(1);
    while (text.ends_with('\n')) text.remove_suffix(1);
    return text;
  }

  // Writes what every message of the era has, so that a script shows what matters.
  static void complete_body(
      std::string_view style,
      std::string& body,
      std::map<std::string, std::string, std::less<>>& fields
  ) {
    auto parsed = json::parse(body);
    if (!parsed || !parsed->is_object()) return;
    auto& message = parsed->get_object();
    if (!message.contains("jsonrpc")) message["jsonrpc"] = "2.0";
    if (style == "modern") {
      fields["MCP-Protocol-Version"] = "2026-07-28";
      fields["Mcp-Method"] = json::find_string(*parsed, "method").value_or("");
      if (auto const name = json::find_string(*parsed, "params.name"))
        fields["Mcp-Name"] = std::string(*name);
      if (!message.contains("params")) message["params"] = json::Object();
      if (auto* params = message["params"].if_object()) {
        if (!params->contains("_meta")) (*params)["_meta"] = json::Object();
        auto& meta = (*params)["_meta"].as_object();
        if (!meta.contains(kMetaVersion)) meta[kMetaVersion] = "2026-07-28";
        if (!meta.contains(kMetaCapabilities)) meta[kMetaCapabilities] = json::Object();
      }
    }
    body = json::to_text(*parsed);
  }

  // -----------------------------------------------------------------------------------------------

  static std::string show_message(const std::string& text, int status) {
    if (text.empty()) return "an event without data\n";
    if (text == "(endpoint)") return "where to post messages\n";
    EXPECT_EQ(text.find('\n'), std::string::npos);
    auto const message = json::parse(text);
    EXPECT_TRUE(message) << text;
    if (!message) return text + '\n';
    if (message->is_array()) {
      for (auto const& answer : message->get_array()) check_message(answer, status);
    } else {
      check_message(*message, status);
    }
    return pretty(*message) + '\n';
  }

  std::string show(const Pending& pending) {
    if (!pending.response) return pending.done ? "nothing: the client has gone\n" : "no answer\n";
    auto const& response = *pending.response;
    auto const type = response.headers.get("Content-Type").value_or("");
    std::string out = fmt::format("{}", response.status);
    if (is_stream(response)) {
      out += " stream";
      EXPECT_EQ(response.headers.get("Cache-Control"), "no-cache");
      EXPECT_EQ(response.headers.get("X-Accel-Buffering"), "no");
    } else if (!response.body.empty()) {
      out += " json";
      EXPECT_EQ(type, "application/json");
    }
    out += '\n';
    for (auto const* name : {"Allow", "Retry-After", "Mcp-Session-Id"}) {
      EXPECT_LE(response.headers.count(name), 1u);
      auto const value = response.headers.get(name);
      if (!value) continue;
      out += fmt::format("{}: {}\n", name, show_header(name, std::string(*value)));
    }
    if (is_stream(response)) {
      for (auto const& message : pending.messages) out += show_message(message, response.status);
      if (!pending.done) out += "and still open\n";
    } else if (!response.body.empty()) {
      out += show_message(response.body, response.status);
    }
    return out;
  }

  // A session id is different in each run: it goes by the name of a variable.
  std::string show_header(std::string_view name, std::string value) {
    if (name != "Mcp-Session-Id") return value;
    for (auto const& [known, id] : variables_) EXPECT_NE(id, value);
    auto variable =
        variables_.empty() ? "$session" : fmt::format("${}session", variables_.size() + 1);
    variables_[variable] = std::move(value);
    return variable;
  }

  // What tools noted and what was logged since the last time.
  std::string show_state() {
    std::string out;
    for (auto const& note : std::exchange(notes_, {})) out += note + '\n';
    for (auto const& line : std::exchange(lines_.all, {})) {
      auto const entry = json::parse(line);
      EXPECT_TRUE(entry) << line;
      out += fmt::format(
          "log {}: {}",
          json::find_string(*entry, "level").value_or(""),
          json::find_string(*entry, "msg").value_or("")
      );
      for (auto const* name : {"tool", "principal", "outcome", "error", "detail"}) {
        auto const value = json::find_string(*entry, name).value_or("");
        if (!value.empty()) out += fmt::format(" {}={}", name, value);
      }
      out += '\n';
    }
    out += fmt::format("running: {}\n", counters_.at("davit_mcp_calls_running").value());
    out += fmt::format("live sessions: {}\n", counters_.at("davit_mcp_live_sessions").value());
    return out;
  }

  Loop loop_;
  StillClock clock_;
  Lines lines_;
  Counters counters_;
  KeyRing ring_ = KeyRing::random();
  EndpointOptions options_;
  HttpOptions http_options_;
  testing::Notes notes_;
  bool is_empty_ = false;
  Server server_ = testing::make_test_server(notes_);
  Server empty_server_{{{"empty", "0", ""}, ""}};
  std::unique_ptr<Store> store_;
  std::unique_ptr<Endpoint> core_;
  std::unique_ptr<StreamableHttp> endpoint_;
  TaskScope scope_{loop_.executor(), log::Logger()};
  std::map<std::string, Shared> begun_;
  std::map<std::string, std::string> variables_;
};

std::vector<std::string> script_names() {
  std::vector<std::string> names;
  for (auto const& entry : std::filesystem::directory_iterator("testdata")) {
    if (entry.path().extension() == ".script") names.push_back(entry.path().stem().string());
  }
  std::ranges::sort(names);
  return names;
}

class Script : public ::testing::TestWithParam<std::string> {};

TEST_P(Script, GoesAsWritten) {
  auto const path = "testdata/" + GetParam() + ".script";
  auto const file = testing::CaseFile::parse(testing::read_text_file(path));
  Conversation conversation(file);
  testing::expect_file(path, conversation.play(file).to_text());
}

INSTANTIATE_TEST_SUITE_P(
    Conversation,
    Script,
    ::testing::ValuesIn(script_names()),
    [](const ::testing::TestParamInfo<std::string>& info) { return info.param; }
);

}  // namespace
}  // namespace davit::mcp::transport
