// Atoms: the nodes that Markdown shows as a short word of their own. Inside this folder only.
//   mention      @[Name](accountId), [~accountid:ID] when it has no name
//   status       [STATUS: text (colour)]
//   date         [DATE: 2026-11-20], with (milliseconds) behind when it is not midnight, UTC
//   emoji        :name:
//   inlineCard   <https://...>
//   media        ![name](attachment:ID), ![name](https://...)
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "json/json.h"

namespace davit::connectors::atlassian::adf {

// Empty when the node has no such form, as when an attribute is missing.
std::string atom_markdown(const json::Value& node);

// What a node of an original is found by again: an atom by its Markdown, media by the source of the
// image, a task by its text. Empty for others.
std::string original_key(const json::Value& node);

// Longest text between [ and ] of a status or a date, in bytes.
inline constexpr std::size_t kMostInside = 512;

// The reverse, from the text between [ and ]. Nothing when it is no such word.
std::optional<json::Value> read_status(std::string_view inside);
std::optional<json::Value> read_date(std::string_view inside);
json::Value mention(std::string_view id, std::string_view name);
bool is_account_id(std::string_view text);

// NOTE of `> [!NOTE]` for a type of panel, and back; empty when there is none.
std::string_view panel_word(std::string_view type);
std::string_view panel_type(std::string_view word);

// http, https, mailto, or relative.
bool is_safe_link(std::string_view url);
bool is_web_address(std::string_view url);
bool is_label_character(char c);

// The text of a node without any form, for keys, headings and search.
void append_plain(std::string& out, const json::Value& node, std::size_t depth = 0);

}  // namespace davit::connectors::atlassian::adf
