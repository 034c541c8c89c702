#include "mcp/client/client.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/base64.h"
#include "base/strings.h"
#include "http/sse.h"

namespace davit::mcp::client {
namespace {

constexpr std::size_t kMaxAnswerBytes = 16 * 1024 * 1024;
constexpr int kMaxPages = 1000;

// 2026-07-28, basic/transports/streamable-http: plain where the value can stand in a header, Base64
// in the sentinel form where it cannot.
std::string encode_header_value(std::string_view value) {
  auto const is_plain = [](char c) { return c >= 0x20 && c < 0x7F; };
  if (std::ranges::all_of(value, is_plain) && trim(value) == value &&
      !value.starts_with("=?base64?")) {
    return std::string(value);
  }
  return "=?base64?" + base64_encode(value) + "?=";
}

Error to_error(const json::Value& error) {
  auto const code = json::find_int(error, "code").value_or(0);
  auto const message = json::find_string(error, "message").value_or("without a message");
  auto const kind = code == jsonrpc::kInvalidParams    ? ErrorKind::invalid_input
                    : code == jsonrpc::kMethodNotFound ? ErrorKind::not_found
                                                       : ErrorKind::protocol;
  return Error(kind, fmt::format("the server answered error {}: {}", code, message));
}

Error status_error(int status, std::string_view url) {
  switch (status) {
    case 401:
      return Error(ErrorKind::unauthenticated, fmt::format("{} asks for authorization (401)", url));
    case 403: return Error(ErrorKind::forbidden, fmt::format("{} refuses this client (403)", url));
    case 429: return Error(ErrorKind::rate_limited, fmt::format("{} is rate limiting (429)", url));
    default:
      return Error(
          status >= 500 ? ErrorKind::unavailable : ErrorKind::protocol,
          fmt::format("{} answered {} {} and no MCP message", url, status, http::reason_of(status))
      );
  }
}

// What came back for one POST.
struct Answer {
  int status = 0;
  std::optional<json::Value> message;  // the response to our request
  std::string session;
};

// Reads an answer while it arrives, in either form, and sorts the messages in it.
class AnswerReader {
 public:
  AnswerReader(
      std::optional<jsonrpc::Id> id,
      const Events& events,
      std::function<void(jsonrpc::Id, std::string)> on_request
  )
      : id_(std::move(id)),
        events_(events),
        on_request_(std::move(on_request)),
        sse_(kMaxAnswerBytes) {}

  // False when nothing more is wanted.
  bool take(const http::ClientResponse& head, std::string_view piece) {
    auto const type = head.headers.get("Content-Type").value_or("");
    if (type.starts_with(http::sse::kContentType)) {
      auto fed =
          sse_.feed(piece, [this](const http::sse::Event& event) { take_message(event.data); });
      if (!fed) problem_ = fed.error();
      return fed.has_value() && !response_;
    }
    body_ += piece;
    if (body_.size() <= kMaxAnswerBytes) return true;
    problem_ = Error(ErrorKind::protocol, "the server's answer is too large");
    return false;
  }

  // After the last piece.
  Result<std::optional<json::Value>> finish() {
    if (problem_) return *std::move(problem_);
    if (!response_ && !body_.empty()) take_message(body_);
    return std::move(response_);
  }

 private:
  void take_message(std::string_view text) {
    auto message = json::parse(text);
    if (!message || !message->is_object()) return;
    auto const method = json::find_string(*message, "method");
    auto const* id = json::find(*message, "id");
    auto const read_id = id == nullptr ? std::nullopt : jsonrpc::to_id(*id);
    if (!method) {
      // Anything else, such as a gateway's {"message":"Unauthorized"}, is told by its status.
      auto const& object = message->get_object();
      auto const is_response = object.contains("result") || object.contains("error");
      if (is_response && (!read_id || read_id == id_)) response_ = *std::move(message);
    } else if (read_id) {
      on_request_(*read_id, std::string(*method));
    } else {
      notify(*method, *message);
    }
  }

  void notify(std::string_view method, const json::Value& message) const {
    if (method == "notifications/progress" && events_.on_progress) {
      auto const* done = json::find(message, "params.progress");
      auto const* total = json::find(message, "params.total");
      events_.on_progress(
          done != nullptr && done->is_number() ? done->to_number<double>() : 0,
          total != nullptr && total->is_number() ? std::optional(total->to_number<double>())
                                                 : std::nullopt,
          json::find_string(message, "params.message").value_or("")
      );
    } else if (method == "notifications/message" && events_.on_log) {
      if (auto const* data = json::find(message, "params.data")) {
        events_.on_log(json::find_string(message, "params.level").value_or("info"), *data);
      }
    }
  }

  std::optional<jsonrpc::Id> id_;
  const Events& events_;
  std::function<void(jsonrpc::Id, std::string)> on_request_;
  http::sse::Reader sse_;
  std::string body_;
  std::optional<json::Value> response_;
  std::optional<Error> problem_;
};

}  // namespace

struct Client::Impl {
  Impl(Executor executor, http::Client& h, Options o, log::Logger logger)
      : http(h), options(std::move(o)), replies(std::move(executor), std::move(logger)) {}

