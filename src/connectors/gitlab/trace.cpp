#include "connectors/gitlab/trace.h"

#include <algorithm>

#include "base/strings.h"
#include "connector/text.h"

namespace davit::connectors::gitlab {
namespace {

using connector::Intake;
using connector::Invocation;
using connector::Str;

// GitLab's own limit on a log is 100 MB unless an administrator raises it.
constexpr std::size_t kTraceBytes = 128 * 1024 * 1024;

// What compilers, test runners and shells write when something is wrong.
constexpr Str kSignsOfFailure[] = {
    "error",  "fail",         "fatal",  "exception", "traceback",     "panic",     "assert",
    "denied", "not found",    "cannot", "undefined", "no such",       "timed out", "timeout",
    "killed", "segmentation", "abort",  "refused",   "out of memory",
};
// They name an error without being one.
constexpr Str kHarmless[] = {"0 errors", "0 failed", "0 failures", "no errors", "-werror"};
constexpr std::size_t kContext = 3;

bool contains(std::string_view lower, Str sign) {
  return lower.find(sign) != std::string_view::npos;
}

bool is_telling(std::string_view line) {
  auto const lower = to_lower(line);
  auto const has = [&](Str sign) { return contains(lower, sign); };
  return std::ranges::any_of(kSignsOfFailure, has) && std::ranges::none_of(kHarmless, has);
}

// Escape sequences: ECMA-48, 5.4 (CSI); OSC ends with BEL or ESC \ (xterm).
std::string without_escapes(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    auto const escape = text.find('\x1B');
    out += text.substr(0, escape);
    if (escape == std::string_view::npos) break;
    text.remove_prefix(escape + 1);
    if (text.starts_with('[')) {
      auto const end = std::ranges::find_if(text.substr(1), [](unsigned char c) {
        return c >= 0x40 && c <= 0x7E;
      });
      text.remove_prefix(
          std::min<std::size_t>(text.size(), static_cast<std::size_t>(end - text.begin()) + 1)
      );
    } else if (text.starts_with(']')) {
      auto const end = text.find_first_of("\x07\x1B");
      text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    } else if (!text.empty()) {
      text.remove_prefix(1);
    }
  }
  return out;
}

// "section_start:1560896352:build[collapsed=true]", which the runner writes before a return.
bool is_section_marker(std::string_view piece) {
  return piece.starts_with("section_start:") || piece.starts_with("section_end:");
}

}  // namespace

std::string readable(std::string_view raw) {
  auto const plain = without_escapes(raw);
  // A return without a line feed begins the line anew: what came last is what stays to be seen.
  std::string_view seen;
  for (auto const piece : split(plain, '\r')) {
    if (!piece.empty() && !is_section_marker(piece)) seen = piece;
  }
  return connector::without_invisible(seen);
}

TraceFilter::TraceFilter(TraceWish wish) : wish_(std::move(wish)) {
  wish_.grep = to_lower(wish_.grep);
}

void TraceFilter::take(Line line) {
  line.text = readable(line.text);
  if (line.number < wish_.first) return;
  if (!wish_.grep.empty()) return take_around_match(std::move(line));
  if (line.text.empty()) return;
  if (wish_.first > 0) {
    is_full_ = kept_.size() >= wish_.lines;
    if (!is_full_) kept_.push_back(std::move(line));
    return;
  }
  kept_.push_back(std::move(line));
  // The end of the log: dropped in bulk, so that each line moves about once.
  if (kept_.size() >= 2 * wish_.lines + 64) {
    kept_.erase(kept_.begin(), kept_.end() - static_cast<std::ptrdiff_t>(wish_.lines));
  }
}

void TraceFilter::take_around_match(Line line) {
  auto const is_match = contains(to_lower(line.text), wish_.grep);
  if (is_match) {
    ++matches_;
    after_ = wish_.context;
  }
  auto const keep = [&](Line& kept) {
    is_full_ = kept_.size() >= wish_.lines;
    if (!is_full_) kept_.push_back(std::move(kept));
  };
  if (is_match) {
    std::ranges::for_each(before_, keep);
    before_.clear();
    keep(line);
  } else if (after_ > 0) {
    --after_;
    keep(line);
  } else {
    before_.push_back(std::move(line));
    if (before_.size() > wish_.context) before_.erase(before_.begin());
  }
}

std::vector<Line> TraceFilter::kept() && {
  if (kept_.size() > wish_.lines) {
    kept_.erase(kept_.begin(), kept_.end() - static_cast<std::ptrdiff_t>(wish_.lines));
  }
  return std::move(kept_);
}

Async<Trace> read_trace(Invocation call, std::string path, TraceWish wish) {
  LineReader reader;
  TraceFilter filter(wish);
  LineReader::OnLine const take = [&](Line line) { filter.take(std::move(line)); };
  Intake intake{.accept = "text/plain"};
  intake.on_piece = [&](std::string_view piece) {
    if (piece.empty()) {
      reader = LineReader();
      filter = TraceFilter(wish);
    }
    reader.feed(piece, take);
    return reader.bytes() < kTraceBytes;
  };
  DAVIT_CO_TRY(auto const answer, co_await call.download(path, std::move(intake)));
  reader.finish(take);
  Trace trace{
      .total = reader.lines(),
      .matches = filter.matches(),
      .is_full = filter.is_full(),
      .is_whole = reader.bytes() < kTraceBytes,
  };
  trace.lines = std::move(filter).kept();
  co_return trace;
}

std::vector<Line> telling_lines(std::vector<Line> end_of_log, std::size_t count) {
  std::vector<bool> chosen(end_of_log.size(), false);
  std::size_t left = count;
  for (auto at = end_of_log.size(); at-- > 0 && left > 0;) {
    if (!is_telling(end_of_log[at].text)) continue;
    auto const from = at - std::min(at, kContext);
    auto const to = std::min(at + kContext + 1, end_of_log.size());
    for (auto i = to; i-- > from && left > 0;) {
      if (chosen[i]) continue;
      chosen[i] = true;
      --left;
    }
  }
  if (left == count) {
    auto const first = end_of_log.size() - std::min(end_of_log.size(), count);
    std::fill(chosen.begin() + static_cast<std::ptrdiff_t>(first), chosen.end(), true);
  }
  std::vector<Line> lines;
  for (std::size_t i = 0; i < end_of_log.size(); ++i) {
    if (chosen[i]) lines.push_back(std::move(end_of_log[i]));
  }
  return lines;
}

}  // namespace davit::connectors::gitlab
