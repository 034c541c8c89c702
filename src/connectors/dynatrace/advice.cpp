#include "connectors/dynatrace/advice.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "connector/text.h"

namespace davit::connectors::dynatrace {
namespace {

constexpr std::size_t kLineBytes = 200;
constexpr std::size_t kPlaceBytes = 200;
constexpr std::size_t kMostViolations = 5;

struct Mistake {
  std::string_view text;
  std::string_view hint;
};

// What models write most. https://docs.dynatrace.com/docs/discover-dynatrace/references/
// dynatrace-query-language/functions/string-functions
constexpr Mistake kMistakes[] = {
    {" contains \"", "A substring is filter contains(content, \"x\")."},
    {" in [", "A set is in(loglevel, \"ERROR\", \"WARN\")."},
    {" in (", "A set is in(loglevel, \"ERROR\", \"WARN\")."},
    {"log.level", "The level of a log record is loglevel."},
    {"| interval", "An interval belongs to its command: timeseries avg(x), interval:5m."},
    {"\"OPEN\"", "Of problems, event.status is ACTIVE or CLOSED."},
    {"| by ", "Groups belong to their command: summarize count(), by:{a, b}."},
    {" LIKE ", "A substring is filter contains(content, \"x\")."},
    {"SELECT ", "DQL is no SQL: fetch logs | filter x == \"y\" | limit 10."},
};

std::string clean(std::string_view text, std::size_t max_bytes) {
  return connector::shortened(connector::without_invisible(text), max_bytes);
}

std::string names_in(const json::Array& names) {
  std::string all;
  for (auto const& name : names) {
    auto const* text = name.if_string();
    if (text == nullptr) continue;
    all += fmt::format("{}{}", all.empty() ? "" : ", ", clean(json::view(*text), kPlaceBytes));
  }
  return all;
}

// https://docs.dynatrace.com/docs/discover-dynatrace/references/dynatrace-api/basics/
// access-limit and the types of @dynatrace-sdk/client-query
std::string missing_rights(const json::Value& body) {
  for (auto const path : {"error.details.missingScopes", "error.details.missingPermissions"}) {
    auto const* missing = json::find_array(body, path);
    if (missing == nullptr || missing->empty()) continue;
    return fmt::format("The token lacks {}; ask the operator.", names_in(*missing));
  }
  return "";
}

// "Correct from: must be before to; pageSize: must be at most 500."
std::string violations(const json::Value& body) {
  auto const* all = json::find_array(body, "error.constraintViolations");
  // The settings API answers with a list of outcomes.
  if (all == nullptr) all = json::find_array(body, "0.error.constraintViolations");
  if (all == nullptr || all->empty()) return "";
  std::string text;
  std::size_t count = 0;
  for (auto const& violation : *all) {
    if (count++ == kMostViolations) break;
    auto const path = json::find_string(violation, "path").value_or("");
    auto message = clean(json::find_string(violation, "message").value_or(""), kPlaceBytes);
    while (message.ends_with('.')) message.pop_back();
    if (!text.empty()) text += "; ";
    if (!path.empty()) text += clean(path, kPlaceBytes) + ": ";
    text += message;
  }
  return fmt::format("Correct {}.", text);
}

std::string syntax_error(const json::Value& body) {
  auto const query = json::find_string(body, "error.details.queryString").value_or("");
  auto const line = json::find_int(body, "error.details.syntaxErrorPosition.start.line");
  auto const column = json::find_int(body, "error.details.syntaxErrorPosition.start.column");
  auto const hint = dql_hint(query);
  std::string text;
  if (line && column) {
    if (auto const caret = caret_under(query, *line, *column); !caret.empty()) {
      text =
          fmt::format("Correct the query at line {}, column {}:\n{} here", *line, *column, caret);
    }
  }
  if (!hint.empty()) text += fmt::format("{}{}", text.empty() ? "" : "\n", hint);
  return text;
}

}  // namespace

std::string caret_under(std::string_view query, std::int64_t line, std::int64_t column) {
  auto const lines = split(query, '\n');
  if (line < 1 || line > static_cast<std::int64_t>(lines.size()) || column < 1) return "";
  auto const text = lines[static_cast<std::size_t>(line - 1)];
  auto at = std::min(static_cast<std::size_t>(column - 1), text.size());
  // Of a long line the part around the place.
  auto const skipped = at > kLineBytes / 2 ? at - kLineBytes / 2 : 0;
  auto const shown = to_utf8(text.substr(skipped, kLineBytes));
  return fmt::format(
      "{}\n{}^", connector::without_invisible(shown), std::string(at - skipped, ' ')
  );
}

std::string_view dql_hint(std::string_view query) {
  for (auto const& mistake : kMistakes) {
    if (query.find(mistake.text) != query.npos) return mistake.hint;
  }
  return "";
}

std::string advice(int status, const json::Value& body) {
  if (status == 403) return missing_rights(body);
  if (status == 410) return "Run the query again.";
  if (status != 400) return "";
  auto text = violations(body);
  if (text.empty()) text = syntax_error(body);
  return text;
}

}  // namespace davit::connectors::dynatrace
