#include <fmt/format.h>

#include "connector/failure.h"
#include "connector/projection.h"
#include "connector/text.h"
#include "connectors/gitlab/lines.h"
#include "connectors/gitlab/pipelines.h"

namespace davit::connectors::gitlab {
namespace {

using connector::Intake;
using connector::Invocation;
using connector::Keep;
using connector::Projection;

constexpr Keep kFile = "path type size";
constexpr int kMaxPages = 3;
// What is not read is not counted: an artifact may have gigabytes.
constexpr std::size_t kArtifactBytes = 32 * 1024 * 1024;

// The path keeps its slashes: the API takes it as several segments.
// https://docs.gitlab.com/api/job_artifacts/#download-a-single-artifact-file-by-job-id
Result<std::string> encoded_path(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    auto const end = path.find('/');
    DAVIT_TRY(auto const step, connector::encode_segment("path", path.substr(0, end)));
    out += '/';
    out += step;
    if (end == path.npos) break;
    path.remove_prefix(end + 1);
  }
  return out;
}

Async<json::Value> list_files(Invocation call) {
  DAVIT_CO_TRY(
      auto all,
      co_await call.get_all(
          "/projects/{project}/jobs/{job}/artifacts/tree?recursive=true&per_page=100", kMaxPages
      )
  );
  json::Array files;
  for (auto& row : all.items) {
    if (json::find_string(row, "type") == "directory") continue;
    auto file = Projection(kFile).apply(row, {});
    if (file.is_object()) file.get_object().stable_erase("type");
    files.push_back(std::move(file));
  }
  json::Object out{{"job", call.text("job")}, {"complete", all.complete}};
  out["files"] = std::move(files);
  co_return out;
}

struct Reading {
  std::string text;  // as far as it is shown
  std::size_t bytes = 0;
  bool is_binary = false;
};

}  // namespace

Async<json::Value> get_job_artifact(Invocation call) {
  if (!call.has("path")) co_return co_await list_files(call);
  auto const max_bytes = static_cast<std::size_t>(call.integer("max_bytes"));
  connector::ApiRequest request;
  DAVIT_CO_TRY(
      request.target, connector::expand_path("/projects/{project}/jobs/{job}", call.arguments())
  );
  DAVIT_CO_TRY(auto const path, encoded_path(call.text("path")));
  request.target += "/artifacts" + path;
  Reading file;
  Intake intake{.accept = "*/*"};
  intake.on_piece = [&](std::string_view piece) {
    if (piece.empty()) file = Reading();
    file.bytes += piece.size();
    file.is_binary = file.is_binary || piece.find('\0') != piece.npos;
    auto const room = max_bytes - std::min(max_bytes, file.text.size());
    file.text += piece.substr(0, room);
    return file.bytes < kArtifactBytes;
  };
  DAVIT_CO_TRY(auto const answer, co_await call.exchange(std::move(request), std::move(intake)));
  json::Object out{{"job", call.text("job")}, {"path", call.text("path")}};
  out["bytes"] = file.bytes;
  if (file.bytes >= kArtifactBytes) out["bytes"] = fmt::format("at least {}", file.bytes);
  if (file.is_binary) {
    out["binary"] = true;
    out["type"] = answer.headers.get("Content-Type").value_or("");
    co_return out;
  }
  if (file.text.size() < file.bytes) out["shown"] = fmt::format("the first {}", file.text.size());
  out["text"] = connector::without_invisible(file.text);
  co_return out;
}

}  // namespace davit::connectors::gitlab
