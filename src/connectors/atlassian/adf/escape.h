// Text as Markdown that reads back as the same text. Inside this folder only.
// CommonMark 0.31.2: 2.4 backslash escapes, 2.5 entities, 6.1 code spans; GFM 0.29: 4.10, 6.9.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace davit::connectors::atlassian::adf {

class Opaque;

// Everything that could mean something within a line, and our own forms: mentions, [STATUS: ...],
// and such :emoji: as `known`, the document's, has. Control characters become character references,
// as Markdown would turn them to blanks.
std::string escape_text(std::string_view text, const Opaque* known = nullptr);

// What would begin a block, at the start of a line of text from escape_text.
void escape_line_start(std::string& line);

// For a link's destination and title, an image's, and a fence's language: everything but the
// plainest characters as character references.
std::string escape_attribute(std::string_view text, bool with_blanks);

// A code span; <code> where a span could not hold the text.
std::string code_span(std::string_view text, bool in_table);

// The length of the longest run of `c`.
std::size_t longest_run(std::string_view text, char c);

// Appends a character as UTF-8; U+FFFD for what is none.
void append_utf8(std::string& out, std::uint32_t character);

// The text of a character reference such as &#32; or &amp;; as it stands when it is not known.
std::string decode_entity(std::string_view entity);

inline bool is_alnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}
inline bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace davit::connectors::atlassian::adf
