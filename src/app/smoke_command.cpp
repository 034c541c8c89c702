#include "app/smoke_command.h"

#include <algorithm>
#include <unistd.h>

#include <fmt/format.h>

#include "app/exit_code.h"
#include "app/interrupt.h"
#include "app/paint.h"
#include "app/terminal.h"
#include "base/strings.h"
#include "http/url.h"
#include "json/pretty.h"
#include "release/gate.h"

namespace davit::app {
namespace {

using release::Check;

struct Word {
  Check::Outcome outcome;
  std::string_view text;
  Ink ink;
};
constexpr Word kWords[] = {
    {Check::Outcome::ok, "ok", Ink::green},
    {Check::Outcome::failed, "failed", Ink::red},
    {Check::Outcome::skipped, "skipped", Ink::yellow},
};

const Word& word_of(Check::Outcome outcome) {
  return *std::ranges::find(kWords, outcome, &Word::outcome);
}

// Blanks divide; what stands in quotes of either kind is one word.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  auto quote = '\0';
  auto is_open = false;
  for (auto const c : text) {
    if (quote == '\0' && c == ' ') {
      is_open = false;
      continue;
    }
    if (!is_open) words.emplace_back();
    is_open = true;
    if (c == quote) {
      quote = '\0';
    } else if (quote == '\0' && (c == '\'' || c == '"')) {
      quote = c;
    } else {
      words.back() += c;
    }
  }
  return words;
}

// The values get the types of the tool's schema. A server that lists no tools will fail in the gate
// and say why.
Result<std::vector<release::SmokeCall>> read_calls(const SmokeRequest& request) {
  std::vector<release::SmokeCall> calls;
  if (request.expected.size() > request.calls.size()) {
    return Error(ErrorKind::invalid_input, "there is no --call for every --expect");
  }
  if (request.calls.empty()) return calls;
  auto const tools = list_tools(request.target);
  if (!tools && tools.error().kind() == ErrorKind::cancelled) return tools.error();
  for (auto const& text : request.calls) {
    auto words = words_of(text);
    if (words.empty()) return Error(ErrorKind::invalid_input, "--call needs the name of a tool");
    release::SmokeCall call{.tool = words.front()};
    words.erase(words.begin());
    json::Value schema(json::Object{});
    for (auto const& tool : tools ? *tools : json::Array()) {
      auto const* found = json::find(tool, "inputSchema");
      if (json::find_string(tool, "name") == call.tool && found != nullptr) schema = *found;
    }
    DAVIT_TRY(auto arguments, read_arguments(words, {}, schema));
    call.arguments = std::move(arguments);
    if (calls.size() < request.expected.size()) call.contains = request.expected[calls.size()];
    calls.push_back(std::move(call));
  }
  return calls;
}

// "gitlab" of http://127.0.0.1:8080/gitlab/mcp, and of /mcp/gitlab; empty when the path names none.
std::string server_of(std::string_view path) {
  auto const parts = split(path, '/');
  auto const place = std::ranges::find_if(parts.rbegin(), parts.rend(), [](auto part) {
    return !part.empty() && part != "mcp";
  });
  return place == parts.rend() ? std::string() : std::string(*place);
}

std::string count_text(const std::vector<Check>& checks) {
  std::string text;
  for (auto const& word : kWords) {
    auto const count = std::ranges::count(checks, word.outcome, &Check::outcome);
    if (count > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, word.text);
  }
  return text;
}

}  // namespace

std::string draw_smoke(
    const std::string& url, const release::GateReport& report, bool has_colours, std::size_t columns
) {
  std::size_t width = 0;
  for (auto const& check : report.checks) width = std::max(width, width_of(on_a_line(check.name)));
  auto out = printable(url) + "\n";
  std::chrono::milliseconds all{0};
  for (auto const& check : report.checks) {
    auto const& word = word_of(check.outcome);
    auto name = on_a_line(check.name);
    name.append(width - width_of(name), ' ');
    auto const took = fmt::format("{} ms", check.took.count());
    auto const begin = 2 + 9 + width + 2 + 10;
    auto detail = on_a_line(check.detail);
    // Why it failed is never cut.
    if (check.outcome != Check::Outcome::failed && columns != std::string::npos) {
      detail = columns > begin + 3 ? to_table({{detail}}, columns - begin) : "\n";
      detail.pop_back();
    }
    out += fmt::format(
        "  {}{}{:>9}   {}\n",
        paint(fmt::format("{:<9}", word.text), word.ink, has_colours),
        name,
        check.outcome == Check::Outcome::skipped ? "" : took,
        detail
    );
    all += check.took;
  }
  auto const* const end = report.passed() ? "passed" : "failed";
  out += fmt::format(
      "{}: {} in {} ms\n",
      paint(end, report.passed() ? Ink::green : Ink::red, has_colours),
      count_text(report.checks),
      all.count()
  );
  return out;
}

Result<int> run_smoke(const SmokeRequest& request) {
  DAVIT_TRY(auto const url, http::parse_url(request.target.url));
  release::GateOptions options;
  DAVIT_TRY(auto headers, read_headers(request.target));
  DAVIT_TRY(auto calls, read_calls(request));
  options.headers = std::move(headers);
  options.calls = std::move(calls);
  options.timeout = std::chrono::seconds(request.target.timeout_seconds);
  options.endpoints = {{server_of(url.path), request.target.url, request.health, request.release}};

  SystemClock const clock;
  auto const sink = log::make_descriptor_sink(STDERR_FILENO);
  Loop loop;
  auto const client = http::make_curl_client(loop.executor(), {});
  log::Logger const logger(log::Level::error, *sink, clock);
  auto gate = release::run_gate(loop.executor(), client.get(), std::move(options), logger);
  DAVIT_TRY(auto const report, run_until_interrupted(loop, std::move(gate)));

  std::string text;
  if (request.target.json) {
    auto object = release::to_json(report).get_object();
    object["version"] = 1;
    object["url"] = request.target.url;
    text = json::pretty(object) + '\n';
  } else {
    auto const is_terminal = is_terminal_out();
    auto const columns = is_terminal ? terminal_columns() : std::string::npos;
    text = draw_smoke(request.target.url, report, has_colours(STDOUT_FILENO), columns);
  }
  print(text);
  return static_cast<int>(report.passed() ? ExitCode::done : ExitCode::verification);
}

}  // namespace davit::app