  // Sends one message and reads what comes back. `id` is that of a request, empty for anything
  // else.
  Async<Answer> post(
      std::string body, http::Headers extra, std::optional<jsonrpc::Id> id, Events events
  ) {
    http::ClientRequest request(http::Method::post, options.url);
    request.timeout = options.timeout;
    request.headers = options.headers;
    request.headers.set("Content-Type", "application/json");
    request.headers.set("Accept", "application/json, text/event-stream");
    for (std::size_t i = 0; i < extra.size(); ++i)
      request.headers.set(extra.name(i), extra.value(i));
    request.body = std::move(body);
    AnswerReader reader(std::move(id), events, [this](jsonrpc::Id asked, std::string method) {
      replies.spawn("reply", reply(std::move(asked), std::move(method)));
    });
    request.on_body = [&reader](const http::ClientResponse& head, std::string_view piece) {
      return reader.take(head, piece);
    };
    DAVIT_CO_TRY(auto response, co_await http.send(std::move(request)));
    DAVIT_CO_TRY(auto message, reader.finish());
    Answer answer;
    answer.status = response.status;
    answer.message = std::move(message);
    answer.session = response.headers.get("Mcp-Session-Id").value_or("");
    co_return answer;
  }

  // A server may ask the client; this one only answers pings, for it declares nothing else.
  Async<> reply(jsonrpc::Id id, std::string method) {
    auto body = method == "ping"
                    ? jsonrpc::write_result(id, "")
                    : jsonrpc::write_error(
                          id, {jsonrpc::kMethodNotFound, "this client does not serve " + method}
                      );
    auto posted = co_await post(std::move(body), legacy_headers(), {}, {});
    if (!posted) co_return std::move(posted).error();
    co_return Result<>();
  }

  http::Headers legacy_headers() const {
    http::Headers headers;
    if (!session.empty()) headers.add("Mcp-Session-Id", session);
    // Without a session, too: else the server takes us for a client of 2025-03-26.
    if (negotiated) headers.add("MCP-Protocol-Version", to_string(revision));
    return headers;
  }

  static http::Headers modern_headers(std::string_view method, const json::Object& params) {
    http::Headers headers{
        {"MCP-Protocol-Version", to_string(Revision::v2026_07_28)}, {"Mcp-Method", method}
    };
    // tools/call and prompts/get are named by `name`, resources/read by `uri`.
    for (std::string_view const member : {"name", "uri"}) {
      auto const* named = params.if_contains(member);
      if (named == nullptr || !named->is_string() || method == "tools/list") continue;
      headers.add("Mcp-Name", encode_header_value(json::view(named->get_string())));
      break;
    }
    return headers;
  }

  Async<Answer> send(std::string method, json::Object params, Events events) {
    jsonrpc::Id const id = ++last_id;
    json::Object meta;
    if (events.on_progress) meta[kMetaProgressToken] = last_id;
    auto const is_modern = era_of(revision) == Era::modern;
    if (is_modern) {
      meta[kMetaVersion] = to_string(revision);
      meta[kMetaCapabilities] = json::Object();
      meta[kMetaClient] = to_json(options.implementation);
      if (events.on_log) meta[kMetaLogLevel] = "info";
    }
    if (!meta.empty()) params["_meta"] = std::move(meta);
    auto headers = is_modern ? modern_headers(method, params) : legacy_headers();
    auto body = jsonrpc::write_request(id, method, params);
    co_return co_await post(std::move(body), std::move(headers), id, std::move(events));
  }

  Result<json::Object> result_of(Answer answer) const {
    if (!answer.message) return status_error(answer.status, options.url);
    if (auto const* error = json::find(*answer.message, "error")) {
      if (answer.status == 401 || answer.status == 403)
        return status_error(answer.status, options.url);
      return to_error(*error);
    }
    auto* result = answer.message->get_object().if_contains("result");
    if (result == nullptr || !result->is_object()) {
      return Error(
          ErrorKind::protocol, fmt::format("{} sent a response without a result", options.url)
      );
    }
    return std::move(result->get_object());
  }

  // True when the server answered as one of 2026-07-28 does.
  Async<bool> probe_modern() {
    revision = Revision::v2026_07_28;
    DAVIT_CO_TRY(auto answer, co_await send("server/discover", {}, {}));
    if (!answer.message) {
      if (answer.status == 401) co_return status_error(401, options.url);
      co_return false;
    }
    auto const code = json::find_int(*answer.message, "error.code");
    auto const is_modern_error =
        code == kHeaderMismatch || code == kMissingCapability || code == kUnsupportedVersion;
    if (is_modern_error) co_return to_error(*json::find(*answer.message, "error"));
    if (code) co_return false;
    DAVIT_CO_TRY(auto result, result_of(std::move(answer)));
    json::Value const value(std::move(result));
    auto const* versions = json::find_array(value, "supportedVersions");
    if (versions == nullptr) co_return false;
    auto const is_ours = std::ranges::any_of(*versions, [](const json::Value& version) {
      return json::find_string(version, "") == to_string(Revision::v2026_07_28);
    });
    if (!is_ours) co_return false;
    instructions = json::find_string(value, "instructions").value_or("");
    if (auto const* meta = json::find_object(value, "_meta")) {
      auto const* info = meta->if_contains(kMetaServer);
      if (info != nullptr && info->is_object()) server_info = info->get_object();
    }
    co_return true;
  }

