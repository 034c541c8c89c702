#include "sandbox/confluence/adf.h"

#include <algorithm>
#include <vector>

#include "base/strings.h"
#include "sandbox/confluence/answers.h"

namespace davit::sandbox::confluence {
namespace {

constexpr std::string_view kTextBlocks =
    "paragraph heading codeBlock taskItem decisionItem caption";

json::Array* content_of(json::Value& node) {
  if (!node.is_object()) return nullptr;
  auto* content = node.get_object().if_contains("content");
  return content == nullptr ? nullptr : content->if_array();
}

const json::Array* content_of(const json::Value& node) {
  auto const* content = member(node, "content");
  return content == nullptr ? nullptr : content->if_array();
}

std::string leaf_text(const json::Value& node) {
  auto const type = text_of(member(node, "type"));
  if (type == "text") return text_of(member(node, "text"));
  if (type == "hardBreak") return "\n";
  auto const* attrs = member(node, "attrs");
  if (attrs == nullptr) return {};
  if (type == "date") return text_of(member(*attrs, "timestamp"));
  if (type == "inlineCard" || type == "blockCard") return text_of(member(*attrs, "url"));
  return text_of(member(*attrs, "text"));
}

void append_text(std::string& out, const json::Value& node) {
  auto const* content = content_of(node);
  if (content == nullptr) {
    out += leaf_text(node);
    return;
  }
  for (auto const& child : *content) append_text(out, child);
  if (has_word(kTextBlocks, text_of(member(node, "type")))) out += '\n';
}

// Text that lies side by side: a selection goes across text nodes, not across anything else.
struct Run {
  json::Array* nodes;
  std::size_t first;
  std::size_t last;  // behind
  std::string text;
};

// Text of a code block takes no marks, so nothing there can be selected.
void collect_runs(json::Value& node, std::vector<Run>& runs) {
  auto* content = content_of(node);
  if (content == nullptr || text_of(member(node, "type")) == "codeBlock") return;
  for (std::size_t i = 0; i < content->size(); ++i) {
    auto& child = (*content)[i];
    if (text_of(member(child, "type")) != "text") {
      collect_runs(child, runs);
      continue;
    }
    Run run{content, i, i, {}};
    while (run.last < content->size() && text_of(member((*content)[run.last], "type")) == "text") {
      run.text += text_of(member((*content)[run.last++], "text"));
    }
    i = run.last - 1;
    runs.push_back(std::move(run));
  }
}

json::Value with_text(const json::Value& node, std::string_view text) {
  auto copy = node;
  copy.get_object()["text"] = text;
  return copy;
}

json::Value with_mark(json::Value node, std::string_view id) {
  auto& marks = node.get_object()["marks"];
  if (!marks.is_array()) marks = json::Array();
  marks.get_array().emplace_back(json::Object{
      {"type", "annotation"},
      {"attrs", json::Object{{"annotationType", "inlineComment"}, {"id", id}}}
  });
  return node;
}

void mark_range(const Run& run, std::size_t begin, std::size_t end, std::string_view id) {
  json::Array rebuilt;
  std::size_t at = 0;
  for (std::size_t i = 0; i < run.nodes->size(); ++i) {
    auto const& node = (*run.nodes)[i];
    if (i < run.first || i >= run.last) {
      rebuilt.push_back(node);
      continue;
    }
    auto const text = text_of(member(node, "text"));
    auto const from = std::clamp(begin, at, at + text.size()) - at;
    auto const to = std::clamp(end, at, at + text.size()) - at;
    at += text.size();
    if (from == to) {
      rebuilt.push_back(node);
      continue;
    }
    if (from > 0) rebuilt.push_back(with_text(node, std::string_view(text).substr(0, from)));
    rebuilt.push_back(with_mark(with_text(node, std::string_view(text).substr(from, to - from)), id)
    );
    if (to < text.size()) rebuilt.push_back(with_text(node, std::string_view(text).substr(to)));
  }
  *run.nodes = std::move(rebuilt);
}

}  // namespace

std::string adf_text(const json::Value& document) {
  std::string out;
  append_text(out, document);
  return out;
}

int count_matches(const json::Value& document, std::string_view selection) {
  if (selection.empty()) return 0;
  auto copy = document;
  std::vector<Run> runs;
  collect_runs(copy, runs);
  int count = 0;
  for (auto const& run : runs) {
    auto at = run.text.find(selection);
    for (; at != std::string::npos; at = run.text.find(selection, at + selection.size())) ++count;
  }
  return count;
}

bool annotate(json::Value& document, std::string_view selection, int index, std::string_view id) {
  if (selection.empty()) return false;
  std::vector<Run> runs;
  collect_runs(document, runs);
  for (auto const& run : runs) {
    auto at = run.text.find(selection);
    for (; at != std::string::npos; at = run.text.find(selection, at + selection.size())) {
      if (index-- > 0) continue;
      mark_range(run, at, at + selection.size(), id);
      return true;
    }
  }
  return false;
}

bool has_annotation(const json::Value& document, std::string_view id) {
  if (auto const* marks = member(document, "marks"); marks != nullptr && marks->is_array()) {
    for (auto const& mark : marks->get_array()) {
      if (json::find_string(mark, "attrs.id") == id) return true;
    }
  }
  auto const* content = content_of(document);
  if (content == nullptr) return false;
  for (auto const& child : *content) {
    if (has_annotation(child, id)) return true;
  }
  return false;
}

json::Value adf_of_text(std::string_view text) {
  json::Array blocks;
  for (auto const line : split(text, '\n')) {
    if (line.empty()) continue;
    blocks.emplace_back(json::Object{
        {"type", "paragraph"}, {"content", array_of(json::Object{{"type", "text"}, {"text", line}})}
    });
  }
  return json::Object{{"type", "doc"}, {"version", 1}, {"content", std::move(blocks)}};
}

}  // namespace davit::sandbox::confluence
