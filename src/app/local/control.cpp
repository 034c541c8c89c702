#include "app/local/control.h"

#include <cstdint>
#include <sys/socket.h>
#include <unistd.h>

#include <fmt/format.h>

#include "app/local/control_error.h"
#include "async/event.h"
#include "async/lines.h"
#include "async/listener.h"

namespace davit::app {
namespace {

// Linux, unix(7), SO_PEERCRED: as they were when the peer connected or listened.
bool is_ours(int descriptor) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  return peer.uid == ::geteuid() || peer.uid == 0;
}

// A few bytes always fit into a socket that is new.
Result<> send_whole(int descriptor, std::string text) {
  text += '\n';
  auto const sent = ::send(descriptor, text.data(), text.size(), MSG_NOSIGNAL);
  if (sent == static_cast<ssize_t>(text.size())) return {};
  return Error(ErrorKind::unavailable, "the other end takes nothing");
}

struct Peer {
  Peer(const Executor& executor, Descriptor accepted, const ControlLimits& limits)
      : descriptor(std::move(accepted)),
        reader(executor, descriptor.get(), limits.request_bytes),
        writer(executor, descriptor.get(), limits.queued_bytes),
        written(executor) {}

  Descriptor descriptor;
  LineReader reader;
  LineWriter writer;
  Event written;
  bool is_written = false;
  davit::Task conversation;
};
using PeerPointer = std::shared_ptr<Peer>;

Async<> write(PeerPointer peer) {
  auto const outcome = co_await peer->writer.run();
  peer->is_written = true;
  peer->written.notify();
  // That the peer has gone is no failure of ours.
  co_return Result<>();
}

// Nothing more is to come: input ends when the peer goes, or with the conversation.
Async<> watch(PeerPointer peer) {
  for (;;) {
    auto const line = co_await peer->reader.read();
    if (line && *line) continue;
    peer->conversation.cancel();
    co_return Result<>();
  }
}

Async<json::Object> read_request(PeerPointer peer) {
  DAVIT_CO_TRY(auto const line, co_await peer->reader.read());
  if (!line) co_return Error(ErrorKind::cancelled, "no request came");
  if (line->too_long) co_return Error(ErrorKind::invalid_input, "the request is too long");
  DAVIT_CO_TRY(auto request, json::parse(line->text));
  if (!request.is_object()) {
    co_return Error(ErrorKind::invalid_input, "the request is no JSON object");
  }
  co_return std::move(request.get_object());
}

}  // namespace

struct ControlServer::Impl {
  Impl(Executor on, Answer what, log::Logger log, ControlLimits bounds)
      : executor(on),
        answer(std::move(what)),
        logger(std::move(log)),
        limits(bounds),
        scope(on, logger) {}

  Async<json::Object> result_of(PeerPointer peer) {
    DAVIT_CO_TRY(auto request, co_await with_timeout(read_request(peer), limits.request));
    scope.spawn("control peer", watch(peer));
    Tell tell = [peer](const json::Object& event) {
      return peer->writer.push(json::to_text(event));
    };
    co_return co_await answer(std::move(request), std::move(tell));
  }

  Async<> converse(PeerPointer peer) {
    auto result = co_await result_of(peer);
    json::Object last;
    if (result) {
      last["result"] = *std::move(result);
    } else {
      last["error"] = to_json(result.error());
    }
    [[maybe_unused]] auto const pushed = peer->writer.push(json::to_text(last));
    peer->writer.close();
    if (!peer->is_written) {
      [[maybe_unused]] auto const waited = co_await peer->written.wait_for(limits.last_words);
    }
    // Ends the reading and the writing too, so that nothing holds the peer any more.
    ::shutdown(peer->descriptor.get(), SHUT_RDWR);
    --open;
    co_return Result<>();
  }

