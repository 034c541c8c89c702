#include "connectors/atlassian/adf/check.h"

#include <optional>

#include <fmt/format.h>

#include "base/strings.h"
#include "connectors/atlassian/adf/node.h"
#include "connectors/atlassian/adf/rules.h"

namespace davit::connectors::atlassian::adf {
namespace {

// What is wrong, with the way to it; nothing when all is well.
using Complaint = std::optional<std::string>;

Complaint check_text(const json::Value& node, std::string_view parent) {
  if (text_of(node).empty()) return "text must not be empty";
  auto const* marks = marks_of(node);
  if (marks == nullptr || marks->empty()) return std::nullopt;
  if (parent == "codeBlock") return "text in a code block has no marks";
  if (!has_mark(node, "code")) return std::nullopt;
  for (auto const& mark : *marks) {
    auto const type = type_of(mark);
    auto const is_known = is_word_in(rule_of("text")->marks, type);
    if (is_known && !is_word_in("code link annotation", type)) {
      return fmt::format("code does not go with {}", type);
    }
  }
  return std::nullopt;
}

// The marks of any node of the schema; others pass.
constexpr std::string_view kMarks =
    "link em strong strike subsup underline textColor annotation backgroundColor code alignment "
    "indentation breakout fragment dataConsumer border";

Complaint check_marks(const json::Value& node, const NodeRule& rule) {
  auto const* marks = marks_of(node);
  if (marks == nullptr) return std::nullopt;
  for (auto const& mark : *marks) {
    auto const type = type_of(mark);
    if (is_word_in(kMarks, type) && !is_word_in(rule.marks, type)) {
      return fmt::format("{} does not take the mark {}", rule.type, type);
    }
    if (type == "link" && !json::find_string(mark, "attrs.href")) return "a link needs href";
  }
  return std::nullopt;
}

Complaint check_attributes(const json::Value& node, const NodeRule& rule) {
  for (auto const name : split(rule.needs, ' ')) {
    if (!name.empty() && json::find(node, fmt::format("attrs.{}", name)) == nullptr) {
      return fmt::format("{} needs the attribute {}", rule.type, name);
    }
  }
  if (rule.type == "heading") {
    auto const level = json::find_int(node, "attrs.level").value_or(0);
    if (level < 1 || level > 6) return "a heading's level is from 1 to 6";
  }
  if (auto const state = attribute(node, "state");
      rule.type == "taskItem" && state != "DONE" && state != kOpenTask) {
    return fmt::format("a task's state is {} or DONE", kOpenTask);
  }
  return std::nullopt;
}

Complaint check_first(std::string_view type, std::string_view child) {
  if (type == "listItem" && !may_begin_item(child)) {
    return fmt::format("a list item does not begin with {}", child);
  }
  if (type == "taskList" && child == "taskList") return "a task list begins with a task";
  if (type == "mediaSingle" && child == "caption") return "a caption follows its media";
  return std::nullopt;
}

Complaint check_node(const json::Value& node, std::string_view parent, std::size_t depth) {
  auto const type = type_of(node);
  if (type.empty()) return "a node needs a type";
  if (depth > kMaxNesting) return fmt::format("nested deeper than {}", kMaxNesting);
  auto const* rule = rule_of(type);
  if (rule == nullptr) return std::nullopt;
  if (!allows(parent, type)) return fmt::format("{} may not stand in {}", type, parent);
  if (auto complaint = check_attributes(node, *rule)) return complaint;
  if (auto complaint = check_marks(node, *rule)) return complaint;
  if (type == "text") return check_text(node, parent);
  auto const* content = content_of(node);
  if (content == nullptr || content->empty()) {
    if (rule->needs_content) return fmt::format("{} needs content", type);
    return std::nullopt;
  }
  for (std::size_t i = 0; i < content->size(); ++i) {
    auto const& child = (*content)[i];
    auto complaint = i == 0 ? check_first(type, type_of(child)) : std::nullopt;
    if (!complaint) complaint = check_node(child, type, depth + 1);
    if (complaint) {
      auto const between = complaint->starts_with("content[") ? " > " : ": ";
      return fmt::format("content[{}] {}{}{}", i, type_of(child), between, *complaint);
    }
  }
  return std::nullopt;
}

}  // namespace

Result<> check(const json::Value& doc) {
  if (type_of(doc) != "doc")
    return Error(ErrorKind::invalid_input, "not a document: its type is doc");
  if (json::find_int(doc, "version") != 1) {
    return Error(ErrorKind::invalid_input, "a document has version 1");
  }
  if (content_of(doc) == nullptr) return Error(ErrorKind::invalid_input, "a document has content");
  if (auto complaint = check_node(doc, "", 0)) {
    return Error(ErrorKind::invalid_input, *std::move(complaint));
  }
  return {};
}

}  // namespace davit::connectors::atlassian::adf
