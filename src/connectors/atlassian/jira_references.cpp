#include "connectors/atlassian/jira_references.h"

#include <algorithm>
#include <optional>
#include <span>

#include <fmt/format.h>

#include "base/strings.h"
#include "connector/arguments.h"

namespace davit::connectors::atlassian {
namespace {

using connector::Str;

constexpr Str kIssueNames[] = {"issue", "epic", "parent", "rank_before", "rank_after"};
constexpr Str kLinkNames[] = {"from", "to"};  // elsewhere "to" is a status
constexpr std::size_t kLongestKey = 255;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_number(Str text) {
  return !text.empty() && text.size() <= 19 && std::ranges::all_of(text, is_digit);
}

bool is_project_key(Str text) {
  return !text.empty() && is_letter(text.front()) &&
         std::ranges::all_of(text, [](char c) { return is_letter(c) || is_digit(c) || c == '_'; });
}

// https://support.atlassian.com/jira-cloud-administration/docs/change-the-format-of-work-item-keys/
bool is_issue_key(Str text) {
  auto const dash = text.rfind('-');
  return dash != Str::npos && text.size() <= kLongestKey && is_project_key(text.substr(0, dash)) &&
         is_number(text.substr(dash + 1));
}

std::string upper(Str text) {
  std::string out(text);
  for (auto& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

bool is_address(Str text) { return text.find("://") != Str::npos; }

Error refuse(Str name, std::string_view why) {
  return Error(ErrorKind::invalid_input, fmt::format("{} {}", name, why));
}

Result<http::Url> parse_address(Str name, Str text, const http::Url& base) {
  auto parsed = http::parse_url(text);
  // Its own message repeats the text, which may hold a password.
  if (!parsed) return refuse(name, "is no web address that can be used");
  if (!parsed->same_origin(base)) {
    // The gateway's address does not say which site it leads to.
    return refuse(
        name,
        fmt::format(
            "is an address at {}, and this server works with {}; give the key or the id",
            parsed->origin(),
            base.origin()
        )
    );
  }
  return *std::move(parsed);
}

// The segment behind one of `folders`, which are divided by blanks.
std::optional<std::string> segment_behind(const http::Url& url, Str folders) {
  auto const segments = split(url.path, '/');
  auto const wanted = split(folders, ' ');
  for (std::size_t i = 0; i + 1 < segments.size(); ++i) {
    auto const is_wanted = std::ranges::find(wanted, segments[i]) != wanted.end();
    if (is_wanted) return std::string(segments[i + 1]);
  }
  return std::nullopt;
}

// The issue that is open beside a board, else the last key in the path: /browse/PAY-412,
// /jira/software/c/projects/PAY/issues/PAY-412.
std::optional<std::string> key_of(const http::Url& url) {
  for (auto const& [name, value] : http::parse_query(url.query)) {
    if (name == "selectedIssue" && is_issue_key(value)) return value;
  }
  std::optional<std::string> found;
  for (auto const segment : split(url.path, '/')) {
    if (is_issue_key(segment)) found = std::string(segment);
  }
  return found;
}

Result<std::string> parse_project(Str text, const http::Url& base) {
  std::string key(text);
  if (is_address(text)) {
    DAVIT_TRY(auto const url, parse_address("project", text, base));
    key = segment_behind(url, "projects browse servicedesk").value_or("");
    if (auto const dash = key.find('-'); dash != std::string::npos) key.resize(dash);
  }
  if (is_number(key)) return key;
  if (is_project_key(key)) return upper(key);
  return refuse("project", "must be a key such as PAY, an id, or its web address");
}

Result<std::string> parse_board(Str text, const http::Url& base) {
  std::string id(text);
  if (is_address(text)) {
    DAVIT_TRY(auto const url, parse_address("board", text, base));
    id = segment_behind(url, "boards").value_or("");
  }
  if (is_number(id)) return id;
  return refuse("board", "must be an id, which jira_list_boards shows, or its web address");
}

Result<> resolve_list(const http::Url& base, json::Object& arguments) {
  auto* const value = arguments.if_contains("issues");
  if (value == nullptr || !value->is_array()) return {};
  auto& list = value->get_array();
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (!list[i].is_string()) continue;
    auto const name = fmt::format("issues.{}", i);
    DAVIT_TRY(auto const key, parse_issue(name, json::view(list[i].get_string()), base));
    list[i] = key;
  }
  return {};
}

Result<> resolve_names(std::span<const Str> names, const http::Url& base, json::Object& arguments) {
  for (auto const name : names) {
    auto const text = trim(connector::text_of(arguments, name));
    if (text.empty()) continue;
    DAVIT_TRY(auto const key, parse_issue(name, text, base));
    arguments[name] = key;
  }
  return {};
}

using Parse = Result<std::string> (*)(Str text, const http::Url& base);

Result<> resolve_with(Str name, Parse parse, const http::Url& base, json::Object& arguments) {
  auto const text = trim(connector::text_of(arguments, name));
  if (text.empty()) return {};
  DAVIT_TRY(auto const id, parse(text, base));
  arguments[name] = id;
  return {};
}

}  // namespace

Result<std::string> parse_issue(
    std::string_view name, std::string_view text, const http::Url& base
) {
  text = trim(text);
  if (is_number(text)) return std::string(text);
  if (is_issue_key(text)) return upper(text);
  if (is_address(text)) {
    DAVIT_TRY(auto const url, parse_address(name, text, base));
    if (auto const key = key_of(url)) return upper(*key);
    return refuse(name, "is the web address of something else");
  }
  return refuse(name, "must be a key such as PAY-412, or its web address");
}

Result<> resolve_jira_references(
    const connector::Tool& tool, const http::Url& base, json::Object& arguments
) {
  if (!tool.name.starts_with("jira_")) return {};
  DAVIT_CHECK(resolve_names(kIssueNames, base, arguments));
  if (find_param(tool, "from") != nullptr) {
    DAVIT_CHECK(resolve_names(kLinkNames, base, arguments));
  }
  DAVIT_CHECK(resolve_list(base, arguments));
  DAVIT_CHECK(resolve_with("project", parse_project, base, arguments));
  return resolve_with("board", parse_board, base, arguments);
}

}  // namespace davit::connectors::atlassian
