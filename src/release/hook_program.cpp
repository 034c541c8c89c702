#include "release/hook_program.h"

#include <csignal>
#include <memory>

#include <fmt/format.h>

#include "async/cancellation.h"
#include "async/child_process.h"
#include "async/lines.h"
#include "async/task_scope.h"
#include "base/strings.h"

namespace davit::release {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostOutputBytes = 4096;
constexpr std::size_t kLongestWords = 400;
constexpr StopLadder kLadder{.after_close = 0ms, .after_term = 2s};
// For what is still in the pipes when the program has ended.
constexpr auto kLastLines = 200ms;
constexpr auto kEndOfReaders = 1s;

// The end of all that it wrote, to both.
struct Output {
  void add(std::string_view line) {
    text.append(line) += '\n';
    if (text.size() > kMostOutputBytes) text.erase(0, text.size() - kMostOutputBytes);
  }
  std::string text;
};

Async<> keep_last(Executor executor, int descriptor, std::shared_ptr<Output> output) {
  LineReader reader(executor, descriptor, kMostOutputBytes);
  for (;;) {
    DAVIT_CO_TRY(auto line, co_await reader.read());
    if (!line) co_return Result<>();
    output->add(line->too_long ? "(a line that is too long)" : line->text);
  }
}

Error with_words(ErrorKind kind, const std::string& what, const Output& output) {
  return Error(kind, what + last_words(output.text)).with_detail(to_utf8(output.text));
}

}  // namespace

std::string last_words(std::string_view output) {
  while (!output.empty()) {
    auto const begin = output.find_last_of("\r\n");
    auto const line = trim(begin == std::string_view::npos ? output : output.substr(begin + 1));
    if (!line.empty())
      return ", and said: " + std::string(utf8_prefix(to_utf8(line), kLongestWords));
    output.remove_suffix(output.size() - (begin == std::string_view::npos ? 0 : begin));
  }
  return "";
}

Async<> run_program(
    Executor executor,
    std::vector<std::string> command,
    std::vector<std::pair<std::string, std::string>> environment,
    std::chrono::milliseconds timeout
) {
  ChildOptions options;
  options.command = std::move(command);
  options.environment = std::move(environment);
  options.errors = ChildErrors::capture;
  DAVIT_CO_TRY(auto const child, ChildProcess::spawn(executor, std::move(options)));
  child->close_input();
  auto const output = std::make_shared<Output>();
  TaskScope readers(executor, log::Logger());
  readers.spawn("output of a hook", keep_last(executor, child->output(), output));
  readers.spawn("errors of a hook", keep_last(executor, child->errors(), output));

  auto ended = co_await with_timeout(child->wait(), timeout);
  auto const is_late = !ended && ended.error().kind() == ErrorKind::timeout;
  auto stopped = ended;
  if (is_late) stopped = co_await child->stop(kLadder);
  if (!stopped) child->send_signal(SIGKILL);
  // A process that left the group may hold the pipes for ever.
  auto const read = co_await despite_cancellation(readers.stop(kLastLines), kEndOfReaders);
  if (!read) output->add("(its output could not be read to the end)");
  if (is_late) {
    co_return with_words(
        ErrorKind::timeout, fmt::format("it had not ended after {} ms", timeout.count()), *output
    );
  }
  if (!ended) co_return std::move(ended).error();
  if (!ended->ok())
    co_return with_words(ErrorKind::conflict, "it ended with " + to_string(*ended), *output);
  co_return Result<>();
}

}  // namespace davit::release
