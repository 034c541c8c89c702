#include "async/lines.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace davit {

namespace asio = boost::asio;

namespace {

constexpr auto kAsResult = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kReadBytes = 16 * 1024;
// A pipe that poll calls writable takes this much without blocking (Linux, pipe(7)).
constexpr std::size_t kPipeBytes = 4096;

Error cancelled() { return Error(ErrorKind::cancelled, "cancelled"); }

Error broken(std::string_view what) {
  return Error(ErrorKind::unavailable, std::string(what))
      .with_detail(std::error_code(errno, std::generic_category()).message());
}

// Waits until a descriptor can be read or written. Asio would make the descriptor itself
// non-blocking, and so every copy of it in other processes; it gets an epoll descriptor that
// watches the real one instead.
class Readiness {
 public:
  Readiness(const Executor& executor, int descriptor, std::uint32_t events) : watcher_(executor) {
    auto const watcher = ::epoll_create1(EPOLL_CLOEXEC);
    if (watcher < 0) return;
    epoll_event event{.events = events, .data = {}};
    // Files and /dev/null are refused (EPERM): they are always ready.
    always_ = ::epoll_ctl(watcher, EPOLL_CTL_ADD, descriptor, &event) != 0 && errno == EPERM;
    watcher_.assign(watcher);
  }

  Async<> wait() {
    if (co_await is_cancelled()) co_return cancelled();
    if (always_) {
      // Others on the loop get their turn.
      co_await asio::post(watcher_.get_executor(), asio::use_awaitable);
      co_return Result<>();
    }
    auto const [ec] =
        co_await watcher_.async_wait(asio::posix::stream_descriptor::wait_read, kAsResult);
    if (co_await is_cancelled()) co_return cancelled();
    if (ec) co_return Error(ErrorKind::unavailable, "cannot wait for the descriptor");
    co_return Result<>();
  }

 private:
  asio::posix::stream_descriptor watcher_;
  bool always_ = false;
};

bool is_transient(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

}  // namespace

struct LineReader::Impl {
  Impl(const Executor& executor, int fd, std::size_t max)
      : descriptor(fd), max_line_bytes(max), readiness(executor, fd, EPOLLIN) {}

  // The next line out of what has been read.
  std::optional<Line> take() {
    auto const end = buffer.find('\n', searched);
    if (end == std::string::npos) {
      // One byte more than a line may have, for the CR of its end.
      if (buffer.size() - begin > max_line_bytes + 1) {
        skipping = true;
        buffer.clear();
        begin = 0;
      }
      searched = buffer.size();
      return {};
    }
    return cut(end, end + 1);
  }

  Line cut(std::size_t end, std::size_t next) {
    std::string_view text(buffer);
    text = text.substr(begin, end - begin);
    if (text.ends_with('\r')) text.remove_suffix(1);
    Line line;
    line.too_long = std::exchange(skipping, false) || text.size() > max_line_bytes;
    if (!line.too_long) line.text = text;
    begin = searched = next;
    if (begin == buffer.size()) {
      buffer.clear();
      begin = searched = 0;
    }
    return line;
  }

  // Appends what there is to the buffer, and answers as read(2) does.
  ssize_t read_some() {
    buffer.erase(0, begin);
    searched -= begin;
    begin = 0;
    auto const size = buffer.size();
    buffer.resize(size + kReadBytes);
    auto const got = ::read(descriptor, buffer.data() + size, kReadBytes);
    buffer.resize(size + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    return got;
  }

  // False at the end of the input.
  Async<bool> fill() {
    for (;;) {
      DAVIT_CO_CHECK(co_await readiness.wait());
      auto const got = read_some();
      if (got > 0) co_return true;
      if (got == 0 || errno == EIO) co_return false;  // EIO: a terminal that has gone
      if (!is_transient(errno)) co_return broken("the input cannot be read");
    }
  }

  int descriptor;
  std::size_t max_line_bytes;
  Readiness readiness;
  std::string buffer;
  std::size_t begin = 0;     // of the next line
  std::size_t searched = 0;  // up to here there is no line break
  bool skipping = false;     // what comes belongs to a line that is too long
  bool ended = false;
};

LineReader::LineReader(Executor executor, int descriptor, std::size_t max_line_bytes)
    : impl_(std::make_unique<Impl>(executor, descriptor, max_line_bytes)) {}
LineReader::~LineReader() = default;

Async<std::optional<Line>> LineReader::read() {
  for (;;) {
    if (auto line = impl_->take()) co_return line;
    if (impl_->ended) {
      auto const is_rest = impl_->skipping || impl_->begin < impl_->buffer.size();
      if (!is_rest) co_return std::optional<Line>();
      auto const end = impl_->buffer.size();
      co_return std::optional<Line>(impl_->cut(end, end));
    }
    DAVIT_CO_TRY(auto const more, co_await impl_->fill());
    impl_->ended = !more;
  }
}

struct LineWriter::Impl {
  Impl(const Executor& executor, int fd, std::size_t max)
      : descriptor(fd),
        max_queued_bytes(max),
        readiness(executor, fd, EPOLLOUT),
        changed(executor) {
    changed.expires_at(asio::steady_timer::time_point::max());
    struct stat about{};
    is_socket = ::fstat(fd, &about) == 0 && S_ISSOCK(about.st_mode);
    takes_all = S_ISREG(about.st_mode) || (::fcntl(fd, F_GETFL) & O_NONBLOCK) != 0;
  }

