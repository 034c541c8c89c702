#include "mcp/transport/duplex.h"

#include <set>

#include <fmt/format.h>

#include "mcp/transport/batch.h"
#include "mcp/transport/era.h"

namespace davit::mcp::transport {
namespace {

using jsonrpc::ErrorObject;
using jsonrpc::Malformed;

// The answers to one batch, which go out together. MCP 2025-03-26, basic/index, "Batching".
struct Gathered {
  std::string answers;  // of a JSON array, without its brackets
  std::size_t open = 0;
};

}  // namespace

struct Duplex::Core : std::enable_shared_from_this<Duplex::Core> {
  struct Request final : Exchange {
    explicit Request(std::shared_ptr<Core> c) : core(std::move(c)) {}
    void send(std::string text) override {
      if (!is_unwanted) core->say(std::move(text));
    }
    void finished() override { core->end(*this); }

    std::shared_ptr<Core> core;
    std::shared_ptr<Gathered> batch;
    // Cancelled by a client of 2026-07-28, which must not hear of it again (basic/patterns/
    // cancellation).
    bool is_unwanted = false;
  };
  using Shared = std::shared_ptr<Request>;

  Core(Endpoint& e, DuplexOptions o, Send s)
      : endpoint(e), options(std::move(o)), send(std::move(s)) {}

  // `send` may take away whoever holds this.
  void say(std::string text) {
    auto const self = shared_from_this();
    if (!is_closed) send(std::move(text));
  }

  Shared make_request() {
    auto request = std::make_shared<Request>(shared_from_this());
    request->principal = options.principal;
    request->request_id = fmt::format("{}-{}", options.request_id, ++last_request);
    return request;
  }

  std::optional<Malformed> receive(std::string_view text) {
    auto request = make_request();
    auto root = json::parse(text, &request->memory);
    if (!root) return Malformed{{}, {jsonrpc::kParseError, root.error().message()}};
    if (root->is_array()) return receive_batch(root->get_array());
    auto message = jsonrpc::read(*std::move(root));
    if (!message) return std::move(message).error();
    request->message.emplace(*std::move(message));
    take(std::move(request));
    return std::nullopt;
  }

  std::optional<Malformed> receive_batch(const json::Array& items) {
    auto const refuse = [](std::string why) {
      return Malformed{{}, ErrorObject{jsonrpc::kInvalidRequest, std::move(why)}};
    };
    if (!session || !takes_batches(session->revision))
      return refuse("a batch is not part of this session's protocol version");
    auto const most = endpoint.options().max_batch;
    if (items.empty() || items.size() > most)
      return refuse(fmt::format("a batch has 1 to {} messages", most));
    // Checked as a whole first: nothing of a broken batch is carried out.
    std::vector<Shared> requests;
    for (auto const& item : items) {
      auto request = make_request();
      auto message = jsonrpc::read(json::Value(item, &request->memory));
      if (!message) return std::move(message).error();
      if (message->method == "initialize") return refuse("initialize must stand alone");
      request->message.emplace(*std::move(message));
      requests.push_back(std::move(request));
    }
    auto const batch = std::make_shared<Gathered>();
    ++batch->open;  // until all have begun
    for (auto& request : requests) {
      if (request->message->kind == jsonrpc::Kind::request) {
        ++batch->open;
        request->batch = batch;
      }
      take(std::move(request));
    }
    close_batch(*batch);
    return std::nullopt;
  }

  void take(Shared request) {
    auto const& message = *request->message;
    switch (message.kind) {
      case jsonrpc::Kind::response:
        if (session) endpoint.reply(message, *session);
        return;
      case jsonrpc::Kind::notification:
        if (session) endpoint.notify(message, *session);
        if (message.method == "notifications/cancelled") cancel_modern(message);
        return;
      case jsonrpc::Kind::request: break;
    }
    // MCP 2026-07-28, basic/transports/stdio: each request shows its era by itself.
    auto const is_modern = classify({}, message) == Era::modern ||
                           (!session && (message.method == "server/discover" ||
                                         message.method == "subscriptions/listen"));
    auto const refusal =
        options.takes_modern && is_modern ? start_modern(request) : start_legacy(request);
    if (refusal) {
      request->answer = jsonrpc::write_error(message.id, refusal->error);
      end(*request);
    }
    if (is_closed) endpoint.cancel(*request);
  }

