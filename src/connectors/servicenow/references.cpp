#include "connectors/servicenow/references.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "connector/arguments.h"
#include "connectors/servicenow/names.h"

namespace davit::connectors::servicenow {
namespace {

using connector::Str;

// Arguments that name a record.
constexpr Str kRecords[] = {"incident", "change", "problem", "article", "record"};

Error refuse(std::string text) { return Error(ErrorKind::invalid_input, std::move(text)); }

std::string to_capitals(std::string_view text) {
  std::string capitals(text);
  for (auto& c : capitals) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return capitals;
}

// What stands in `text` behind `mark`, as far as it is a word.
std::string word_behind(std::string_view text, std::string_view mark) {
  auto const at = text.find(mark);
  if (at == text.npos) return {};
  auto const rest = text.substr(at + mark.size());
  auto const end =
      rest.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
  return std::string(rest.substr(0, end));
}

// "incident" of ".../incident.do?sys_id=...".
std::string table_before(std::string_view text, std::string_view mark) {
  auto const end = text.find(mark);
  if (end == text.npos) return {};
  auto begin = end;
  auto const is_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  while (begin > 0 && is_word(text[begin - 1])) --begin;
  return std::string(text.substr(begin, end - begin));
}

// Classic pages carry another address in theirs, encoded once more each time.
std::string decoded(std::string_view text) {
  std::string plain(text);
  for (int i = 0; i < 3; ++i) plain = http::percent_decode(plain).value_or(plain);
  return plain;
}

Result<> check_lookups(const connector::Tool& tool, const json::Object& arguments) {
  for (auto const& param : tool.params) {
    auto const* value = arguments.if_contains(param.name);
    if (param.lookup == nullptr || value == nullptr) continue;
    if (auto const* list = value->if_array()) {
      for (auto const& one : *list) {
        DAVIT_CHECK(check_value(param.name, connector::to_plain_text(one)));
      }
    } else {
      DAVIT_CHECK(check_value(param.name, connector::to_plain_text(*value)));
    }
  }
  return {};
}

// "CHG0030021" where an incident is asked for would only be "not found".
Result<> check_kind(Str name, std::string_view number) {
  constexpr std::pair<Str, Str> kKinds[] = {
      {"incident", "incident"},
      {"change", "change_request"},
      {"problem", "problem"},
      {"article", "kb_knowledge"},
  };
  auto const table = table_of_number(number);
  for (auto const& [argument, own] : kKinds) {
    if (argument != name || table.empty() || table == own) continue;
    return refuse(fmt::format(
        "{}: {} is in {}, not in {}; servicenow_get_record reads it", name, number, table, own
    ));
  }
  return {};
}

Result<> resolve_record(
    const connector::Tool& tool, Str name, const http::Url& base, json::Object& arguments
) {
  std::string text(trim(connector::text_of(arguments, name)));
  if (text.empty()) return {};
  std::string table;
  if (text.find("://") != text.npos) {
    auto address = parse_address(text, base);
    if (!address) return refuse(fmt::format("{} {}", name, address.error().message()));
    text = address->record;
    table = address->table;
  }
  if (is_number(to_capitals(text))) {
    text = to_capitals(text);
    DAVIT_CHECK(check_kind(name, text));
    table = table_of_number(text);
  } else if (is_sys_id(to_lower(text))) {
    text = to_lower(text);
  } else {
    return refuse(fmt::format(
        "{} must be a number such as INC0010023, a sys_id of 32 hex digits, or its web address",
        name
    ));
  }
  arguments[name] = text;
  if (table.empty() || find_param(tool, "table") == nullptr || arguments.contains("table"))
    return {};
  arguments["table"] = table;
  return {};
}

}  // namespace

Result<RecordAddress> parse_address(std::string_view text, const http::Url& base) {
  auto const url = http::parse_url(text);
  // Its own message repeats the text, which may hold a password.
  if (!url) return refuse("is no web address that can be used");
  if (!url->same_origin(base)) {
    return refuse(fmt::format(
        "is an address at {}, and this server works with {}", url->origin(), base.origin()
    ));
  }
  auto const plain = decoded(url->path + '?' + url->query);
  RecordAddress address{.table = table_before(plain, ".do?")};
  // https://www.servicenow.com/docs/bundle/zurich-platform-user-interface/page/use/navigation/
  // reference/r_NavigatingByURLExamples.html
  for (std::string_view const mark : {"sys_kb_id=", "sysparm_article=", "sys_id=", "number="}) {
    if (address.record = word_behind(plain, mark); !address.record.empty()) break;
  }
  // Workspaces: ".../now/sow/record/incident/<sys_id>".
  if (auto const table = word_behind(plain, "/record/"); address.record.empty() && !table.empty()) {
    address.table = table;
    address.record = word_behind(plain, fmt::format("/record/{}/", table));
  }
  if (address.record.empty()) return refuse("is the web address of no record");
  if (!is_table_name(address.table) || address.table == "nav_to" || address.table == "kb_view") {
    address.table = plain.find("kb") != plain.npos ? "kb_knowledge" : "";
  }
  return address;
}

Result<> resolve_references(
    const connector::Tool& tool, const http::Url& base, json::Object& arguments
) {
  for (auto const name : kRecords) {
    if (find_param(tool, name) != nullptr) DAVIT_CHECK(resolve_record(tool, name, base, arguments));
  }
  return check_lookups(tool, arguments);
}

}  // namespace davit::connectors::servicenow
