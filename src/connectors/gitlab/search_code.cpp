#include <fmt/format.h>

#include "base/strings.h"
#include "connector/arguments.h"
#include "connectors/gitlab/context.h"

namespace davit::connectors::gitlab {
namespace {

// "12: text" for each line of a piece of a file.
std::string numbered(std::string_view data, std::int64_t first) {
  std::string out;
  while (data.ends_with('\n')) data.remove_suffix(1);
  for (auto const line : split(data, '\n')) {
    out += fmt::format("{}: {}\n", first++, line);
  }
  return out;
}

// Behind a filter's colon a blank would begin another filter.
Result<> check_filter(const json::Object& arguments, std::string_view name) {
  auto const text = connector::text_of(arguments, name);
  if (text.find_first_of(" \t\n\"") == text.npos) return {};
  return Error(ErrorKind::invalid_input, fmt::format("{} must not hold blanks or quotes", name));
}

}  // namespace

Result<> check_code_search(const json::Object& arguments) {
  DAVIT_CHECK(check_filter(arguments, "path"));
  return check_filter(arguments, "extension");
}

// Filters stand in the query. https://docs.gitlab.com/user/search/#code-search
Async<connector::ApiRequest> search_code(connector::Invocation call) {
  auto query = std::string(call.text("query"));
  for (auto const name : {"path", "extension"}) {
    auto text = call.text(name);
    if (text.starts_with('.') && std::string_view(name) == "extension") text.remove_prefix(1);
    if (!text.empty()) query += fmt::format(" {}:{}", name, text);
  }
  call.arguments()["query"] = query;
  co_return connector::build_request(call.tool(), call.arguments());
}

// GitLab answers with a row for each match; a file is named once here.
void group_by_file(const json::Object&, json::Object& answer) {
  auto& items = answer["items"].get_array();
  json::Array files(items.storage());
  for (auto& item : items) {
    if (!item.is_object()) continue;
    auto& hit = item.get_object();
    auto const text = numbered(
        json::find_string(item, "data").value_or(""), json::find_int(item, "startline").value_or(1)
    );
    hit.stable_erase("data");
    hit.stable_erase("startline");
    auto const is_same =
        !files.empty() &&
        json::find_string(files.back(), "path") == json::find_string(item, "path") &&
        json::find_int(files.back(), "project") == json::find_int(item, "project");
    if (!is_same) {
      hit["lines"] = text;
      files.push_back(std::move(item));
      continue;
    }
    auto& lines = files.back().get_object()["lines"].get_string();
    lines += "...\n";
    lines += text;
  }
  items = std::move(files);
}

}  // namespace davit::connectors::gitlab
