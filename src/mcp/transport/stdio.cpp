#include "mcp/transport/stdio.h"

#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "async/lines.h"
#include "async/task_scope.h"
#include "mcp/transport/duplex.h"

namespace davit::mcp::transport {

struct Stdio::Impl {
  Impl(Endpoint& e, int input, int output, StdioOptions o)
      : options(std::move(o)),
        reader(e.parts().executor, input, options.max_message_bytes),
        writer(e.parts().executor, output, options.max_queued_bytes),
        answered(e.parts().executor),
        scope(e.parts().executor, e.parts().logger),
        duplex(
            e,
            {.principal = options.principal, .request_id = "stdio"},
            [this](std::string text) { write(text); }
        ) {}

  void write(const std::string& text) {
    if (!writer.push(text)) reading.cancel();  // the client has gone, or does not read
    answered.notify();
  }

  static Async<> serve(std::shared_ptr<Impl> self) {
    self->scope.spawn("to the client", write_all(self));
    self->reading = self->scope.spawn("from the client", read_all(self));
    auto ended = co_await wait_for_end(self);
    if (ended) {
      self->duplex.finish_input();
      ended = co_await with_timeout(wait_for_answers(self), self->options.grace);
    }
    self->duplex.close();
    self->reading.cancel();
    self->writer.close();
    if (!ended && ended.error().kind() == ErrorKind::cancelled) co_return ended;
    co_return co_await self->scope.stop(self->options.grace);
  }

  static Async<> wait_for_end(std::shared_ptr<Impl> self) {
    while (!self->is_read) DAVIT_CO_CHECK(co_await self->answered.wait());
    co_return Result<>();
  }

  static Async<> wait_for_answers(std::shared_ptr<Impl> self) {
    while (!self->is_broken && self->duplex.running() > 0)
      DAVIT_CO_CHECK(co_await self->answered.wait());
    co_return Result<>();
  }

  static Async<> write_all(std::shared_ptr<Impl> self) {
    // A client that has gone is no failure of ours.
    [[maybe_unused]] auto const written = co_await self->writer.run();
    self->is_broken = true;
    self->reading.cancel();
    self->answered.notify();
    co_return Result<>();
  }

  static Async<> read_all(std::shared_ptr<Impl> self) {
    for (;;) {
      auto const line = co_await self->reader.read();
      if (!line || !*line) break;
      self->take(**line);
    }
    self->is_read = true;
    self->answered.notify();
    co_return Result<>();
  }

  void take(const Line& line) {
    if (line.too_long) {
      auto const why = fmt::format("a message has at most {} bytes", options.max_message_bytes);
      write(jsonrpc::write_error({}, {jsonrpc::kInvalidRequest, why}));
    } else if (line.text.find_first_not_of(" \t") != std::string::npos) {
      if (auto const malformed = duplex.receive(line.text))
        write(jsonrpc::write_error(malformed->id, malformed->error));
    }
  }

  StdioOptions options;
  LineReader reader;
  LineWriter writer;
  Event answered;
  TaskScope scope;
  Task reading;
  bool is_read = false;
  bool is_broken = false;
  Duplex duplex;
};

Stdio::Stdio(Endpoint& endpoint, int input, int output, StdioOptions options)
    : impl_(std::make_shared<Impl>(endpoint, input, output, std::move(options))) {}
Stdio::~Stdio() = default;

Async<> Stdio::serve() { return Impl::serve(impl_); }

Result<int> claim_standard_output() {
  auto const descriptor = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  if (descriptor < 0 || ::dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
    return Error(ErrorKind::unavailable, "the standard output cannot be used");
  return descriptor;
}

}  // namespace davit::mcp::transport
