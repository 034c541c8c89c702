#include "config/value_text.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include <fmt/format.h>

#include "base/strings.h"
#include "config/one_line.h"
#include "config/units.h"
#include "json/json.h"

namespace davit::config {
namespace {

constexpr auto kNoLimit = std::numeric_limits<std::int64_t>::max();

// For messages: short, and on one line.
std::string shown(std::string_view text) {
  auto const line = on_one_line(text);
  std::string out(utf8_prefix(line, 40));
  if (out.size() < line.size()) out += "...";
  return out;
}

std::string format_number(Type type, std::int64_t number) {
  if (type == Type::size) return format_size(number);
  if (type == Type::duration) return format_duration(std::chrono::milliseconds(number));
  return std::to_string(number);
}

std::optional<std::int64_t> parse_number(Type type, std::string_view text) {
  if (type == Type::size) return parse_size(text);
  if (type == Type::duration) {
    auto const duration = parse_duration(text);
    if (!duration) return std::nullopt;
    return duration->count();
  }
  std::int64_t number = 0;
  auto const [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// Of a duration's own unit, in milliseconds.
std::string_view plural_of_step(std::int64_t step) {
  switch (step) {
    case 60'000: return "minutes";
    case 3'600'000: return "hours";
    case 86'400'000: return "days";
    default: return "seconds";
  }
}

Parsed parse_within_range(const Row& row, std::string_view text) {
  auto const number = parse_number(row.target.type, text);
  if (!number) {
    return {.wrong = fmt::format("expected {}, found `{}`", expectation(row), shown(text))};
  }
  auto const most = std::min(row.range.most, row.target.most);
  if (*number < row.range.least || *number > most) {
    return {.wrong = "must be " + range_text(row.target.type, row.range.least, most)};
  }
  if (*number % row.target.step != 0) {
    return {.wrong = fmt::format("must be whole {}", plural_of_step(row.target.step))};
  }
  return {.value = *number};
}

Parsed parse_choice(const Row& row, std::string_view text) {
  auto const names = split(row.choices, '|');
  auto const found = std::ranges::find(names, text);
  if (found != names.end()) return {.value = static_cast<std::int64_t>(found - names.begin())};
  auto wrong = fmt::format("expected {}, found `{}`", expectation(row), shown(text));
  if (auto const near = nearest(text, names); !near.empty()) {
    wrong += fmt::format("; did you mean `{}`?", near);
  }
  return {.wrong = std::move(wrong)};
}

// Text that YAML reads as itself without quotes, wherever it stands.
bool is_plain(std::string_view text) {
  constexpr std::string_view kLetters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-:@%+~";
  constexpr std::string_view kNotFirst = "-:@%~";
  return !text.empty() && text.find_first_not_of(kLetters) == std::string_view::npos &&
         kNotFirst.find(text.front()) == std::string_view::npos && text.back() != ':' &&
         !iequals(text, "null");
}

std::string format_text(std::string_view text) {
  if (is_plain(text)) return std::string(text);
  return json::to_text(json::Value(boost::json::string_view(text.data(), text.size())));
}

}  // namespace

Parsed parse_value(const Row& row, std::string_view text) {
  switch (row.target.type) {
    case Type::number:
    case Type::size:
    case Type::duration: return parse_within_range(row, text);
    case Type::choice: return parse_choice(row, text);
    case Type::flag:
      if (text == "true" || text == "false") return {.value = text == "true"};
      return {.wrong = fmt::format("expected true or false, found `{}`", shown(text))};
    default: break;
  }
  if (auto wrong = check_text(row, text); !wrong.empty()) return {.wrong = std::move(wrong)};
  return {.value = std::string(text)};
}

std::string check_text(const Row& row, std::string_view text) {
  if (text.empty()) return "is empty; leave it out to take the default";
  if (!is_utf8(text)) return "is not UTF-8 text";
  return row.check == nullptr ? std::string() : std::string(row.check(text));
}

std::string expectation(const Row& row) {
  switch (row.target.type) {
    case Type::text: return "text";
    case Type::number: return "a whole number";
    case Type::size: return "a size such as 32KB";
    case Type::duration: return "a duration such as 25s";
    case Type::flag: return "true or false";
    case Type::choice: {
      auto const names = split(row.choices, '|');
      if (names.size() == 1) return fmt::format("`{}`", names.front());
      return fmt::format("one of {}", fmt::join(names, ", "));
    }
    case Type::list: return "a list of texts";
    case Type::nested: return "a map";
  }
  return "";
}

std::string range_text(Type type, std::int64_t least, std::int64_t most) {
  if (type != Type::number && type != Type::size && type != Type::duration) return "";
  if (most == kNoLimit) {
    return least == 0 ? "" : fmt::format("at least {}", format_number(type, least));
  }
  return fmt::format("from {} to {}", format_number(type, least), format_number(type, most));
}

std::string format_value(const Row& row, const Value& value) {
  if (auto const* text = std::get_if<std::string>(&value)) {
    return text->empty() ? std::string() : format_text(*text);
  }
  if (auto const* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (auto const* number = std::get_if<std::int64_t>(&value)) {
    if (row.target.type != Type::choice) return format_number(row.target.type, *number);
    return std::string(split(row.choices, '|').at(static_cast<std::size_t>(*number)));
  }
  auto const* list = std::get_if<std::vector<std::string>>(&value);
  if (list == nullptr) return "";
  std::vector<std::string> texts;
  for (auto const& text : *list) texts.push_back(format_text(text));
  return fmt::format("[{}]", fmt::join(texts, ", "));
}

}  // namespace davit::config
