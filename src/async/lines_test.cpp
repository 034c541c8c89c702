#include "async/lines.h"

#include <array>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "async/loop.h"
#include "async/task_scope.h"

namespace davit {
namespace {

using namespace std::chrono_literals;

// Two connected descriptors of one kind.
struct Ends {
  enum class Kind { pipe, socket, terminal };

  explicit Ends(Kind kind) {
    std::signal(SIGPIPE, SIG_IGN);
    std::array<int, 2> ends{};
    if (kind == Kind::pipe) {
      EXPECT_EQ(::pipe(ends.data()), 0);
    } else if (kind == Kind::socket) {
      EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
    } else {
      ends[1] = ::posix_openpt(O_RDWR | O_NOCTTY);
      EXPECT_EQ(::grantpt(ends[1]) + ::unlockpt(ends[1]), 0);
      ends[0] = ::open(::ptsname(ends[1]), O_RDWR | O_NOCTTY);
    }
    in = ends[0];
    out = ends[1];
  }
  ~Ends() {
    close_in();
    close_out();
  }
  Ends(const Ends&) = delete;
  Ends& operator=(const Ends&) = delete;

  void put(std::string_view text) const {
    EXPECT_EQ(::write(out, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  void close_in() {
    if (in >= 0) ::close(std::exchange(in, -1));
  }
  void close_out() {
    if (out >= 0) ::close(std::exchange(out, -1));
  }

  int in = -1;
  int out = -1;
};

// Every line to the end of the input, "|" between; a line that was too long is "<long>".
Async<std::string> read_all(LineReader& reader) {
  std::string all;
  for (;;) {
    DAVIT_CO_TRY(auto const line, co_await reader.read());
    if (!line) co_return all;
    all += (line->too_long ? "<long>" : line->text) + "|";
  }
}

std::string read_text(std::string_view text, std::size_t max_line_bytes = 100) {
  Ends ends(Ends::Kind::pipe);
  ends.put(text);
  ends.close_out();
  Loop loop;
  LineReader reader(loop.executor(), ends.in, max_line_bytes);
  return *loop.run(read_all(reader));
}

class EveryKind : public ::testing::TestWithParam<Ends::Kind> {};
INSTANTIATE_TEST_SUITE_P(
    Lines, EveryKind, ::testing::Values(Ends::Kind::pipe, Ends::Kind::socket, Ends::Kind::terminal)
);

TEST_P(EveryKind, ReadsALineWhenItComesAndEndsWithTheInput) {
  Ends ends(GetParam());
  Loop loop;
  LineReader reader(loop.executor(), ends.in, 100);
  EXPECT_EQ(loop.run(with_timeout(reader.read(), 20ms)).error().kind(), ErrorKind::timeout);
  ends.put("one\ntw");
  EXPECT_EQ((*loop.run(reader.read()))->text, "one");
  EXPECT_EQ(loop.run(with_timeout(reader.read(), 20ms)).error().kind(), ErrorKind::timeout);
  ends.put("o\n");
  EXPECT_EQ((*loop.run(reader.read()))->text, "two");
  ends.close_out();
  EXPECT_FALSE(loop.run(reader.read())->has_value());
  EXPECT_FALSE(loop.run(reader.read())->has_value());
}

TEST_P(EveryKind, LeavesTheModeOfADescriptorAsItIs) {
  Ends ends(GetParam());
  Loop loop;
  LineReader reader(loop.executor(), ends.in, 100);
  LineWriter writer(loop.executor(), ends.out, 100);
  EXPECT_TRUE(writer.push("x"));
  writer.close();
  EXPECT_TRUE(loop.run(writer.run()));
  if (GetParam() != Ends::Kind::terminal) EXPECT_EQ((*loop.run(reader.read()))->text, "x");
  EXPECT_EQ(::fcntl(ends.in, F_GETFL) & O_NONBLOCK, 0);
  EXPECT_EQ(::fcntl(ends.out, F_GETFL) & O_NONBLOCK, 0);
}

TEST(LineReader, TakesEveryEndOfALine) {
  EXPECT_EQ(read_text("a\r\nb\n\nc\r\r\nd"), "a|b||c\r|d|");
  EXPECT_EQ(read_text(""), "");
  EXPECT_EQ(read_text("\n"), "|");
}

TEST(LineReader, SkipsALineThatIsTooLongToItsEnd) {
  EXPECT_EQ(read_text("1234\n12345\n12345\r\n123456\nab\n", 5), "1234|12345|12345|<long>|ab|");
  EXPECT_EQ(read_text("1234567890", 5), "<long>|");
  EXPECT_EQ(read_text(std::string(60'000, 'x') + "\nok\n", 5), "<long>|ok|");
}

TEST(LineReader, KeepsNothingOfALineWithoutEnd) {
  Ends ends(Ends::Kind::socket);
  Loop loop;
  LineReader reader(loop.executor(), ends.in, 1000);
  auto const flood = [&] {
    for (int i = 0; i < 200; ++i) {
      ends.put(std::string(10'000, 'x'));
      auto const read = loop.run(with_timeout(reader.read(), 1ms));
      ASSERT_FALSE(read);
    }
  };
  flood();
  ends.put("\nnext\n");
  EXPECT_TRUE((*loop.run(reader.read()))->too_long);
  EXPECT_EQ((*loop.run(reader.read()))->text, "next");
}

TEST(LineReader, ReadsARegularFileAndNothingFromTheNullDevice) {
  std::string name = ::testing::TempDir() + "lines_test.XXXXXX";
  int const file = ::mkstemp(name.data());
  std::string text;
  for (int i = 0; i < 30'000; ++i) text += "line\n";
  ASSERT_EQ(::write(file, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  ::lseek(file, 0, SEEK_SET);
  Loop loop;
  LineReader reader(loop.executor(), file, 100);
  EXPECT_EQ(loop.run(read_all(reader))->size(), text.size());
  ::close(file);
  ::unlink(name.c_str());

  int const nothing = ::open("/dev/null", O_RDONLY);
  LineReader empty(loop.executor(), nothing, 100);
  EXPECT_EQ(*loop.run(read_all(empty)), "");
  ::close(nothing);
}

TEST(LineReader, SaysThatADescriptorCannotBeRead) {
  Loop loop;
  LineReader reader(loop.executor(), ::open("/", O_RDONLY), 100);
  EXPECT_EQ(loop.run(reader.read()).error().kind(), ErrorKind::unavailable);
}

Async<> write_lines(LineWriter& writer, int count, std::size_t size) {
  for (int i = 0; i < count; ++i) {
    auto line = std::to_string(i) + std::string(size, '.');
    DAVIT_CO_CHECK(co_await writer.send(std::move(line)));
  }
  writer.close();
  co_return Result<>();
}

Async<std::string> transfer(Ends& ends, int count, std::size_t size) {
  auto const executor = co_await boost::asio::this_coro::executor;
  LineReader reader(executor, ends.in, size + 10);
  LineWriter writer(executor, ends.out, 3 * size);
  TaskScope scope(executor, log::Logger());
  scope.spawn("run", writer.run());
  scope.spawn("write", write_lines(writer, count, size));
  std::string numbers;
  for (int i = 0; i < count; ++i) {
    DAVIT_CO_TRY(auto const line, co_await reader.read());
    if (!line || line->text.find('.') + size != line->text.size()) co_return numbers + "broken";
    numbers += line->text.substr(0, line->text.find('.')) + " ";
  }
  DAVIT_CO_CHECK(co_await scope.join());
  co_return numbers;
}

TEST(LineWriter, KeepsOrderAndWholeLinesThroughASmallQueue) {
  for (auto const kind : {Ends::Kind::pipe, Ends::Kind::socket}) {
    Ends ends(kind);
    Loop loop;
    EXPECT_EQ(
        *loop.run(with_timeout(transfer(ends, 12, 300'000), 30s)), "0 1 2 3 4 5 6 7 8 9 10 11 "
    );
  }
}

TEST(LineWriter, RefusesWhatDoesNotFit) {
  Ends ends(Ends::Kind::pipe);
  Loop loop;
  LineWriter writer(loop.executor(), ends.out, 10);
  EXPECT_TRUE(writer.push("1234"));
  EXPECT_EQ(writer.queued_bytes(), 5u);
  EXPECT_TRUE(writer.push("6789"));
  EXPECT_EQ(writer.push("").error().kind(), ErrorKind::rate_limited);
  EXPECT_EQ(loop.run(writer.send("1234567890")).error().kind(), ErrorKind::rate_limited);
  writer.close();
  EXPECT_EQ(writer.push("x").error().kind(), ErrorKind::unavailable);
  EXPECT_TRUE(loop.run(writer.run()));
  EXPECT_EQ(writer.queued_bytes(), 0u);
}

Async<> wait_for_room(LineWriter& writer) {
  for (int i = 0; i < 2; ++i) {
    auto const sent = co_await writer.send("12345678");
    if (!sent) co_return Error(ErrorKind::cancelled, "gone");
  }
  co_return Result<>();
}

Async<std::size_t> let_the_reader_go(LineWriter& writer, Ends& ends) {
  TaskScope scope(co_await boost::asio::this_coro::executor, log::Logger());
  scope.spawn("first", wait_for_room(writer));
  scope.spawn("second", wait_for_room(writer));
  ends.close_in();
  auto const ended = co_await writer.run();
  EXPECT_EQ(ended.error().kind(), ErrorKind::unavailable);
  EXPECT_EQ(writer.push("x").error().kind(), ErrorKind::unavailable);
  DAVIT_CO_CHECK(co_await with_timeout(scope.join(), 10s));
  co_return scope.size();
}

TEST(LineWriter, ReportsThatTheOtherEndHasGoneToAllWhoWait) {
  for (auto const kind : {Ends::Kind::pipe, Ends::Kind::socket}) {
    Ends ends(kind);
    Loop loop;
    LineWriter writer(loop.executor(), ends.out, 10);
    EXPECT_EQ(*loop.run(let_the_reader_go(writer, ends)), 0u);
  }
}

TEST(LineWriter, WaitingForAReaderCanBeCancelled) {
  Ends ends(Ends::Kind::socket);
  Loop loop;
  LineWriter writer(loop.executor(), ends.out, 10'000'000);
  ASSERT_TRUE(writer.push(std::string(5'000'000, 'x')));
  EXPECT_EQ(loop.run(with_timeout(writer.run(), 50ms)).error().kind(), ErrorKind::timeout);
}

}  // namespace
}  // namespace davit
