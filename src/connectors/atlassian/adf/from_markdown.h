// GitHub Flavored Markdown, as models write it, to the Atlassian Document Format.
//
// Beside GFM it reads the forms that to_markdown writes: mentions `@[Name](accountId)` and
// `[~accountid:ID]`, `[STATUS: text (colour)]`, `[DATE: 2026-11-20]`, alerts `> [!NOTE]` as panels,
// <details> as expands, the tags strong, em, del, u, sub, sup, code and br, an address alone on its
// line or in angle brackets as a card, attachments' images and opaque markers as what they stand
// for in the original. Other HTML is text. Links are http, https, mailto or relative; any other is
// kept as the text that it was written as.
// What ADF does not allow in a place is put in the nearest way: a heading in a list or a quote is a
// bold paragraph, a quote in a quote is its content, a table in a list is lines of text.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.h"
#include "connectors/atlassian/adf/opaque.h"
#include "json/json.h"

namespace davit::connectors::atlassian::adf {

inline constexpr std::size_t kMaxMarkdownBytes = 1U << 20U;

// A document; equal input gives an equal document. `originals` must be of the document that the
// Markdown came from; nodes of it that show the same way are taken over whole. The local ids of new
// tasks are unlike those in `originals`.
// Errors: invalid_input for text that is too large, for a marker that names nothing, is not closed,
// or stands where its node may not. Malformed UTF-8 becomes U+FFFD.
Result<json::Value> from_markdown(std::string_view markdown, const Opaque* originals = nullptr);

// The same for blocks that are to stand in a node of type `parent`.
Result<json::Array> blocks_from_markdown(
    std::string_view markdown, const Opaque* originals, std::string_view parent
);
// Only the inline nodes of one paragraph: invalid_input when the text has more.
Result<json::Array> inline_from_markdown(std::string_view markdown, const Opaque* originals);

}  // namespace davit::connectors::atlassian::adf
