#include "sandbox/atlassian/jql_lex.h"

#include <algorithm>

#include <fmt/format.h>

#include "sandbox/atlassian/answers.h"

namespace davit::sandbox::atlassian {
namespace {

using Kind = JqlToken::Kind;

constexpr std::string_view kSigns[] = {
    "!=", "<=", ">=", "!~", "&&", "||", "=", "<", ">", "~", "(", ")", ",", "!"
};
// Must be quoted: support.atlassian.com, "Reserved characters".
constexpr std::string_view kReserved = "+*%^$#@?;:[]{}/|&`";
constexpr std::string_view kBlanks = " \t\r\n";

bool ends_word(char c) {
  return kBlanks.find(c) != kBlanks.npos ||
         std::string_view("=!<>~(),\"'&|").find(c) != std::string_view::npos;
}

std::string utf8(unsigned code) {
  if (code >= 0xD800 && code <= 0xDFFF) code = 0xFFFD;  // half of a pair is no character
  std::string out;
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | (code >> 6));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    out += static_cast<char>(0xE0 | (code >> 12));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  }
  return out;
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Or<std::vector<JqlToken>> run() {
    std::vector<JqlToken> tokens;
    while (true) {
      while (at_ < text_.size() && kBlanks.find(text_[at_]) != kBlanks.npos) ++at_;
      if (at_ == text_.size()) break;
      DAVIT_TRY(auto token, next());
      tokens.push_back(std::move(token));
    }
    tokens.push_back({Kind::end, "", at_ + 1});
    return tokens;
  }

 private:
  Or<JqlToken> next() {
    auto const begin = at_ + 1;
    if (text_[at_] == '"' || text_[at_] == '\'') {
      DAVIT_TRY(auto text, quoted());
      return JqlToken{Kind::quoted, std::move(text), begin};
    }
    for (auto const sign : kSigns) {
      if (!text_.substr(at_).starts_with(sign)) continue;
      at_ += sign.size();
      return JqlToken{Kind::sign, std::string(sign), begin};
    }
    DAVIT_TRY(auto text, word());
    return JqlToken{Kind::word, std::move(text), begin};
  }

  Or<std::string> quoted() {
    auto const mark = text_[at_];
    auto const begin = at_++;
    std::string out;
    while (at_ < text_.size() && text_[at_] != mark) {
      if (text_[at_] == '\\') {
        DAVIT_TRY(auto const piece, escape());
        out += piece;
      } else {
        out += text_[at_++];
      }
    }
    if (at_ == text_.size()) {
      return jql_error(
          fmt::format("The quoted string '{}' has not been completed.", text_.substr(begin + 1)),
          begin + 1
      );
    }
    ++at_;
    return out;
  }

  Or<std::string> escape() {
    constexpr std::string_view kLetters = "tnr\\\"' ";
    constexpr std::string_view kMeaning = "\t\n\r\\\"' ";
    auto const letter = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    if (auto const known = kLetters.find(letter); letter != '\0' && known != kLetters.npos) {
      at_ += 2;
      return std::string(1, kMeaning[known]);
    }
    auto const digits = text_.substr(std::min(at_ + 2, text_.size()), 4);
    auto const is_hex = digits.find_first_not_of("0123456789abcdefABCDEF") == digits.npos;
    if (letter == 'u' && digits.size() == 4 && is_hex) {
      at_ += 6;
      return utf8(static_cast<unsigned>(std::stoul(std::string(digits), nullptr, 16)));
    }
    return jql_error(
        fmt::format(
            "'\\{}' is an illegal JQL escape sequence. The valid escape sequences are \\', \\\", "
            "\\t, \\n, \\r, \\\\, '\\ ' and \\uXXXX.",
            letter
        ),
        at_ + 1
    );
  }

  // "cf[10016]" is a word, though brackets are reserved.
  Or<std::string> word() {
    std::string out;
    while (at_ < text_.size() && !ends_word(text_[at_])) {
      auto const c = text_[at_];
      auto const is_custom = (c == '[' && out == "cf") || (c == ']' && out.starts_with("cf["));
      if (c == '\\') {
        DAVIT_TRY(auto const piece, escape());
        out += piece;
        continue;
      }
      if (!is_custom && kReserved.find(c) != kReserved.npos) return reserved(c);
      out += c;
      ++at_;
    }
    if (out.empty()) return reserved(text_[at_]);
    return out;
  }

  http::Response reserved(char c) const {
    return jql_error(
        fmt::format(
            "The character '{}' is a reserved JQL character. You must enclose it in a string or "
            "use the escape '\\u{:04x}' instead.",
            c,
            static_cast<unsigned>(static_cast<unsigned char>(c))
        ),
        at_ + 1
    );
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

http::Response jql_error(std::string_view text, std::size_t at) {
  return error(400, fmt::format("Error in the JQL Query: {} (line 1, character {})", text, at));
}

Or<std::vector<JqlToken>> lex_jql(std::string_view text) { return Lexer(text).run(); }

}  // namespace davit::sandbox::atlassian
