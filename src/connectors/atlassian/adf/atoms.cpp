#include "connectors/atlassian/adf/atoms.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "base/strings.h"
#include "connectors/atlassian/adf/escape.h"
#include "connectors/atlassian/adf/node.h"

namespace davit::connectors::atlassian::adf {
namespace {

constexpr std::string_view kColours = "neutral purple blue red yellow green";
constexpr std::int64_t kDay = 86'400'000;

constexpr std::pair<std::string_view, std::string_view> kPanels[] = {
    {"info", "NOTE"},
    {"tip", "TIP"},
    {"note", "IMPORTANT"},
    {"warning", "WARNING"},
    {"error", "CAUTION"},
    {"success", "SUCCESS"},
};

bool is_name(std::string_view text) {
  return !text.empty() && text.size() < 64 &&
         std::ranges::all_of(
             text, [](char c) { return is_alnum(c) || c == '_' || c == '+' || c == '-'; }
         );
}

bool has_colour(std::string_view colour) {
  return !colour.empty() && colour.find(' ') == colour.npos &&
         kColours.find(colour) != kColours.npos;
}

std::optional<std::int64_t> to_number(std::string_view text) {
  std::int64_t number = 0;
  auto const [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
  // 9999-12-31; and what is printed must be what was read.
  constexpr std::int64_t kLatest = 253'402'300'799'999;
  if (ec != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (number < 0 || number > kLatest || std::to_string(number) != text) return std::nullopt;
  return number;
}

std::string iso_date(std::int64_t milliseconds) {
  std::chrono::year_month_day const day{std::chrono::sys_days(std::chrono::days(milliseconds / kDay)
  )};
  return fmt::format(
      "{:04}-{:02}-{:02}",
      static_cast<int>(day.year()),
      static_cast<unsigned>(day.month()),
      static_cast<unsigned>(day.day())
  );
}

std::string mention_markdown(const json::Value& node) {
  auto const id = attribute(node, "id");
  if (!is_account_id(id)) return "";
  auto name = attribute(node, "text");
  if (name.empty()) return fmt::format("[~accountid:{}]", id);
  if (name.starts_with('@')) name.remove_prefix(1);
  return fmt::format("@[{}]({})", escape_text(name), id);
}

std::string status_markdown(const json::Value& node) {
  auto const text = attribute(node, "text");
  auto const colour = attribute(node, "color");
  if (text.empty() || text.size() > kMostInside / 2 || !has_colour(colour)) return "";
  return fmt::format("[STATUS: {} ({})]", escape_text(text), colour);
}

std::string date_markdown(const json::Value& node) {
  auto const raw = attribute(node, "timestamp");
  auto const time = to_number(raw);
  if (!time) return "";
  if (*time % kDay == 0) return fmt::format("[DATE: {}]", iso_date(*time));
  return fmt::format("[DATE: {} ({})]", iso_date(*time), raw);
}

std::string emoji_markdown(const json::Value& node) {
  auto const name = attribute(node, "shortName");
  if (name.size() < 3 || name.front() != ':' || name.back() != ':') return "";
  return is_name(name.substr(1, name.size() - 2)) ? std::string(name) : "";
}

std::string card_markdown(const json::Value& node) {
  auto const url = attribute(node, "url");
  auto const plain = std::ranges::all_of(url, [](char c) {
    return c > ' ' && c < 0x7f && std::string_view("<>|`\\[]*").find(c) == std::string_view::npos;
  });
  return plain && is_web_address(url) ? fmt::format("<{}>", url) : "";
}

std::string media_markdown(const json::Value& node) {
  auto alt = attribute(node, "alt");
  auto const id = attribute(node, "id");
  if (alt.empty()) alt = "file";
  if (!id.empty()) {
    return fmt::format("![{}](attachment:{})", escape_text(alt), escape_attribute(id, false));
  }
  auto const url = attribute(node, "url");
  if (!is_web_address(url)) return "";
  return fmt::format("![{}]({})", escape_text(alt), escape_attribute(url, false));
}

using Writer = std::string (*)(const json::Value&);
constexpr std::pair<std::string_view, Writer> kWriters[] = {
    {"mention", mention_markdown},
    {"status", status_markdown},
    {"date", date_markdown},
    {"emoji", emoji_markdown},
    {"inlineCard", card_markdown},
    {"media", media_markdown},
    {"mediaInline", media_markdown},
};

}  // namespace

std::string atom_markdown(const json::Value& node) {
  auto const type = type_of(node);
  for (auto const& [name, write] : kWriters) {
    if (name == type) return write(node);
  }
  return "";
}

std::optional<json::Value> read_status(std::string_view inside) {
  constexpr std::string_view kWord = "STATUS: ";
  if (!inside.starts_with(kWord) || !inside.ends_with(')')) return std::nullopt;
  inside = inside.substr(kWord.size(), inside.size() - kWord.size() - 1);
  auto const paren = inside.rfind('(');
  if (paren == inside.npos || paren < 2 || inside[paren - 1] != ' ') return std::nullopt;
  auto const colour = inside.substr(paren + 1);
  if (!has_colour(colour)) return std::nullopt;
  json::Object attributes{{"text", inside.substr(0, paren - 1)}, {"color", colour}};
  return make_node("status", std::move(attributes), {});
}

std::optional<json::Value> read_date(std::string_view inside) {
  constexpr std::string_view kWord = "DATE: ";
  if (!inside.starts_with(kWord)) return std::nullopt;
  inside.remove_prefix(kWord.size());
  auto const date = inside.substr(0, 10);
  auto const rest = inside.substr(date.size());
  if (date.size() < 10 || date[4] != '-' || date[7] != '-') return std::nullopt;
  int parts[3] = {};
  std::string_view const pieces[] = {date.substr(0, 4), date.substr(5, 2), date.substr(8, 2)};
  for (int i = 0; i < 3; ++i) {
    if (!std::ranges::all_of(pieces[i], is_digit)) return std::nullopt;
    std::from_chars(pieces[i].data(), pieces[i].data() + pieces[i].size(), parts[i]);
  }
  auto const day = std::chrono::year(parts[0]) / parts[1] / parts[2];
  if (!day.ok() || parts[0] < 1970) return std::nullopt;
  auto time = std::int64_t(std::chrono::sys_days(day).time_since_epoch().count()) * kDay;
  if (rest.starts_with(" (") && rest.ends_with(')')) {
    auto const exact = to_number(rest.substr(2, rest.size() - 3));
    if (!exact || iso_date(*exact) != date) return std::nullopt;
    time = *exact;
  } else if (!rest.empty()) {
    return std::nullopt;
  }
  return make_node("date", json::Object{{"timestamp", std::to_string(time)}}, {});
}

std::string original_key(const json::Value& node) {
  auto const type = type_of(node);
  if (type == "taskItem") {
    std::string key = "task ";
    append_plain(key, node);
    return key;
  }
  if (type == "media" || type == "mediaInline") {
    auto const id = attribute(node, "id");
    return id.empty() ? std::string(attribute(node, "url")) : fmt::format("attachment:{}", id);
  }
  return atom_markdown(node);
}

json::Value mention(std::string_view id, std::string_view name) {
  json::Object attributes{{"id", id}};
  if (!name.empty()) attributes["text"] = "@" + std::string(name);
  return make_node("mention", std::move(attributes), {});
}

bool is_account_id(std::string_view text) {
  constexpr std::size_t kLongest = 128;
  return !text.empty() && text.size() <= kLongest && is_alnum(text[0]) && !is_web_address(text) &&
         std::ranges::all_of(text, [](char c) {
           return is_alnum(c) || c == '-' || c == ':' || c == '.';
         });
}

std::string_view panel_word(std::string_view type) {
  for (auto const& [name, word] : kPanels) {
    if (name == type) return word;
  }
  return "";
}

std::string_view panel_type(std::string_view word) {
  for (auto const& [type, name] : kPanels) {
    if (iequals(name, word)) return type;
  }
  return "";
}

bool is_web_address(std::string_view url) {
  return iequals(url.substr(0, 8), "https://") || iequals(url.substr(0, 7), "http://");
}

// A scheme ends at the first colon that comes before any of / ? #. Browsers drop control
// characters before they look for it, so a URL that has one is refused.
bool is_safe_link(std::string_view url) {
  if (std::ranges::any_of(url, [](char c) { return static_cast<unsigned char>(c) <= ' '; })) {
    return false;
  }
  if (is_web_address(url) || iequals(url.substr(0, 7), "mailto:")) return true;
  return url.substr(0, url.find_first_of("/?#")).find(':') == url.npos;
}

bool is_label_character(char c) {
  constexpr std::string_view kOther = " ._:/?=&%+,-#~@!()";
  return is_alnum(c) || kOther.find(c) != kOther.npos;
}

void append_plain(std::string& out, const json::Value& node, std::size_t depth) {
  if (depth > kMaxNesting) return;
  auto const type = type_of(node);
  if (type == "text") {
    out += text_of(node);
  } else if (type == "hardBreak") {
    out += '\n';
  } else if (type == "date") {
    auto const time = to_number(attribute(node, "timestamp"));
    out += time ? iso_date(*time) : "";
  } else if (type == "mention" || type == "status" || type == "placeholder") {
    out += attribute(node, "text");
  } else if (type == "emoji") {
    out += attribute(node, "shortName");
  } else if (type == "inlineCard" || type == "blockCard" || type == "embedCard") {
    out += attribute(node, "url");
  } else if (type == "media" || type == "mediaInline") {
    out += attribute(node, "alt");
  }
  auto const* content = content_of(node);
  if (content == nullptr) return;
  for (auto const& child : *content) {
    auto const is_block = !holds_inline(type) && type_of(child) != "text";
    if (is_block && !out.empty() && !out.ends_with('\n')) out += '\n';
    append_plain(out, child, depth + 1);
  }
}

}  // namespace davit::connectors::atlassian::adf
