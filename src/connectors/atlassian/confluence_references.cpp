#include "connectors/atlassian/confluence_references.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/base64.h"
#include "base/strings.h"
#include "connector/arguments.h"
#include "connectors/atlassian/confluence_tables.h"

namespace davit::connectors::atlassian {
namespace {

constexpr std::size_t kMostDigits = 18;

Error refuse(Str name, std::string_view why) {
  return Error(ErrorKind::invalid_input, fmt::format("{} {}", name, why));
}

bool is_address(std::string_view text) { return text.find("://") != std::string_view::npos; }

// A part of a web address: decoded, and with '+' for blanks where Confluence writes titles.
std::string words_of(std::string_view piece) {
  std::string text(piece);
  std::ranges::replace(text, '+', ' ');
  return http::percent_decode(text).value_or("");
}

// The pieces behind /wiki and the query of an address of this site.
struct WebAddress {
  std::vector<std::string> pieces;
  std::vector<std::pair<std::string, std::string>> query;

  std::string_view piece(std::size_t at) const {
    return at < pieces.size() ? std::string_view(pieces[at]) : std::string_view();
  }
  std::string_view value(std::string_view name) const {
    auto const found = std::ranges::find(query, name, [](auto const& pair) -> std::string_view {
      return pair.first;
    });
    return found == query.end() ? std::string_view() : std::string_view(found->second);
  }
};

Result<WebAddress> parse_address(Str name, std::string_view text, const http::Url& base) {
  auto const url = http::parse_url(text);
  // Its own message repeats the text, which may hold a password.
  if (!url) return refuse(name, "is no web address that can be used");
  if (base.path.starts_with("/ex/")) {
    return refuse(
        name,
        "must be an id here: this server works through Atlassian's gateway, and an address does "
        "not show whether it is of the same site"
    );
  }
  if (!url->same_origin(base)) {
    return refuse(
        name,
        fmt::format(
            "is an address at {}, and this server works with {}", url->origin(), base.origin()
        )
    );
  }
  WebAddress address{.query = http::parse_query(url->query)};
  for (auto const piece : split(url->path, '/')) {
    if (!piece.empty()) address.pieces.emplace_back(piece);
  }
  if (address.piece(0) != "wiki") return refuse(name, "is no address of Confluence");
  address.pieces.erase(address.pieces.begin());
  return address;
}

// .../spaces/KEY/pages/ID/Title, .../spaces/KEY/pages/edit-v2/ID, .../pages/viewpage.action?pageId=
// ID, .../x/TINY, .../display/KEY/Title: an id, or SPACE:Title. Empty for the address of something
// else. https://support.atlassian.com/confluence-cloud/docs/copy-a-link-to-a-page/
std::string page_in(const WebAddress& address) {
  if (auto const id = address.value("pageId"); is_number(id)) return std::string(id);
  if (address.piece(0) == "x") return id_of_tiny(address.piece(1)).value_or("");
  if (address.piece(0) == "display" && address.pieces.size() > 2) {
    return fmt::format("{}:{}", words_of(address.piece(1)), words_of(address.piece(2)));
  }
  if (address.piece(0) != "spaces" || address.piece(2) != "pages") return {};
  for (auto const at : {3U, 4U}) {
    if (is_number(address.piece(at))) return std::string(address.piece(at));
  }
  return {};
}

std::string space_in(const WebAddress& address) {
  auto const is_space = address.piece(0) == "spaces" || address.piece(0) == "display";
  return is_space ? words_of(address.piece(1)) : std::string();
}

std::string comment_in(const WebAddress& address) {
  auto const id = address.value("focusedCommentId");
  return is_number(id) ? std::string(id) : std::string();
}

struct Reference {
  Str name;
  std::string (*read)(const WebAddress& address);
  Str what;
};

constexpr Reference kReferences[] = {
    {"page", page_in, "a page"},
    {"parent", page_in, "a page"},
    {"target", page_in, "a page"},
    {"space", space_in, "a space"},
    {"comment", comment_in, "a comment"},
    {"reply_to", comment_in, "a comment"},
};

}  // namespace

bool is_number(Str text) {
  return !text.empty() && text.size() <= kMostDigits &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::string tiny_of(std::string_view id) {
  std::uint64_t number = 0;
  std::from_chars(id.data(), id.data() + id.size(), number);
  std::string bytes;
  for (; number > 0; number >>= 8U) bytes += static_cast<char>(number & 0xFFU);
  auto tiny = base64_encode(bytes);
  while (tiny.ends_with('A') || tiny.ends_with('=')) tiny.pop_back();
  std::ranges::replace(tiny, '+', '_');
  std::ranges::replace(tiny, '/', '-');
  return tiny;
}

std::optional<std::string> id_of_tiny(std::string_view tiny) {
  constexpr std::size_t kCharacters = 12;  // of nine bytes
  if (tiny.empty() || tiny.size() > kCharacters) return std::nullopt;
  std::string text(tiny);
  std::ranges::replace(text, '_', '+');
  std::ranges::replace(text, '-', '/');
  text.resize(kCharacters, 'A');
  auto const bytes = base64_decode(text);
  if (!bytes || (*bytes)[7] != '\0' || (*bytes)[8] != '\0') return std::nullopt;
  std::uint64_t number = 0;
  for (std::size_t at = 7; at-- > 0;) {
    number = (number << 8U) | static_cast<unsigned char>((*bytes)[at]);
  }
  if (number == 0) return std::nullopt;
  return fmt::format("{}", number);
}

Result<> resolve_confluence_references(
    const Tool& tool, const http::Url& base, json::Object& arguments
) {
  if (!tool.name.starts_with("confluence_")) return {};
  for (auto const& reference : kReferences) {
    if (find_param(tool, reference.name) == nullptr) continue;
    std::string const text(trim(connector::text_of(arguments, reference.name)));
    if (text.empty()) continue;
    arguments[reference.name] = text;
    if (!is_address(text)) continue;
    DAVIT_TRY(auto const address, parse_address(reference.name, text, base));
    auto const found = reference.read(address);
    if (found.empty()) {
      return refuse(reference.name, fmt::format("is not the web address of {}", reference.what));
    }
    arguments[reference.name] = found;
  }
  return {};
}

}  // namespace davit::connectors::atlassian
