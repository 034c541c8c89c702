#include <map>
#include <utility>

#include <fmt/format.h>

#include "base/strings.h"
#include "connectors/atlassian/adf/atoms.h"
#include "connectors/atlassian/adf/edit_parts.h"
#include "connectors/atlassian/adf/from_markdown.h"
#include "connectors/atlassian/adf/node.h"
#include "connectors/atlassian/adf/to_markdown.h"

namespace davit::connectors::atlassian::adf {
namespace {

constexpr std::string_view kOther = "\xEF\xBF\xBC";  // object replacement character
constexpr std::size_t kMostCandidates = 5;

void visit_blocks(TextBlock& at, const std::function<void(const TextBlock&)>& visit) {
  auto const type = type_of(*at.node);
  if (holds_inline(type) || type == "codeBlock") return visit(at);
  auto const is_hidden = !at.above.empty() && treatment_of(*at.node) == Treatment::marker;
  if (is_hidden || at.above.size() >= kMaxNesting) return;
  auto* content = content_of(*at.node);
  if (content == nullptr) return;
  at.above.push_back(at.node);
  for (std::size_t i = 0; i < content->size(); ++i) {
    at.node = &(*content)[i];
    at.place.push_back(i);
    visit_blocks(at, visit);
    at.place.pop_back();
  }
  at.node = at.above.back();
  at.above.pop_back();
}

struct Hit {
  TextBlock block;
  std::size_t position;
};

std::vector<Hit> search(json::Value& doc, std::string_view wanted) {
  std::vector<Hit> hits;
  for_each_text_block(doc, [&](const TextBlock& block) {
    for (auto const position : positions(flat_text(*block.node), wanted)) {
      hits.push_back({block, position});
    }
  });
  return hits;
}

// The text about a hit.
std::string around(const Hit& hit) {
  constexpr std::size_t kBefore = 40;
  constexpr std::size_t kLength = 100;
  auto const text = flat_text(*hit.block.node);
  auto first = hit.position < kBefore ? 0 : hit.position - kBefore;
  while (first > 0 && (static_cast<unsigned char>(text[first]) & 0xC0) == 0x80) --first;
  auto const shown = utf8_prefix(std::string_view(text).substr(first), kLength);
  auto const* const more = first + shown.size() < text.size() ? "..." : "";
  return fmt::format("{}{}{}", first > 0 ? "..." : "", shown, more);
}

// An anchor that was copied from Markdown, as it reads.
std::string as_it_reads(std::string_view anchor, const Opaque& originals) {
  auto const content = inline_from_markdown(anchor, &originals);
  return content ? flat_text(make_node("paragraph", *content)) : "";
}

void count_ids(
    const json::Value& node, std::map<std::string, int, std::less<>>& ids, std::size_t depth
) {
  if (auto const id = attribute(node, "localId"); !id.empty()) ++ids[std::string(id)];
  auto const* content = content_of(node);
  if (content == nullptr || depth > kMaxNesting) return;
  for (auto const& child : *content) count_ids(child, ids, depth + 1);
}

void renew_ids(json::Value& node, std::map<std::string, int, std::less<>>& ids) {
  auto const type = type_of(node);
  if (type == "taskList" || type == "taskItem") {
    std::string id(attribute(node, "localId"));
    for (auto n = 1; ids.contains(id); ++n) id = fmt::format("davit-e{}-{}", ids.size(), n);
    node.get_object()["attrs"].get_object()["localId"] = id;
    ++ids[id];
  }
  if (auto* content = content_of(node)) {
    for (auto& child : *content) renew_ids(child, ids);
  }
}

}  // namespace

void for_each_text_block(json::Value& doc, const std::function<void(const TextBlock&)>& visit) {
  TextBlock at{&doc, {}, {}};
  visit_blocks(at, visit);
}

std::string flat_text(const json::Value& block) {
  std::string out;
  auto const* content = content_of(block);
  if (content == nullptr) return out;
  for (auto const& node : *content) {
    auto const type = type_of(node);
    out += type == "text" ? text_of(node) : type == "hardBreak" ? "\n" : kOther;
  }
  return out;
}

std::vector<std::size_t> positions(std::string_view text, std::string_view wanted) {
  std::vector<std::size_t> found;
  if (wanted.empty()) return found;
  for (std::size_t at = 0; (at = text.find(wanted, at)) != text.npos; at += wanted.size()) {
    found.push_back(at);
  }
  return found;
}

Result<Found> find_text(json::Value& doc, const Edit& edit, const Opaque& originals) {
  auto wanted = edit.anchor;
  if (wanted.empty()) return Error(ErrorKind::invalid_input, "the anchor is empty");
  auto hits = search(doc, wanted);
  if (hits.empty()) {
    wanted = as_it_reads(edit.anchor, originals);
    hits = search(doc, wanted);
  }
  if (hits.empty()) {
    return Error(
        ErrorKind::not_found,
        fmt::format(
            "\"{}\" is not in the document (0 times); an anchor is text within one paragraph, "
            "heading, cell, task or code block, exactly as it reads",
            excerpt(edit.anchor)
        )
    );
  }
  if (edit.occurrence > hits.size() || (edit.occurrence == 0 && hits.size() > 1)) {
    std::string candidates;
    for (std::size_t i = 0; i < std::min(kMostCandidates, hits.size()); ++i) {
      candidates += fmt::format("\n{}. {}", i + 1, around(hits[i]));
    }
    return Error(
        ErrorKind::invalid_input,
        fmt::format(
            "\"{}\" is there {} times; say which, or quote more of it:{}",
            excerpt(edit.anchor),
            hits.size(),
            candidates
        )
    );
  }
  auto& hit = hits[edit.occurrence == 0 ? 0 : edit.occurrence - 1];
  return Found{std::move(hit.block), hit.position, std::move(wanted)};
}

Result<json::Array> new_blocks(
    const json::Value& doc, std::string_view text, const Opaque& originals, std::string_view parent
) {
  DAVIT_TRY(auto blocks, blocks_from_markdown(text, &originals, parent));
  std::map<std::string, int, std::less<>> ids;
  count_ids(doc, ids, 0);
  for (auto& block : blocks) renew_ids(block, ids);
  return blocks;
}

std::string excerpt(std::string_view text) {
  constexpr std::size_t kLongest = 200;
  auto const shown = utf8_prefix(text, kLongest);
  return std::string(shown) + (shown.size() < text.size() ? "..." : "");
}

std::string excerpt_of(const json::Value& node) {
  json::Array one;
  one.push_back(node);
  auto text = to_markdown(make_node("doc", std::move(one)));
  if (text.ends_with('\n')) text.pop_back();
  return excerpt(text);
}

}  // namespace davit::connectors::atlassian::adf
