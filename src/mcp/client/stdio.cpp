// stdio: a command that speaks MCP on its standard input and output, one message a line. MCP
// 2025-11-25, basic/transports, "stdio"; 2026-07-28, basic/transports/stdio.
#include <fmt/format.h>

#include "async/lines.h"
#include "async/task_scope.h"
#include "mcp/client/incoming.h"

namespace davit::mcp::client {
namespace {

class Stdio final : public Transport {
 public:
  explicit Stdio(TransportContext context)
      : context_(std::move(context)), tasks_(context_.executor, context_.logger) {}

  Async<> open() override {
    DAVIT_CO_CHECK(co_await stop());
    auto child = ChildProcess::spawn(context_.executor, context_.options.command);
    if (!child) co_return std::move(child).error();
    child_ = *std::move(child);
    auto const& limits = context_.options.limits;
    writer_ = std::make_unique<LineWriter>(context_.executor, child_->input(), limits.queue_bytes);
    reader_ =
        std::make_unique<LineReader>(context_.executor, child_->output(), limits.message_bytes);
    lost_ = false;
    tasks_.spawn("to the server", write());
    reading_ = tasks_.spawn("from the server", read());
    co_return Result<>();
  }

  Async<Reply> request(Call call) override {
    if (lost_) co_return gone();
    Pending::Waiter waiter(pending_, context_.executor, call.id);
    DAVIT_CO_CHECK(writer_->push(jsonrpc::write_request(call.id, call.method, call.params)));
    DAVIT_CO_TRY(auto message, co_await waiter.wait(call.timeout));
    Reply reply;
    reply.message = std::move(message);
    co_return reply;
  }

  Async<> send(std::string message) override {
    if (lost_) co_return gone();
    co_return writer_->push(message);
  }

  void negotiated(Revision) override {}
  bool is_lost() const override { return lost_; }
  bool has_stream_per_request() const override { return false; }
  Async<> close() override { co_return co_await stop(); }

 private:
  Error gone() const {
    auto const& name = context_.options.command.command.front();
    return Error(ErrorKind::unavailable, fmt::format("'{}' does not run any more", name));
  }

  Async<> stop() {
    lost_ = true;
    if (!child_) co_return Result<>();
    writer_->close();
    // What is queued, a last notification for instance, still has its chance.
    reading_.cancel();
    DAVIT_CO_CHECK(co_await tasks_.stop(std::chrono::milliseconds(200)));
    auto const ended = co_await child_->stop();
    child_.reset();
    if (!ended) co_return ended.error();
    co_return Result<>();
  }

  // A failure shows at the reading side, for a command that does not read has mostly ended.
  Async<> write() {
    [[maybe_unused]] auto const ended = co_await writer_->run();
    co_return Result<>();
  }

  Async<> read() {
    for (;;) {
      auto line = co_await reader_->read();
      if (!line && line.error().kind() == ErrorKind::cancelled) co_return line.error();
      if (!line || !*line) break;
      if ((*line)->too_long) {
        pending_.fail_only(Error(ErrorKind::protocol, "the server wrote a line that is too long"));
        continue;
      }
      take((*line)->text);
    }
    lost_ = true;
    auto const ended = co_await with_timeout(child_->wait(), std::chrono::milliseconds(500));
    auto const& name = context_.options.command.command.front();
    pending_.fail(Error(
        ErrorKind::unavailable,
        ended ? fmt::format("'{}' ended with {}", name, to_string(*ended))
              : fmt::format("'{}' closed its output", name)
    ));
    co_return Result<>();
  }

  void take(std::string_view line) {
    if (line.empty()) return;
    // A banner or a log line that went the wrong way: many servers have one.
    if (!deliver(line, pending_, context_.on_message))
      context_.logger.debug("the server wrote a line that is no message");
  }

  TransportContext context_;
  Pending pending_;
  std::unique_ptr<ChildProcess> child_;
  std::unique_ptr<LineReader> reader_;
  std::unique_ptr<LineWriter> writer_;
  TaskScope tasks_;
  Task reading_;
  bool lost_ = false;
};

}  // namespace

std::unique_ptr<Transport> make_stdio(TransportContext context) {
  return std::make_unique<Stdio>(std::move(context));
}

}  // namespace davit::mcp::client
