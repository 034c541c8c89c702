// Lines over file descriptors: reading and writing text line by line on the loop, over pipes,
// sockets, terminals and files. Descriptors keep the mode they have: one that is shared with other
// processes, as standard input and output are, is never made non-blocking.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "async/async.h"

namespace davit {

struct Line {
  std::string text;  // without its end; empty when it was too long
  bool too_long = false;
};

// Both ends leave the descriptor open, and it must stay so as long as they live.
class LineReader {
 public:
  // Of a line of more than `max_line_bytes` nothing is kept.
  LineReader(Executor executor, int descriptor, std::size_t max_line_bytes);
  ~LineReader();
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  // The next line, whether it ends in LF, CRLF or with the input; nothing when the input has ended.
  // One reader at a time. Errors: unavailable (the descriptor cannot be read), cancelled; what has
  // been read is not lost by that.
  Async<std::optional<Line>> read();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The process must ignore SIGPIPE.
class LineWriter {
 public:
  LineWriter(Executor executor, int descriptor, std::size_t max_queued_bytes);
  ~LineWriter();
  LineWriter(const LineWriter&) = delete;
  LineWriter& operator=(const LineWriter&) = delete;

  // Writes what is queued until `close`. Somebody has to run it, once, in a TaskScope. Errors:
  // unavailable (the other end has gone), cancelled; `push` then fails in the same way.
  Async<> run();

  // Queues a line, which must not contain line breaks; its end is added here. Errors: rate_limited
  // (no room in the queue), unavailable (closed, or the other end has gone).
  Result<> push(std::string_view line);
  // The same, but waits for room. Errors: as `push`, but rate_limited only for a line that never
  // fits; cancelled.
  Async<> send(std::string line);

  // No more lines follow; what is queued still goes out, and then `run` ends.
  void close();
  std::size_t queued_bytes() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace davit
