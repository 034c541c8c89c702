#include <fmt/format.h>

#include "connector/projection.h"
#include "connectors/gitlab/repository.h"

namespace davit::connectors::gitlab {
namespace {

using connector::Keep;
using connector::Projection;

constexpr Keep kCommit = "author=author_name~100 at=committed_date title~100";
constexpr std::size_t kShortSha = 8;

}  // namespace

// Who wrote which lines, in place of the lines.
// https://docs.gitlab.com/api/repository_files/#get-file-blame-from-repository
Async<json::Value> get_blame(connector::Invocation call) {
  auto const first = call.integer("start_line");
  json::Value const range = json::Object{
      {"start", first},
      {"end", first + call.integer("max_lines") - 1},
  };
  DAVIT_CO_TRY(
      auto const blamed,
      co_await call.get(
          "/projects/{project}/repository/files/{path}/blame"
          "?ref={ref}&range%5Bstart%5D={.start}&range%5Bend%5D={.end}",
          range
      )
  );
  json::Array ranges;
  auto line = first;
  auto const* rows = blamed.if_array();
  for (auto const& row : rows == nullptr ? json::Array() : *rows) {
    auto const* lines = json::find_array(row, "lines");
    auto const* commit = json::find_object(row, "commit");
    if (lines == nullptr || lines->empty() || commit == nullptr) continue;
    auto const last = line + static_cast<std::int64_t>(lines->size()) - 1;
    json::Object shown{{"lines", fmt::format("{}-{}", line, last)}};
    shown["sha"] = json::find_string(row, "commit.id").value_or("").substr(0, kShortSha);
    auto subject = json::find_string(row, "commit.message").value_or("");
    json::Object shown_commit = *commit;
    shown_commit["title"] = subject.substr(0, subject.find('\n'));
    auto const told = Projection(kCommit).apply(shown_commit, {});
    for (auto const& member : told.get_object()) shown[member.key()] = member.value();
    ranges.push_back(std::move(shown));
    line = last + 1;
  }
  json::Object out{{"path", call.text("path")}, {"ref", call.text("ref")}};
  if (line == first + call.integer("max_lines")) out["more"] = fmt::format("start_line={}", line);
  out["blame"] = std::move(ranges);
  co_return out;
}

}  // namespace davit::connectors::gitlab