  std::size_t queued() const { return queue.size() + (writing.size() - written); }

  ssize_t write_some(std::string_view bytes) const {
    if (is_socket)
      return ::send(descriptor, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (!takes_all) bytes = bytes.substr(0, kPipeBytes);
    return ::write(descriptor, bytes.data(), bytes.size());
  }

  // Several may wait for a change: each gets it.
  Async<> wait_for_change() {
    if (co_await is_cancelled()) co_return cancelled();
    co_await changed.async_wait(kAsResult);
    if (co_await is_cancelled()) co_return cancelled();
    co_return Result<>();
  }

  Async<> write_all() {
    while (written < writing.size()) {
      DAVIT_CO_CHECK(co_await readiness.wait());
      auto const count = write_some(std::string_view(writing).substr(written));
      if (count < 0 && is_transient(errno)) continue;
      if (count < 0) co_return broken("the other end does not read any more");
      written += static_cast<std::size_t>(count);
      changed.cancel();
    }
    co_return Result<>();
  }

  Async<> write_until_closed() {
    for (;;) {
      if (queue.empty() && closed) co_return Result<>();
      if (queue.empty()) {
        DAVIT_CO_CHECK(co_await wait_for_change());
        continue;
      }
      writing.clear();
      written = 0;
      std::swap(writing, queue);
      DAVIT_CO_CHECK(co_await write_all());
    }
  }

  int descriptor;
  std::size_t max_queued_bytes;
  Readiness readiness;
  asio::steady_timer changed;  // never expires; cancelling it wakes those who wait
  bool is_socket = false;
  bool takes_all = false;  // a write of any size does not block
  std::string queue;
  std::string writing;
  std::size_t written = 0;
  bool closed = false;
};

LineWriter::LineWriter(Executor executor, int descriptor, std::size_t max_queued_bytes)
    : impl_(std::make_unique<Impl>(executor, descriptor, max_queued_bytes)) {}
LineWriter::~LineWriter() = default;

Async<> LineWriter::run() {
  auto outcome = co_await impl_->write_until_closed();
  impl_->closed = true;
  impl_->queue.clear();
  impl_->changed.cancel();
  co_return outcome;
}

Result<> LineWriter::push(std::string_view line) {
  if (impl_->closed) return Error(ErrorKind::unavailable, "the output is closed");
  if (impl_->queued() + line.size() + 1 > impl_->max_queued_bytes) {
    return Error(ErrorKind::rate_limited, "the other end reads too slowly");
  }
  impl_->queue.append(line).push_back('\n');
  impl_->changed.cancel();
  return {};
}

Async<> LineWriter::send(std::string line) {
  for (;;) {
    auto pushed = push(line);
    if (pushed || pushed.error().kind() != ErrorKind::rate_limited) co_return pushed;
    if (line.size() + 1 > impl_->max_queued_bytes) co_return pushed;
    DAVIT_CO_CHECK(co_await impl_->wait_for_change());
  }
}

void LineWriter::close() {
  impl_->closed = true;
  impl_->changed.cancel();
}

std::size_t LineWriter::queued_bytes() const { return impl_->queued(); }

}  // namespace davit