  Async<> initialize() {
    revision = kNewestLegacy;
    session.clear();
    negotiated = false;
    json::Object params{
        {"protocolVersion", to_string(kNewestLegacy)},
        {"capabilities", json::Object()},
        {"clientInfo", to_json(options.implementation)},
    };
    DAVIT_CO_TRY(auto answer, co_await send("initialize", std::move(params), {}));
    session = answer.session;
    DAVIT_CO_TRY(auto result, result_of(std::move(answer)));
    json::Value const value(std::move(result));
    auto const version = json::find_string(value, "protocolVersion").value_or("");
    auto const* known = find_revision(version);
    if (known == nullptr || known->era != Era::legacy) {
      co_return Error(
          ErrorKind::protocol,
          fmt::format("the server offers protocol version '{}', which is not known here", version)
      );
    }
    revision = known->revision;
    negotiated = true;
    instructions = json::find_string(value, "instructions").value_or("");
    if (auto const* info = json::find_object(value, "serverInfo")) server_info = *info;
    auto initialized = jsonrpc::write_notification("notifications/initialized", {});
    auto sent = co_await post(std::move(initialized), legacy_headers(), {}, {});
    if (!sent) co_return std::move(sent).error();
    co_return Result<>();
  }

  http::Client& http;
  Options options;
  TaskScope replies;
  std::int64_t last_id = 0;
  Revision revision = Revision::v2026_07_28;
  std::string session;
  bool negotiated = false;  // legacy: `revision` is what the server chose
  json::Object server_info;
  std::string instructions;
};

Client::Client(Executor executor, http::Client& http, Options options, log::Logger logger)
    : impl_(std::make_unique<Impl>(std::move(executor), http, std::move(options), std::move(logger))
      ) {}
Client::~Client() = default;

Async<> Client::connect() {
  auto const wanted = impl_->options.era;
  if (wanted != Era::legacy) {
    DAVIT_CO_TRY(auto const is_modern, co_await impl_->probe_modern());
    if (is_modern) co_return Result<>();
    if (wanted == Era::modern) {
      co_return Error(ErrorKind::protocol, impl_->options.url + " does not speak MCP 2026-07-28");
    }
  }
  co_return co_await impl_->initialize();
}

Async<json::Object> Client::request(std::string method, json::Object params, Events events) {
  DAVIT_CO_TRY(auto answer, co_await impl_->send(method, params, events));
  if (answer.status == 404 && !impl_->session.empty()) {  // the session has ended: start a new one
    DAVIT_CO_CHECK(co_await impl_->initialize());
    DAVIT_CO_TRY(
        auto again, co_await impl_->send(std::move(method), std::move(params), std::move(events))
    );
    answer = std::move(again);
  }
  co_return impl_->result_of(std::move(answer));
}

Async<json::Array> Client::list_tools() {
  json::Array tools;
  json::Object params;
  for (int page = 0; page < kMaxPages; ++page) {
    DAVIT_CO_TRY(auto result, co_await request("tools/list", params));
    auto* list = result.if_contains("tools");
    if (list == nullptr || !list->is_array()) {
      co_return Error(ErrorKind::protocol, "the server's tool list is no list");
    }
    for (auto& tool : list->get_array()) tools.push_back(std::move(tool));
    auto* cursor = result.if_contains("nextCursor");
    if (cursor == nullptr || !cursor->is_string()) co_return tools;
    params["cursor"] = std::move(*cursor);
  }
  co_return Error(ErrorKind::protocol, "the server's tool list does not end");
}

Async<json::Object> Client::call_tool(std::string name, json::Object arguments, Events events) {
  json::Object params{{"name", std::move(name)}, {"arguments", std::move(arguments)}};
  co_return co_await request("tools/call", std::move(params), std::move(events));
}

Async<> Client::close() {
  DAVIT_CO_CHECK(co_await impl_->replies.stop(std::chrono::seconds(1)));
  if (impl_->session.empty()) co_return Result<>();
  http::ClientRequest request(http::Method::del, impl_->options.url);
  request.headers = impl_->options.headers;
  auto const extra = impl_->legacy_headers();
  for (std::size_t i = 0; i < extra.size(); ++i) request.headers.set(extra.name(i), extra.value(i));
  impl_->session.clear();
  // A server may refuse to end sessions (405): nothing is lost by that.
  auto sent = co_await impl_->http.send(std::move(request));
  if (!sent) co_return std::move(sent).error();
  co_return Result<>();
}

Revision Client::revision() const { return impl_->revision; }
const json::Object& Client::server_info() const { return impl_->server_info; }
const std::string& Client::instructions() const { return impl_->instructions; }

}  // namespace davit::mcp::client
