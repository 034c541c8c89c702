// Text: the few operations on bytes and UTF-8 that std lacks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace davit {

// ASCII only; other bytes compare as they are.
bool iequals(std::string_view a, std::string_view b);
std::string to_lower(std::string_view text);

// Without leading and trailing spaces and tabs.
std::string_view trim(std::string_view text);

// The pieces between separators, empty ones included. The views live as long as `text`.
std::vector<std::string_view> split(std::string_view text, char separator);

// True when there is a control character of ASCII other than the tab, which no field of an HTTP
// message may have (RFC 9110, 5.5).
bool has_control_character(std::string_view text);

// True when `text` is well-formed UTF-8 (no overlong forms, no surrogates).
bool is_utf8(std::string_view text);

// The longest prefix of at most `max_bytes` bytes that does not cut a UTF-8 character.
std::string_view utf8_prefix(std::string_view text, std::size_t max_bytes);

// Replaces every malformed byte by U+FFFD, so that the result is always UTF-8.
std::string to_utf8(std::string_view text);

// Appends `text` as a JSON string, in quotes (RFC 8259, 7). It must be UTF-8.
void append_json_string(std::string& out, std::string_view text);

// Append a JSON number (RFC 8259, 6). A double gets the fewest digits that read back as the same
// value, and an exponent only where JavaScript writes one: 61.2, 5, 1e+30. What is not finite has
// no number and becomes null.
void append_json_number(std::string& out, std::int64_t number);
void append_json_number(std::string& out, double number);

// The candidate that is most like `word`, for "did you mean"; empty when none is near.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace davit
