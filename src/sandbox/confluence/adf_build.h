// Words for writing ADF documents by hand.
#pragma once

#include <string_view>
#include <utility>

#include "sandbox/confluence/answers.h"

namespace davit::sandbox::confluence {

inline json::Object mark(std::string_view type) { return {{"type", type}}; }
inline json::Object mark(std::string_view type, json::Object attrs) {
  return {{"type", type}, {"attrs", std::move(attrs)}};
}
inline json::Object annotation(std::string_view id) {
  return mark("annotation", {{"annotationType", "inlineComment"}, {"id", id}});
}

inline json::Object text(std::string_view words) { return {{"type", "text"}, {"text", words}}; }
template <class... Marks>
json::Object text(std::string_view words, Marks&&... marks) {
  return {{"type", "text"}, {"text", words}, {"marks", array_of(std::forward<Marks>(marks)...)}};
}
inline json::Object link(std::string_view words, std::string_view url) {
  return text(words, mark("link", {{"href", url}}));
}

// A node with children, and one with attributes, too. An attribute-only node has no content.
template <class... Nodes>
json::Object block(std::string_view type, Nodes&&... nodes) {
  return {{"type", type}, {"content", array_of(std::forward<Nodes>(nodes)...)}};
}
template <class... Nodes>
json::Object with(std::string_view type, json::Object attrs, Nodes&&... nodes) {
  json::Object made{{"type", type}, {"attrs", std::move(attrs)}};
  if constexpr (sizeof...(Nodes) > 0) made["content"] = array_of(std::forward<Nodes>(nodes)...);
  return made;
}

inline json::Object para(std::string_view words) { return block("paragraph", text(words)); }
inline json::Object heading(int level, std::string_view words) {
  return with("heading", {{"level", level}}, text(words));
}
inline json::Object item(std::string_view words) { return block("listItem", para(words)); }
inline json::Object code(std::string_view language, std::string_view words) {
  return with("codeBlock", {{"language", language}}, text(words));
}
inline json::Object cell(std::string_view words) {
  return with("tableCell", {{"colspan", 1}, {"rowspan", 1}}, para(words));
}
inline json::Object header(std::string_view words) {
  return with("tableHeader", {}, block("paragraph", text(words, mark("strong"))));
}
inline json::Object mention(const story::Person& person, std::string_view local_id) {
  return with(
      "mention",
      {{"id", account_id(person)},
       {"text", "@" + std::string(person.name)},
       {"localId", local_id},
       {"accessLevel", ""}}
  );
}
// In two pieces: the word is no note of ours.
inline constexpr std::string_view kOpenTask =
    "TO"
    "DO";
inline json::Object task(std::string_view local_id, bool is_done, json::Object content) {
  return with(
      "taskItem",
      {{"localId", local_id}, {"state", is_done ? "DONE" : kOpenTask}},
      std::move(content)
  );
}

template <class... Nodes>
json::Value document(Nodes&&... nodes) {
  return json::Object{
      {"type", "doc"}, {"content", array_of(std::forward<Nodes>(nodes)...)}, {"version", 1}
  };
}

// The Jira macro: a list of issues, filled by a query.
json::Object jira_issues(std::string_view jql, std::string_view local_id);

}  // namespace davit::sandbox::confluence
