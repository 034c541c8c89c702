#include "infra/yaml_text.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "base/strings.h"

namespace davit::infra {
namespace {

// Words that YAML 1.1 takes for booleans and nothing.
constexpr std::array<std::string_view, 14> kWords{
    "y", "n", "yes", "no", "on", "off", "true", "false", "null", "~", "nan", "inf", "=", "<<"
};

bool is_plain(std::string_view text) {
  constexpr std::string_view kFirst = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_/$(";
  constexpr std::string_view kRest =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_/$(){}.-+*:,;%@=<>?!^'\"[]& ";
  if (text.empty() || kFirst.find(text[0]) == std::string_view::npos || text.ends_with(' ')) {
    return false;
  }
  if (text.find_first_not_of(kRest) != std::string_view::npos) return false;
  if (text.find(": ") != std::string_view::npos || text.ends_with(':')) return false;
  return std::ranges::find(kWords, to_lower(text)) == kWords.end();
}

// JSON may have them as they are, YAML may not: U+007F to U+009F, and the line breaks of YAML 1.1,
// U+2028 and U+2029. The byte order mark goes with them.
std::string escape_controls(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    auto const byte = [&text](std::size_t at) {
      return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
    };
    std::size_t length = 0;
    if (byte(0) == 0x7F) {
      length = 1;
      out += "\\x7f";
    } else if (byte(0) == 0xC2 && byte(1) < 0xA0) {
      length = 2;
      out += fmt::format("\\x{:02x}", byte(1));
    } else if (byte(0) == 0xE2 && byte(1) == 0x80 && (byte(2) == 0xA8 || byte(2) == 0xA9)) {
      length = 3;
      out += byte(2) == 0xA8 ? "\\u2028" : "\\u2029";
    } else if (text.starts_with("\xEF\xBB\xBF")) {
      length = 3;
      out += "\\ufeff";
    } else {
      out += text.front();
      length = 1;
    }
    text.remove_prefix(length);
  }
  return out;
}

std::string scalar(std::string_view text) {
  if (is_plain(text)) return std::string(text);
  auto const is_ascii = std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
  if (is_ascii && text.find('\'') == std::string_view::npos) return fmt::format("'{}'", text);
  std::string quoted;
  append_json_string(quoted, text);
  return escape_controls(quoted);
}

bool is_block(std::string_view text) {
  return text.size() > 1 && text.find('\n') < text.size() - 1 && text.ends_with('\n') &&
         !text.ends_with("\n\n") && text[0] != ' ' && text[0] != '\n' &&
         std::ranges::all_of(text, [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); });
}

// "Fn::Sub" as "!Sub", "Ref" as "!Ref"; empty for what is no function.
std::string short_form(std::string_view name, const json::Value& value) {
  if (name == "Ref" || name == "Condition") {
    return value.is_string() ? fmt::format("!{}", name) : "";
  }
  if (!name.starts_with("Fn::")) return "";
  constexpr std::string_view kLetters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  auto const word = name.substr(4);
  // "!Ref" is read as "Ref" again, whatever was meant.
  auto const is_word = !word.empty() && word != "Ref" && word != "Condition" &&
                       word.find_first_not_of(kLetters) == std::string_view::npos;
  return is_word ? fmt::format("!{}", word) : "";
}

class Writer {
 public:
  // Writes behind "key:" or "-": a blank and the value on the line, or lines below it.
  void write_value(const json::Value& value, std::size_t indent, bool in_list) {
    if (auto const* object = value.if_object()) {
      if (write_function(*object, indent)) return;
      if (object->empty()) return line(" {}");
      if (!in_list) out_ += '\n';
      return write_map(*object, indent, in_list);
    }
    if (auto const* array = value.if_array()) {
      if (array->empty()) return line(" []");
      out_ += '\n';
      return write_list(*array, indent);
    }
    write_scalar(value, indent);
  }

  void write_map(const json::Object& object, std::size_t indent, bool is_open) {
    for (auto const& [key, value] : object) {
      // Behind a dash the first key stands on its line.
      out_ += is_open ? " " : std::string(indent, ' ');
      is_open = false;
      out_ += scalar(key) + ':';
      write_value(value, indent + 2, false);
    }
  }

  void write_list(const json::Array& array, std::size_t indent) {
    for (auto const& item : array) {
      out_ += std::string(indent, ' ') + '-';
      write_value(item, indent + 2, true);
    }
  }

  std::string take() { return std::move(out_); }

 private:
  void line(std::string_view text) { out_.append(text) += '\n'; }

  void write_scalar(const json::Value& value, std::size_t indent) {
    if (auto const* text = value.if_string()) {
      if (is_block(*text)) return write_block(*text, indent);
      return line(' ' + scalar(*text));
    }
    line(' ' + json::to_text(value));
  }

  void write_block(std::string_view text, std::size_t indent) {
    line(" |");
    text.remove_suffix(1);
    for (auto const row : split(text, '\n')) {
      if (!row.empty()) out_ += std::string(indent, ' ');
      line(row);
    }
  }

  bool write_function(const json::Object& object, std::size_t indent) {
    if (object.size() != 1) return false;
    auto const& [name, value] = *object.begin();
    auto const tag = short_form(name, value);
    if (tag.empty()) return false;
    out_ += ' ' + tag;
    auto const* array = value.if_array();
    auto const is_pair = array != nullptr && array->size() == 2 && (*array)[0].is_string() &&
                         (*array)[1].is_string();
    if (tag == "!GetAtt" && is_pair) {
      auto const id = std::string((*array)[0].get_string());
      line(' ' + scalar(id + '.' + std::string((*array)[1].get_string())));
    } else if (auto const* inner = value.if_object(); inner != nullptr && !inner->empty()) {
      // A tag and a map begin on lines of their own; a function in a function keeps its long form.
      out_ += '\n';
      write_map(*inner, indent, false);
    } else {
      write_value(value, indent, false);
    }
    return true;
  }

  std::string out_;
};

}  // namespace

std::string to_yaml(const json::Value& value) {
  Writer writer;
  if (auto const* object = value.if_object(); object != nullptr && !object->empty()) {
    writer.write_map(*object, 0, false);
  } else if (auto const* array = value.if_array(); array != nullptr && !array->empty()) {
    writer.write_list(*array, 0);
  } else {
    return json::to_text(value) + '\n';
  }
  return writer.take();
}

}  // namespace davit::infra
