#include "app/diff_command.h"

#include <cstdio>
#include <unistd.h>

#include <fmt/format.h>

#include "app/exit_code.h"
#include "app/files.h"
#include "app/paint.h"
#include "app/terminal.h"
#include "base/strings.h"
#include "json/pretty.h"
#include "release/contract.h"

namespace davit::app {
namespace {

// An array of tools, the result of tools/list, or the whole answer to it.
Result<json::Array> read_tools(const std::string& path) {
  DAVIT_TRY(auto const text, read_file(path));
  auto value = json::parse(text);
  if (!value) return std::move(value).error().while_doing("reading " + path);
  if (value->is_array()) return std::move(value->get_array());
  for (auto const* place : {"tools", "result.tools"}) {
    if (auto const* tools = json::find_array(*value, place)) return *tools;
  }
  return Error(
      ErrorKind::invalid_input,
      fmt::format("{} has no tools: write one with `davit tools URL --json`", path)
  );
}

Result<json::Array> load(const std::string& place, McpTarget target) {
  if (!place.starts_with("http://") && !place.starts_with("https://")) return read_tools(place);
  target.url = place;
  return list_tools(target);
}

std::string coloured(std::string_view text) {
  std::string out;
  for (auto const line : split(text, '\n')) {
    if (line.empty()) continue;
    auto const ink = line.starts_with('!')   ? Ink::red
                     : line.starts_with('+') ? Ink::green
                                             : Ink::plain;
    out += paint(line, ink, true) + '\n';
  }
  return out;
}

}  // namespace

Result<int> run_diff(const DiffRequest& request) {
  if (request.before.empty() || request.after.empty()) {
    auto const one = request.before + request.after;
    return Error(
        ErrorKind::invalid_input,
        fmt::format(
            "what is {} compared with? `davit diff BEFORE AFTER` takes two servers",
            one.empty() ? "nothing" : one
        )
    );
  }
  DAVIT_TRY(auto const before, load(request.before, request.target));
  DAVIT_TRY(auto const after, load(request.after, request.target));
  auto const changes = release::compare_tools(before, after);
  std::string text;
  if (request.target.json) {
    json::Object const object{
        {"version", 1},
        {"breaking", release::is_breaking(changes)},
        {"changes", release::to_json(changes)},
    };
    text = json::pretty(object) + '\n';
  } else {
    text = printable(release::to_text(changes));
    if (has_colours(STDOUT_FILENO)) text = coloured(text);
  }
  print(text);
  auto const differs = !changes.empty() && request.exit_code;
  return static_cast<int>(differs ? ExitCode::differences : ExitCode::done);
}

}  // namespace davit::app
