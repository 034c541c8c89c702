#include "mcp/resource.h"

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "base/strings.h"

namespace davit::mcp {
namespace {

constexpr std::size_t kMaxUriBytes = 2048;  // longer ones match no template
constexpr std::string_view kNameCharacters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.";

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Nothing for malformed percent-encoding, for NUL, and for what is not UTF-8.
std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      auto const high = hex_digit(text[i + 1]);
      auto const low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (c == '\0') return std::nullopt;
    out += c;
  }
  return is_utf8(out) ? std::optional(std::move(out)) : std::nullopt;
}

// The value that the encoded text stands for; nothing when it could leave its place: RFC 3986,
// 5.2.4 takes "." and ".." for steps.
std::optional<std::string> read_value(std::string_view encoded, bool takes_slashes) {
  auto value = percent_decode(encoded);
  if (!value || (!takes_slashes && value->find('/') != std::string::npos)) return std::nullopt;
  auto const is_step = [](std::string_view segment) { return segment == "." || segment == ".."; };
  if (std::ranges::any_of(split(*value, '/'), is_step)) return std::nullopt;
  return value;
}

// True when a slash that follows would make an empty segment. "file://" only opens a path.
bool ends_segment(std::string_view literal) {
  return literal.ends_with('/') && !literal.ends_with("://");
}

// Where a variable's text must have ended.
std::size_t find_end(std::string_view uri, std::size_t begin, bool takes_slashes) {
  if (takes_slashes) return uri.size();
  return std::min(uri.find_first_of("/?#", begin), uri.size());
}

}  // namespace

// Tries the shortest value for each variable first. What did not match from a place on is not tried
// again, so the time is bounded by parts * length^2.
class UriTemplate::Matcher {
 public:
  Matcher(std::span<const Part> parts, std::string_view uri)
      : parts_(parts), uri_(uri), failed_(parts.size() * (uri.size() + 1)) {}

  bool match(std::size_t part, std::size_t place) {
    if (part == parts_.size()) return place == uri_.size();
    auto const number = part * (uri_.size() + 1) + place;
    if (failed_[number]) return false;
    auto const matches = match_part(part, place);
    failed_[number] = !matches;
    return matches;
  }

  Variables take() { return std::move(variables_); }

 private:
  bool match_part(std::size_t number, std::size_t place) {
    auto const& part = parts_[number];
    if (!uri_.substr(place).starts_with(part.literal)) return false;
    auto const begin = place + part.literal.size();
    if (part.variable.empty()) return match(number + 1, begin);
    auto const last = find_end(uri_, begin, part.takes_slashes);
    for (auto end = begin + 1; end <= last; ++end) {
      if (!match(number + 1, end)) continue;
      auto value = read_value(uri_.substr(begin, end - begin), part.takes_slashes);
      if (!value || (value->starts_with('/') && ends_segment(part.literal))) return false;
      variables_[part.variable] = *std::move(value);
      return true;
    }
    return false;
  }

  std::span<const Part> parts_;
  std::string_view uri_;
  std::vector<bool> failed_;
  Variables variables_;
};

Result<UriTemplate> UriTemplate::compile(std::string_view text) {
  auto const refuse = [text](std::string_view why) {
    return Error(
        ErrorKind::invalid_input, fmt::format("the template '{}' {}", utf8_prefix(text, 200), why)
    );
  };
  UriTemplate compiled;
  while (true) {
    auto const open = text.find('{');
    Part part;
    part.literal = text.substr(0, open);
    if (part.literal.find('}') != std::string::npos) return refuse("has a } without its {");
    if (open == std::string_view::npos) {
      compiled.parts_.push_back(std::move(part));
      return compiled;
    }
    auto const close = text.find('}', open);
    if (close == std::string_view::npos) return refuse("has a { without its }");
    auto name = text.substr(open + 1, close - open - 1);
    part.takes_slashes = name.starts_with('+');
    if (part.takes_slashes) name.remove_prefix(1);
    if (name.empty() || name.find_first_not_of(kNameCharacters) != std::string_view::npos)
      return refuse("has an expression other than {name} and {+name}");
    if (std::ranges::find(compiled.names_, name) != compiled.names_.end())
      return refuse("has a name twice");
    if (part.literal.empty() && !compiled.parts_.empty())
      return refuse("has two variables with nothing between them");
    part.variable = name;
    compiled.names_.emplace_back(name);
    compiled.parts_.push_back(std::move(part));
    text.remove_prefix(close + 1);
  }
}

std::optional<Variables> UriTemplate::match(std::string_view uri) const {
  if (uri.size() > kMaxUriBytes) return std::nullopt;
  Matcher matcher(parts_, uri);
  if (!matcher.match(0, 0)) return std::nullopt;
  return matcher.take();
}

}  // namespace davit::mcp
