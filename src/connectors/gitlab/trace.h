// Trace: a job's log as a runner wrote it, made readable. Colours, section markers and overwritten
// progress go; the numbers of lines stay those of the log.
// https://docs.gitlab.com/ci/jobs/job_logs/
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "async/async.h"
#include "connector/invocation.h"
#include "connectors/gitlab/lines.h"

namespace davit::connectors::gitlab {

// One line as a person would see it on a terminal.
std::string readable(std::string_view raw);

// What of a log to keep.
struct TraceWish {
  std::size_t lines = 150;
  std::int64_t first = 0;   // from this line on; 0 takes the end
  std::string grep;         // only lines with this text, case ignored
  std::size_t context = 0;  // lines around each of them
};

struct Trace {
  std::vector<Line> lines;
  std::int64_t total = 0;
  std::int64_t matches = 0;
  bool is_full = false;  // as many lines as were wished for, and there were more
  bool is_whole = true;  // false when the log is too large to be read to its end
};

// Keeps what is wished for of lines that come one by one.
class TraceFilter {
 public:
  explicit TraceFilter(TraceWish wish);

  void take(Line line);
  std::vector<Line> kept() &&;
  std::int64_t matches() const { return matches_; }
  bool is_full() const { return is_full_; }

 private:
  void take_around_match(Line line);

  TraceWish wish_;
  std::vector<Line> kept_;
  std::vector<Line> before_;  // the context that a match would need
  std::size_t after_ = 0;     // lines of context still to come
  std::int64_t matches_ = 0;
  bool is_full_ = false;
};

// `path` is that of the trace, with placeholders as in Invocation::get.
Async<Trace> read_trace(connector::Invocation call, std::string path, TraceWish wish);

// The lines that most likely tell why a job failed, at most `count`: those that speak of errors
// with some around them, the last ones first choice; the end of the log when none does.
std::vector<Line> telling_lines(std::vector<Line> end_of_log, std::size_t count);

}  // namespace davit::connectors::gitlab
