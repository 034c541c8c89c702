#include <map>
#include <utility>

#include <fmt/format.h>

#include "connectors/atlassian/adf/block_builder.h"

namespace davit::connectors::atlassian::adf {
namespace {

bool is_html(const Piece& piece, std::string_view text) {
  return piece.kind == Piece::Kind::html && piece.text == text;
}

Entry make_entry(Entry::Kind kind, std::vector<Piece> pieces) {
  Entry entry;
  entry.kind = kind;
  entry.block.kind = Block::Kind::paragraph;
  entry.block.pieces = std::move(pieces);
  return entry;
}

// The summary that begins at `at`, which is moved behind it.
void read_summary(const std::vector<Piece>& pieces, std::size_t& at, Entry& entry) {
  auto const skip_break = [&] {
    if (at < pieces.size() && pieces[at].kind == Piece::Kind::soft_break) ++at;
  };
  skip_break();
  if (at < pieces.size() && is_html(pieces[at], "<summary>")) {
    std::string title;
    for (auto i = at + 1; i < pieces.size(); ++i) {
      if (is_html(pieces[i], "</summary>")) {
        entry.title = std::move(title);
        entry.has_title = true;
        at = i + 1;
        break;
      }
      title += pieces[i].kind == Piece::Kind::soft_break ? " " : pieces[i].text;
    }
  }
  skip_break();
}

void add_details(Block block, std::vector<Entry>& out) {
  auto& pieces = block.pieces;
  std::size_t at = 0;
  if (is_html(pieces.front(), "<details>") || is_html(pieces.front(), "<details open>")) {
    at = 1;
    Entry entry = make_entry(Entry::Kind::details_open, {});
    read_summary(pieces, at, entry);
    entry.block.pieces.assign(pieces.begin(), pieces.begin() + std::ptrdiff_t(at));
    if (entry.block.pieces.back().kind == Piece::Kind::soft_break) entry.block.pieces.pop_back();
    out.push_back(std::move(entry));
  }
  pieces.erase(pieces.begin(), pieces.begin() + std::ptrdiff_t(at));
  if (pieces.empty()) return;
  auto const closes = is_html(pieces.back(), "</details>");
  auto last = std::move(pieces.back());
  if (closes)
    pieces.pop_back();
  else
    pieces.back() = std::move(last);
  if (closes && !pieces.empty() && pieces.back().kind == Piece::Kind::soft_break) pieces.pop_back();
  if (!pieces.empty()) out.push_back(make_entry(Entry::Kind::block, std::move(pieces)));
  if (!closes) return;
  std::vector<Piece> tag;
  tag.push_back(std::move(last));
  out.push_back(make_entry(Entry::Kind::details_close, std::move(tag)));
}

bool has_details(const Block& block) {
  if (block.kind != Block::Kind::paragraph || block.pieces.empty()) return false;
  auto const& first = block.pieces.front();
  return is_html(first, "<details>") || is_html(first, "<details open>") ||
         is_html(block.pieces.back(), "</details>");
}

// A paragraph that is one marker of a shell.
bool is_shell(const Conversion& conversion, const Block& block, Marker& marker) {
  if (block.kind != Block::Kind::paragraph || block.pieces.size() != 1) return false;
  auto const& piece = block.pieces[0];
  if (piece.kind != Piece::Kind::html || !read_marker(piece.text, marker)) return false;
  if (conversion.originals == nullptr) return false;
  auto const* node = conversion.originals->node(marker.number);
  return node != nullptr && treatment_of(*node) == Treatment::shell;
}

// One key for all <details>, one for each shell.
std::size_t key_of(const Entry& entry) {
  auto const is_details =
      entry.kind == Entry::Kind::details_open || entry.kind == Entry::Kind::details_close;
  return is_details ? 0 : entry.number + 1;
}

void pair_up(std::vector<Entry>& entries) {
  std::vector<std::size_t> open;
  std::map<std::size_t, std::size_t> counts;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    auto const kind = entries[i].kind;
    auto const key = key_of(entries[i]);
    if (kind == Entry::Kind::details_open || kind == Entry::Kind::shell_open) {
      open.push_back(i);
      ++counts[key];
    } else if (kind != Entry::Kind::block && counts[key] > 0) {
      for (auto is_found = false; !is_found; open.pop_back()) {
        auto& other = entries[open.back()];
        --counts[key_of(other)];
        is_found = key_of(other) == key;
        if (!is_found) continue;
        other.partner = i;
        entries[i].partner = open.back() + 1;
      }
    }
  }
}

}  // namespace

std::vector<Entry> find_enclosures(
    Conversion& conversion, std::vector<Block> blocks, bool details_allowed
) {
  std::vector<Entry> entries;
  entries.reserve(blocks.size());
  for (auto& block : blocks) {
    Marker marker;
    if (is_shell(conversion, block, marker)) {
      auto const kind = marker.closes ? Entry::Kind::shell_close : Entry::Kind::shell_open;
      auto entry = make_entry(kind, std::move(block.pieces));
      entry.number = marker.number;
      entries.push_back(std::move(entry));
    } else if (details_allowed && has_details(block)) {
      add_details(std::move(block), entries);
    } else {
      entries.emplace_back().block = std::move(block);
    }
  }
  pair_up(entries);
  for (auto& entry : entries) {
    if (entry.partner != 0 || entry.kind == Entry::Kind::block) continue;
    if (entry.kind == Entry::Kind::shell_open || entry.kind == Entry::Kind::shell_close) {
      conversion.fail(fmt::format(
          "adf:{} begins with <!-- adf:{} ... --> and ends with <!-- /adf:{} -->, side by side; "
          "one "
          "of them is missing",
          entry.number,
          entry.number,
          entry.number
      ));
    }
    entry.kind = Entry::Kind::block;
  }
  return entries;
}

}  // namespace davit::connectors::atlassian::adf
