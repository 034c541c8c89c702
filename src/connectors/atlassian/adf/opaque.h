// Opaque: what of a document Markdown cannot say, numbered, so that it can be put back unchanged.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "json/json.h"

namespace davit::connectors::atlassian::adf {

// How a node goes into Markdown.
enum class Treatment {
  native,  // has a form in Markdown
  marker,  // stands for itself as `<!-- adf:N name -->`
  shell,   // between `<!-- adf:N name -->` and `<!-- /adf:N -->`; its content is Markdown
};
Treatment treatment_of(const json::Value& node);

// The opaque nodes of one document, numbered in the order of the document from 0; and its nodes
// that Markdown shows but does not hold wholly (a mention's, a status', a task's local id, media),
// by how Markdown shows them. Keeps pointers: the document must outlive it, unchanged.
class Opaque {
 public:
  explicit Opaque(const json::Value& doc);

  std::size_t size() const { return nodes_.size(); }
  // Null when there is no such node.
  const json::Value* node(std::size_t number) const;
  bool is_inline(std::size_t number) const { return inline_.at(number); }
  // The number of an opaque node of the document; size() for any other.
  std::size_t number_of(const json::Value& node) const;

  // The nodes found by this key (original_key in atoms.h), in order; null when there are none.
  const std::vector<const json::Value*>* shown_as(const std::string& key) const;
  // The block an attachment's node stands in: its mediaSingle or mediaGroup; itself when inline.
  const json::Value* parent_of(const json::Value* node) const;
  // True when the document uses this localId.
  bool has_local_id(std::string_view id) const { return local_ids_.contains(id); }

 private:
  void collect(const json::Value& node, const json::Value* parent, std::size_t depth);

  std::vector<const json::Value*> nodes_;
  std::vector<bool> inline_;
  std::unordered_map<const json::Value*, std::size_t> numbers_;
  std::unordered_map<std::string, std::vector<const json::Value*>> shown_;
  std::unordered_map<const json::Value*, const json::Value*> parents_;
  std::map<std::string, int, std::less<>> local_ids_;
};

// "<!-- adf:3 toc -->" and, for a shell, "<!-- /adf:3 -->".
std::string marker(const json::Value& node, std::size_t number);
std::string closing_marker(std::size_t number);

struct Marker {
  std::size_t number = 0;
  bool closes = false;
};
// Reads a whole comment; false when it is no marker.
bool read_marker(std::string_view html, Marker& out);

}  // namespace davit::connectors::atlassian::adf
