#include <map>
#include <utility>

#include <fmt/format.h>

#include "base/strings.h"
#include "connectors/atlassian/adf/atoms.h"
#include "connectors/atlassian/adf/check.h"
#include "connectors/atlassian/adf/node.h"
#include "connectors/atlassian/adf/opaque.h"

namespace davit::connectors::atlassian::adf {
namespace {

// What a document has of what can be lost: how often, and what to call it.
class Inventory {
 public:
  struct Thing {
    std::size_t count = 0;
    std::string words;
  };

  explicit Inventory(const json::Value& doc) {
    if (auto const* content = content_of(doc)) {
      for (auto const& child : *content) visit(child, 1);
    }
  }

  const std::map<std::string, Thing>& things() const { return things_; }

 private:
  void add(std::string key, std::string words) {
    auto& thing = things_[std::move(key)];
    ++thing.count;
    if (thing.words.empty()) thing.words = std::move(words);
  }

  void visit(const json::Value& node, std::size_t depth) {
    if (depth > kMaxNesting || !node.is_object()) return;
    auto const type = type_of(node);
    note_annotations(node);
    if (type == "media" || type == "mediaInline") {
      auto const key = original_key(node);
      auto const name = attribute(node, "alt");
      add("media " + key, fmt::format("the attachment {} ({})", name.empty() ? "file" : name, key));
    }
    if (auto const treatment = treatment_of(node); treatment != Treatment::native) {
      auto shell = node;
      if (treatment == Treatment::shell) shell.get_object().erase("content");
      auto words = marker(node, 0);
      constexpr std::string_view kBefore = "<!-- adf:0 ";
      words = words.substr(kBefore.size(), words.size() - kBefore.size() - 4);
      add("node " + json::canonical(shell), "the node " + words);
    }
    if (auto const* content = content_of(node)) {
      for (auto const& child : *content) visit(child, depth + 1);
    }
  }

  void note_annotations(const json::Value& node) {
    auto const* marks = marks_of(node);
    if (marks == nullptr) return;
    for (auto const& mark : *marks) {
      if (type_of(mark) != "annotation") continue;
      std::string text;
      append_plain(text, node);
      constexpr std::size_t kLongest = 60;
      auto const id = attribute(mark, "id");
      add(fmt::format("comment {}", id),
          fmt::format("the inline comment on \"{}\"", utf8_prefix(text, kLongest)));
    }
  }

  std::map<std::string, Thing> things_;
};

}  // namespace

std::vector<std::string> losses(const json::Value& old_doc, const json::Value& new_doc) {
  Inventory const before(old_doc);
  Inventory const after(new_doc);
  std::vector<std::string> out;
  for (auto const& [key, thing] : before.things()) {
    auto const found = after.things().find(key);
    auto const left = found == after.things().end() ? 0 : found->second.count;
    // One comment may cover several texts: it is there as long as one of them is.
    auto const is_lost = key.starts_with("comment ") ? left == 0 : left < thing.count;
    if (is_lost) out.push_back(thing.words);
  }
  return out;
}

}  // namespace davit::connectors::atlassian::adf