  std::optional<Refusal> start_modern(const Shared& request) {
    auto const& message = *request->message;
    if (auto refusal = check_modern(message, endpoint.dispatcher())) return refusal;
    if (find_modern(*message.id) != nullptr) {
      return Refusal{400, {jsonrpc::kInvalidRequest, "a request with this id is still running"}};
    }
    if (auto refusal = endpoint.complete_modern(*request)) return refusal;
    return start(request);
  }

  std::optional<Refusal> start_legacy(const Shared& request) {
    auto const method = request->message->method;
    if (method == "initialize") {
      if (session)
        return Refusal{
            400, {jsonrpc::kInvalidRequest, "this channel has been initialized already"}
        };
      endpoint.initialize(*request);
      if (request->session && !is_closed) {  // its answer may have been too much for the channel
        session = request->session;
        open_session();
      }
      return std::nullopt;
    }
    if (session) {
      endpoint.complete_legacy(*request, *session);
      return start(request);
    }
    // The only request that may come before: 2025-11-25, basic/lifecycle, "Initialization".
    if (method == "ping") {
      request->answer = jsonrpc::write_result(*request->message->id, {});
      end(*request);
      return std::nullopt;
    }
    return Refusal{400, {jsonrpc::kInvalidRequest, "start with initialize"}};
  }

  std::optional<Refusal> start(const Shared& request) {
    running.insert(request);
    auto refusal = endpoint.start(request);
    if (refusal) running.erase(request);
    return refusal;
  }

  // What belongs to no request goes to the client all the same.
  void open_session() {
    auto const deliver = [weak = weak_from_this()](const std::string& text) {
      if (auto const core = weak.lock()) core->say(text);
    };
    sink = endpoint.live().set_sink(*session, deliver);
    if (sink == 0) endpoint.parts().logger.warn("too many sessions: one gets no news");
  }

  void end(Request& request) {
    auto const keep = request.shared_from_this();
    running.erase(std::static_pointer_cast<Request>(keep));
    auto const answer = request.is_unwanted ? std::string() : std::move(request.answer);
    if (request.batch == nullptr) {
      if (!answer.empty()) say(answer);
      return;
    }
    auto const batch = std::exchange(request.batch, nullptr);
    if (!answer.empty()) {
      if (!batch->answers.empty()) batch->answers += ',';
      batch->answers += answer;
    }
    close_batch(*batch);
  }

  void close_batch(Gathered& batch) {
    if (--batch.open == 0 && !batch.answers.empty()) say('[' + batch.answers + ']');
  }

  Shared find_modern(const jsonrpc::Id& id) const {
    for (auto const& request : running) {
      if (!request->is_legacy() && request->message->id == id) return request;
    }
    return nullptr;
  }

  void cancel_modern(const jsonrpc::Message& message) {
    auto const* id = json::find(message.root, "params.requestId");
    auto const wanted = id == nullptr ? std::nullopt : jsonrpc::to_id(*id);
    auto const request = wanted ? find_modern(*wanted) : nullptr;
    if (request == nullptr) return;
    request->is_unwanted = true;
    endpoint.cancel(*request);
  }

  void close() {
    if (is_closed) return;
    is_closed = true;
    if (sink != 0) endpoint.live().remove_sink(session->id, sink);
    auto const open = std::exchange(running, {});
    for (auto const& request : open) endpoint.cancel(*request);
  }

  void finish_input() {
    auto const open = running;
    for (auto const& request : open) {
      if (request->listen != 0) endpoint.cancel(*request);
    }
  }

  Endpoint& endpoint;
  DuplexOptions options;
  Send send;
  std::optional<Session> session;
  std::uint64_t sink = 0;
  std::uint64_t last_request = 0;
  std::set<Shared> running;
  bool is_closed = false;
};

Duplex::Duplex(Endpoint& endpoint, DuplexOptions options, Send send)
    : core_(std::make_shared<Core>(endpoint, std::move(options), std::move(send))) {}

Duplex::~Duplex() { core_->close(); }

std::optional<Malformed> Duplex::receive(std::string_view text) {
  auto const core = core_;
  return core->receive(text);
}

std::size_t Duplex::running() const { return core_->running.size(); }

void Duplex::finish_input() {
  auto const core = core_;
  core->finish_input();
}

void Duplex::close() {
  auto const core = core_;
  core->close();
}

}  // namespace davit::mcp::transport