  void take(Descriptor accepted) {
    if (!is_ours(accepted.get())) {
      logger.warn("a connection to the control socket was refused: it is another user's");
      return;
    }
    if (open >= limits.connections) {
      logger.warn("a connection to the control socket was refused", {{"open", open}});
      Error const full(
          ErrorKind::rate_limited,
          fmt::format("{} commands ask the supervisor already; try again later", open)
      );
      [[maybe_unused]] auto const sent =
          send_whole(accepted.get(), json::to_text(json::Object{{"error", to_json(full)}}));
      return;
    }
    ++open;
    auto const peer = std::make_shared<Peer>(executor, std::move(accepted), limits);
    scope.spawn("control output", write(peer));
    peer->conversation = scope.spawn("control", converse(peer));
  }

  Executor executor;
  Answer answer;
  log::Logger logger;
  ControlLimits limits;
  std::unique_ptr<Listener> listener;
  std::size_t open = 0;
  TaskScope scope;
};

ControlServer::ControlServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ControlServer::~ControlServer() = default;

Result<std::unique_ptr<ControlServer>> ControlServer::open(
    Executor executor,
    const std::string& path,
    Answer answer,
    log::Logger logger,
    ControlLimits limits
) {
  DAVIT_TRY(auto listener, Listener::open(executor, path));
  auto impl = std::make_unique<Impl>(executor, std::move(answer), std::move(logger), limits);
  impl->listener = std::move(listener);
  return std::unique_ptr<ControlServer>(new ControlServer(std::move(impl)));
}

Async<> ControlServer::serve() {
  for (;;) {
    auto accepted = co_await impl_->listener->accept();
    if (accepted) {
      impl_->take(*std::move(accepted));
      continue;
    }
    if (accepted.error().kind() == ErrorKind::cancelled) co_return std::move(accepted).error();
    // Out of descriptors, most likely: that passes.
    impl_->logger.warn("control socket", {{"error", accepted.error().message()}});
    DAVIT_CO_CHECK(co_await sleep_for(std::chrono::milliseconds(200)));
  }
}

Async<> ControlServer::stop(Duration grace) { return impl_->scope.stop(grace); }

namespace {

// A gate's report holds the tools of all servers.
constexpr std::size_t kLongestAnswer = 8 * 1024 * 1024;

}  // namespace

Async<json::Object> ask(
    Executor executor, std::string path, json::Object request, OnEvent on_event, Duration silence
) {
  auto const socket = connect_unix(path);
  if (!socket && socket.error().kind() == ErrorKind::not_found) {
    co_return Error(socket.error()).with_detail(std::string(kNobodyListens));
  }
  if (!socket) co_return socket.error();
  if (!is_ours(socket->get())) {
    co_return Error(ErrorKind::forbidden, "the supervisor on " + path + " is another user's");
  }
  // Who refuses a connection says why and closes it, often before we have sent anything.
  auto const sent = send_whole(socket->get(), json::to_text(request));
  LineReader reader(executor, socket->get(), kLongestAnswer);
  for (;;) {
    auto got = co_await with_timeout(reader.read(), silence);
    if (!got && got.error().kind() == ErrorKind::timeout) {
      co_return Error(ErrorKind::unavailable, "the supervisor says nothing; `davit doctor` looks");
    }
    if (!sent && (!got || !*got)) co_return sent.error();
    DAVIT_CO_TRY(auto const line, std::move(got));
    if (!line) {
      co_return Error(
          ErrorKind::unavailable,
          "the supervisor ended before it answered; `davit status` shows where things stand"
      );
    }
    if (line->too_long) co_return Error(ErrorKind::protocol, "the answer is too long");
    DAVIT_CO_TRY(auto const value, json::parse(line->text));
    auto const* object = value.if_object();
    if (object == nullptr) co_return Error(ErrorKind::protocol, "the answer is no JSON object");
    if (auto const* result = json::find_object(*object, "result")) co_return *result;
    if (auto const* error = object->if_contains("error")) co_return error_from_json(*error);
    if (on_event) on_event(*object);
  }
}

}  // namespace davit::app
