// Content: what tools and prompts answer with, and what resources hold. The richest form, that of
// 2026-07-28; what an older client does not know is put into words when it is written
// (projection.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "json/json.h"
#include "mcp/protocol.h"

namespace davit::mcp {

// For whom a block is, and how much it matters. Schema "Annotations".
struct Annotations {
  bool for_user = false;
  bool for_assistant = false;      // neither: nothing is said
  std::optional<double> priority;  // 0 to 1
  std::string last_modified;       // ISO 8601, from 2025-06-18 on; optional
};

// What stands behind a URI: text, or bytes, which are written as base64.
struct ResourceContents {
  std::string uri;
  std::string mime_type;            // optional
  std::string text;                 // UTF-8; every malformed byte becomes U+FFFD
  std::optional<std::string> blob;  // when set, `text` is ignored
};

struct Content {
  struct Text {
    std::string text;
  };
  struct Image {
    std::string bytes;
    std::string mime_type;
  };
  struct Audio {  // from 2025-03-26 on
    std::string bytes;
    std::string mime_type;
  };
  struct Link {  // from 2025-06-18 on
    std::string uri;
    std::string name;
    std::string title;  // optional, as is what follows
    std::string description;
    std::string mime_type;
    std::optional<std::uint64_t> size;  // bytes
  };
  std::variant<Text, Image, Audio, ResourceContents, Link> block;
  std::optional<Annotations> annotations = {};

  // The text of a text block; null pointer for the others.
  const std::string* if_text() const {
    auto const* text = std::get_if<Text>(&block);
    return text == nullptr ? nullptr : &text->text;
  }

  static Content text(std::string text) { return {Text{std::move(text)}}; }
  static Content image(std::string bytes, std::string mime_type) {
    return {Image{std::move(bytes), std::move(mime_type)}};
  }
  static Content audio(std::string bytes, std::string mime_type) {
    return {Audio{std::move(bytes), std::move(mime_type)}};
  }
  static Content resource(ResourceContents contents) { return {std::move(contents)}; }
  static Content link(Link link) { return {std::move(link)}; }
};

}  // namespace davit::mcp
