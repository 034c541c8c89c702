#include "connectors/atlassian/jira_issue_fields.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "connector/projection.h"
#include "connectors/atlassian/jira_fields.h"
#include "connectors/atlassian/jira_values.h"
#include "connectors/atlassian/tables.h"

namespace davit::connectors::atlassian {
namespace {

constexpr std::size_t kCustomBytes = 500;

// In this order; custom fields follow under "fields".
constexpr std::array kShown{
    "summary",
    "issuetype",
    "status",
    "priority",
    "assignee",
    "reporter",
    "labels",
    "components",
    "versions",
    "fixVersions",
    "duedate",
    "timetracking",
    "resolution",
    "created",
    "updated",
    "resolutiondate",
    "environment",
};

// Custom fields that are no one's text: ranks, summaries for the web page.
constexpr std::array kNoise{
    "com.pyxis.greenhopper.jira:gh-lexo-rank",
    "com.atlassian.jira.plugins.jira-development-integration-plugin:devsummarycf",
    "com.atlassian.jpo:jpo-custom-field-original-story-points",
};

constexpr Keep kLink =
    "phrase=type.outward~60 key=outwardIssue.key summary=outwardIssue.fields.summary~120 "
    "status=outwardIssue.fields.status.name";
constexpr Keep kLinkIn =
    "phrase=type.inward~60 key=inwardIssue.key summary=inwardIssue.fields.summary~120 "
    "status=inwardIssue.fields.status.name";
constexpr Keep kAttachment = "id filename~120 type=mimeType size by=author.displayName~60 created";

json::Array links_of(const json::Value& issue) {
  json::Array links;
  auto const* all = json::find_array(issue, "fields.issuelinks");
  for (auto const& link : all == nullptr ? json::Array() : *all) {
    auto const is_out = json::find(link, "outwardIssue") != nullptr;
    links.push_back(is_out ? reduce(kLink, link) : reduce(kLinkIn, link));
  }
  return links;
}

json::Object custom_fields(const json::Value& issue) {
  json::Object out;
  auto const* fields = json::find_object(issue, "fields");
  auto const* names = json::find_object(issue, "names");
  if (fields == nullptr || names == nullptr) return out;
  for (auto const& member : *fields) {
    if (!member.key().starts_with("customfield_")) continue;
    auto const kind = json::find_string(issue, fmt::format("schema.{}.custom", Str(member.key())));
    if (std::ranges::find(kNoise, kind.value_or("")) != kNoise.end()) continue;
    auto shown = show_value(member.value(), kCustomBytes);
    // What has no name is for programs.
    auto const is_empty =
        shown.is_null() || shown.is_object() || (shown.is_string() && shown.get_string().empty());
    if (is_empty) continue;
    auto const* name = names->if_contains(member.key());
    auto const text = name != nullptr && name->is_string() ? json::view(name->get_string()) : "";
    auto key = clean_text(text, 100);
    if (key.empty() || out.contains(key)) key = member.key();
    out[key] = std::move(shown);
  }
  return out;
}

}  // namespace

bool is_included(const Invocation& call, Str name) {
  auto const chosen = call.list("include");
  return std::ranges::find(chosen, name) != chosen.end();
}

json::Value reduce(Keep keep, const json::Value& value) {
  return Projection(keep, to_text).apply(value, {});
}

void put(json::Object& out, Str name, json::Value value) {
  auto const is_empty = value.is_null() || (value.is_string() && value.get_string().empty()) ||
                        (value.is_array() && value.get_array().empty()) ||
                        (value.is_object() && value.get_object().empty());
  if (!is_empty) out[name] = std::move(value);
}

bool has_place(Str id) {
  return id == "description" || id == "parent" || std::ranges::find(kShown, id) != kShown.end();
}

void show_all_fields(const json::Value& issue, json::Object& out) {
  for (auto const* id : kShown) {
    auto const* value = json::find(issue, fmt::format("fields.{}", id));
    if (value != nullptr) put(out, shown_name(id, id), show_value(*value, kCustomBytes));
  }
  put(out,
      "status_category",
      json::Value(json::find_string(issue, "fields.status.statusCategory.name").value_or("")));
  if (auto const* parent = json::find(issue, "fields.parent")) {
    out["parent"] = reduce("key summary=fields.summary~200", *parent);
  }
  put(out, "fields", custom_fields(issue));
}

void show_within(const Invocation& call, const json::Value& issue, json::Object& out) {
  if (is_included(call, "links")) put(out, "links", links_of(issue));
  if (is_included(call, "attachments")) {
    auto const* files = json::find(issue, "fields.attachment");
    if (files != nullptr) put(out, "attachments", reduce(kAttachment, *files));
  }
}

json::Object counts_of(const Invocation& call, const json::Value& issue) {
  json::Object counts;
  constexpr std::pair<Str, Str> kCounted[] = {
      {"links", "fields.issuelinks"},
      {"children", "fields.subtasks"},
      {"attachments", "fields.attachment"},
  };
  for (auto const& [name, path] : kCounted) {
    auto const* all = json::find_array(issue, path);
    if (all != nullptr && !all->empty() && !is_included(call, name)) counts[name] = all->size();
  }
  return counts;
}

}  // namespace davit::connectors::atlassian
