#include "json/pattern.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <re2/re2.h>

namespace davit::json {
namespace {

// ECMA-262, WhiteSpace and LineTerminator: what \s means. RE2's own \s is ASCII only.
constexpr std::string_view kSpace =
    R"(\t-\r \x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff})";
constexpr std::string_view kNotSpace =
    R"(\x{0}-\x{8}\x{e}-\x{1f}!-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027})"
    R"(\x{202a}-\x{202e}\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{fefe}\x{ff00}-\x{10ffff})";
constexpr std::string_view kAnyCharacter = R"([\x{0}-\x{10ffff}])";
constexpr std::string_view kNoCharacter = R"([^\x{0}-\x{10ffff}])";
constexpr std::string_view kNotLineEnd = R"([^\n\r\x{2028}\x{2029}])";

struct Name {
  std::string_view ecma;
  std::string_view re2;
};

// ECMA-262, "Value aliases and canonical values for the Unicode property General_Category", as far
// as RE2 knows them: it lacks Cn and LC, and its C is without Cn.
constexpr Name kCategories[] = {
    {"Letter", "L"},
    {"Lowercase_Letter", "Ll"},
    {"Uppercase_Letter", "Lu"},
    {"Titlecase_Letter", "Lt"},
    {"Modifier_Letter", "Lm"},
    {"Other_Letter", "Lo"},
    {"Mark", "M"},
    {"Combining_Mark", "M"},
    {"Nonspacing_Mark", "Mn"},
    {"Spacing_Mark", "Mc"},
    {"Enclosing_Mark", "Me"},
    {"Number", "N"},
    {"Decimal_Number", "Nd"},
    {"digit", "Nd"},
    {"Letter_Number", "Nl"},
    {"Other_Number", "No"},
    {"Punctuation", "P"},
    {"punct", "P"},
    {"Connector_Punctuation", "Pc"},
    {"Dash_Punctuation", "Pd"},
    {"Open_Punctuation", "Ps"},
    {"Close_Punctuation", "Pe"},
    {"Initial_Punctuation", "Pi"},
    {"Final_Punctuation", "Pf"},
    {"Other_Punctuation", "Po"},
    {"Symbol", "S"},
    {"Math_Symbol", "Sm"},
    {"Currency_Symbol", "Sc"},
    {"Modifier_Symbol", "Sk"},
    {"Other_Symbol", "So"},
    {"Separator", "Z"},
    {"Space_Separator", "Zs"},
    {"Line_Separator", "Zl"},
    {"Paragraph_Separator", "Zp"},
    {"Control", "Cc"},
    {"cntrl", "Cc"},
    {"Format", "Cf"},
    {"Private_Use", "Co"},
};

// Short names of scripts (ISO 15924) that RE2 wants spelt out; the common ones.
constexpr Name kScripts[] = {
    {"Latn", "Latin"},
    {"Grek", "Greek"},
    {"Cyrl", "Cyrillic"},
    {"Arab", "Arabic"},
    {"Hebr", "Hebrew"},
    {"Hani", "Han"},
    {"Hira", "Hiragana"},
    {"Kana", "Katakana"},
    {"Hang", "Hangul"},
    {"Deva", "Devanagari"},
    {"Thai", "Thai"},
    {"Zyyy", "Common"},
};

std::string_view translate(std::string_view name, std::span<const Name> table) {
  auto const row = std::ranges::find(table, name, &Name::ecma);
  return row == table.end() ? name : row->re2;
}

Error bad(std::string_view what) {
  return Error(ErrorKind::invalid_input, fmt::format("the pattern {}", what));
}

std::optional<std::uint32_t> hex(std::string_view digits) {
  if (digits.empty() || digits.size() > 6) return std::nullopt;
  std::uint32_t value = 0;
  auto const [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  if (ec != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

bool is_surrogate(std::uint32_t c) { return c >= 0xD800 && c <= 0xDFFF; }

class Translator {
 public:
  explicit Translator(std::string_view ecma) : rest_(ecma) {}

  Result<std::string> run() {
    while (!rest_.empty()) DAVIT_CHECK(piece());
    return std::move(out_);
  }

 private:
  char take() {
    auto const c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }
  bool take_if(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  void literal(std::uint32_t c) { out_ += fmt::format("\\x{{{:x}}}", c); }

  Result<> piece() {
    auto const c = take();
    switch (c) {
      case '.': out_ += kNotLineEnd; return {};
      case '(': return group();
      case '[': return character_class();
      case '\\': return escape(false);
      default: out_ += c; return {};
    }
  }

  Result<> group() {
    out_ += "(?:";  // nothing is captured
    if (!take_if("?") || take_if(":")) return {};
    if (rest_.starts_with("=") || rest_.starts_with("!") || rest_.starts_with("<=") ||
        rest_.starts_with("<!")) {
      return bad("uses look-around, which is not supported");
    }
    auto const end = rest_.find('>');
    if (rest_.starts_with("<") && end != std::string_view::npos && end > 1) {
      rest_.remove_prefix(end + 1);
      return {};
    }
    return bad("has a group that begins with an unknown \"(?\"");
  }

  Result<> character_class() {
    auto const negated = take_if("^");
    if (take_if("]")) {
      out_ += negated ? kAnyCharacter : kNoCharacter;
      return {};
    }
    out_ += negated ? "[^" : "[";
    while (!rest_.empty()) {
      auto const c = take();
      if (c == ']') {
        out_ += c;
        return {};
      }
      if (c == '\\') {
        auto const is_set = rest_.starts_with('s') || rest_.starts_with('S');
        DAVIT_CHECK(escape(true));
        // Not a range: what stands before may be a whole set by now.
        if (is_set && rest_.starts_with("-") && !rest_.starts_with("-]")) {
          rest_.remove_prefix(1);
          literal('-');
        }
      } else if (c == '[' || c == '^') {
        literal(static_cast<unsigned char>(c));  // RE2 knows [:alpha:]
      } else {
        out_ += c;
      }
    }
    return bad("has a \"[\" without \"]\"");
  }

  // Behind a backslash. ECMA-262, CharacterEscape, CharacterClassEscape and Assertion.
  Result<> escape(bool in_class) {
    if (rest_.empty()) return bad("ends with a backslash");
    auto const c = take();
    switch (c) {
      case 'd':
      case 'D':
      case 'w':
      case 'W': (out_ += '\\') += c; return {};
      case 's':
      case 'S': space(c == 's', in_class); return {};
      case 't':
      case 'n':
      case 'v':
      case 'f':
      case 'r': (out_ += '\\') += c; return {};
      case 'b':
        if (in_class) {
          literal('\b');
        } else {
          out_ += "\\b";
        }
        return {};
      case 'B':
        if (in_class) return bad("has \\B between brackets");
        out_ += "\\B";
        return {};
      case 'c': return control();
      case 'x': return code(2);
      case 'u': return unicode();
      case 'p':
      case 'P': return property(c);
      case 'k': return bad("uses a back reference, which is not supported");
      default: break;
    }
    if (c >= '0' && c <= '9') {
      auto const more = !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9';
      if (c != '0') return bad("uses a back reference, which is not supported");
      if (more) return bad("has an octal escape");
      literal(0);
      return {};
    }
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
      return bad(fmt::format("has the unknown escape \"\\{}\"", c));
    }
    if (static_cast<unsigned char>(c) < 0x80) {
      literal(static_cast<unsigned char>(c));
    } else {
      out_ += c;  // the first byte of a character that needed no escape
    }
    return {};
  }

  void space(bool wanted, bool in_class) {
    if (!in_class) out_ += '[';
    out_ += wanted ? kSpace : kNotSpace;
    if (!in_class) out_ += ']';
  }

  Result<> control() {
    if (!rest_.empty()) {
      auto const letter = take();
      if ((letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z')) {
        literal(static_cast<unsigned char>(letter) % 32);
        return {};
      }
    }
    return bad("has \\c without a letter");
  }

  std::optional<std::uint32_t> digits(std::size_t count) {
    auto const value = rest_.size() < count ? std::nullopt : hex(rest_.substr(0, count));
    if (value) rest_.remove_prefix(count);
    return value;
  }

  Result<> code(std::size_t count) {
    auto const value = digits(count);
    if (!value) return bad("has a broken \\x or \\u escape");
    literal(*value);
    return {};
  }

  Result<> unicode() {
    std::optional<std::uint32_t> value;
    if (take_if("{")) {
      auto const end = rest_.find('}');
      if (end != std::string_view::npos) value = digits(end);
      if (!take_if("}")) value.reset();
    } else {
      value = digits(4);
      if (value && *value >= 0xD800 && *value <= 0xDBFF && take_if("\\u")) {
        auto const low = digits(4);
        if (!low || *low < 0xDC00 || *low > 0xDFFF) return bad("has half a surrogate pair");
        value = 0x10000 + ((*value - 0xD800) << 10) + (*low - 0xDC00);
      }
    }
    if (!value || *value > 0x10FFFF) return bad("has a broken \\x or \\u escape");
    if (is_surrogate(*value)) return bad("has half a surrogate pair");
    literal(*value);
    return {};
  }

  // ECMA-262, "UnicodePropertyValueExpression".
  Result<> property(char which) {
    auto const end = rest_.find('}');
    if (!take_if("{") || end == std::string_view::npos) return bad("has a \\p without braces");
    auto const whole = rest_.substr(0, end - 1);
    rest_.remove_prefix(end);
    auto const sign = whole.find('=');
    auto const kind = sign == std::string_view::npos ? std::string_view() : whole.substr(0, sign);
    auto name = sign == std::string_view::npos ? whole : whole.substr(sign + 1);
    if (kind == "Script" || kind == "sc" || kind == "Script_Extensions" || kind == "scx") {
      name = translate(name, kScripts);
    } else if (kind.empty() || kind == "General_Category" || kind == "gc") {
      name = translate(name, kCategories);
    } else {
      return bad(fmt::format("uses the unknown Unicode property {}", whole));
    }
    out_ += fmt::format("\\{}{{{}}}", which, name);
    return {};
  }

  std::string_view rest_;
  std::string out_;
};

}  // namespace

Result<std::string> to_re2(std::string_view ecma) { return Translator(ecma).run(); }

Result<Pattern> Pattern::compile(std::string_view ecma, std::size_t max_memory) {
  DAVIT_TRY(auto const text, to_re2(ecma));
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_never_capture(true);
  options.set_max_mem(static_cast<std::int64_t>(max_memory));
  auto program = std::make_unique<re2::RE2>(text, options);
  if (program->ok()) return Pattern(std::move(program));
  switch (program->error_code()) {
    case re2::RE2::ErrorPatternTooLarge: return bad("is too large");
    case re2::RE2::ErrorRepeatSize: return bad("repeats something more than 1000 times");
    default: return bad(fmt::format("is malformed: {}", program->error()));
  }
}

Pattern::Pattern(std::unique_ptr<re2::RE2> program)
    : program_(std::move(program)), size_(static_cast<std::size_t>(program_->ProgramSize())) {}
Pattern::Pattern(Pattern&&) noexcept = default;
Pattern& Pattern::operator=(Pattern&&) noexcept = default;
Pattern::~Pattern() = default;

bool Pattern::found_in(std::string_view text) const {
  return program_->Match(text, 0, text.size(), re2::RE2::UNANCHORED, nullptr, 0);
}

}  // namespace davit::json
