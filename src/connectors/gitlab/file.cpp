#include <fmt/format.h>

#include "connector/text.h"
#include "connectors/gitlab/lines.h"
#include "connectors/gitlab/repository.h"

namespace davit::connectors::gitlab {
namespace {

using connector::Intake;
using connector::Invocation;

constexpr std::size_t kTextBytes = 36 * 1024;
// A text that is larger should not be read through a model.
constexpr std::size_t kFileBytes = 32 * 1024 * 1024;

// What is known of a file while it arrives.
struct Reading {
  LineReader reader;
  std::vector<Line> window;
  bool is_binary = false;
  bool is_whole = true;
};

}  // namespace

Async<json::Value> get_file(Invocation call) {
  if (call.text("view") == "blame") co_return co_await get_blame(call);
  auto const first = call.integer("start_line");
  auto const count = call.integer("max_lines");
  Reading file;
  LineReader::OnLine const take = [&](Line line) {
    if (line.number < first || line.number >= first + count) return;
    if (line.text.ends_with('\r')) line.text.pop_back();
    line.text = connector::without_invisible(line.text);
    file.window.push_back(std::move(line));
  };
  Intake intake{.accept = "*/*"};
  intake.on_piece = [&](std::string_view piece) {
    if (piece.empty()) file = Reading();
    // As git tells texts from other files.
    file.is_binary = file.is_binary || piece.find('\0') != std::string_view::npos;
    file.reader.feed(piece, take);
    file.is_whole = file.reader.bytes() < kFileBytes;
    return !file.is_binary && file.is_whole;
  };
  DAVIT_CO_TRY(auto const answer, co_await call.perform(std::move(intake)));
  file.reader.finish(take);

  json::Object out{{"path", call.text("path")}, {"ref", call.text("ref")}};
  if (auto const commit = answer.headers.get("X-Gitlab-Last-Commit-Id")) {
    out["last_commit"] = *commit;
  }
  if (file.is_binary) {
    out["binary"] = true;
    out["bytes_at_least"] = file.reader.bytes();
    co_return out;
  }
  auto const written = write_lines(file.window, kTextBytes);
  auto const last = first + static_cast<std::int64_t>(written.written) - 1;
  out["total_lines"] = file.reader.lines();
  if (!file.is_whole) out["total_lines"] = fmt::format("more than {}", file.reader.lines());
  if (written.written > 0) out["lines"] = fmt::format("{}-{}", first, last);
  if (last < file.reader.lines()) out["more"] = fmt::format("start_line={}", last + 1);
  out["text"] = written.text;
  co_return out;
}

}  // namespace davit::connectors::gitlab
