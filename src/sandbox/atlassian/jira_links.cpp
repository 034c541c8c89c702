#include <algorithm>

#include <fmt/format.h>

#include "sandbox/atlassian/adf.h"
#include "sandbox/atlassian/answers.h"
#include "sandbox/atlassian/entities.h"
#include "sandbox/atlassian/routes.h"

namespace davit::sandbox::atlassian {
namespace {

http::Response list_types(Store& store, Call&) {
  json::Array rows;
  for (auto const& type : kLinkTypes) rows.push_back(link_type_json(store, type));
  return json_answer(json::Object{{"issueLinkTypes", std::move(rows)}});
}

const Issue* issue_of(const Store& store, const json::Value& body, std::string_view side) {
  for (auto const* name : {"key", "id"}) {
    auto const text = json::find_string(body, fmt::format("{}.{}", side, name));
    if (text) return store.find_issue(*text);
  }
  return nullptr;
}

// The inward issue is the one that blocks, the outward one is blocked: the names tell what the
// other issue's side of the link shows.
http::Response add_link(Store& store, Call& call) {
  auto type = json::find_string(call.body, "type.name");
  if (!type) type = json::find_string(call.body, "type.id");
  auto const* found = find_in(kLinkTypes, type.value_or(""));
  if (found == nullptr) {
    return error(404, fmt::format("No issue link type with name '{}' found.", type.value_or("")));
  }
  auto const* from = issue_of(store, call.body, "inwardIssue");
  auto const* to = issue_of(store, call.body, "outwardIssue");
  if (from == nullptr || to == nullptr) return no_issue();
  auto const* comment = json::find(call.body, "comment.body");
  if (comment != nullptr && !adf::is_valid(*comment)) {
    return field_errors({{"comment", "Comment body is not valid!"}});
  }
  auto const is_there = std::ranges::any_of(store.links, [&](const IssueLink& link) {
    return link.type == found->id && link.from == from->id && link.to == to->id;
  });
  if (!is_there) store.links.push_back({store.next_id(), found->id, from->id, to->id});
  auto& source = store.issues.at(from->id);
  if (comment != nullptr) {
    source.comments.push_back(
        {.id = store.next_id(),
         .author = std::string(kCallerId),
         .body = *comment,
         .created = store.now,
         .updated = store.now,
         .visibility = {}}
    );
  }
  store.log(
      source,
      {{"Link",
        "issuelinks",
        "",
        "",
        to->key,
        fmt::format("This work item {} {}", found->outward, to->key)}}
  );
  return http::Response{.status = 201};
}

http::Response no_link(std::string_view id) {
  return error(404, fmt::format("No issue link with id '{}' exists.", id));
}

http::Response get_link(Store& store, Call& call) {
  auto const link = std::ranges::find(store.links, to_id(call.arg("id")), &IssueLink::id);
  if (link == store.links.end()) return no_link(call.arg("id"));
  auto out = link_json(store, *link, link->from);
  out["inwardIssue"] = brief_json(store, *store.issue(link->from));
  return json_answer(out);
}

http::Response delete_link(Store& store, Call& call) {
  auto const id = to_id(call.arg("id"));
  auto const gone = std::erase_if(store.links, [&](auto const& link) { return link.id == id; });
  return gone == 0 ? no_link(call.arg("id")) : no_content();
}

json::Object remote_json(const Store& store, const Issue& issue, const RemoteLink& link) {
  json::Object out{
      {"id", link.id},
      {"self", fmt::format("{}/rest/api/3/issue/{}/remotelink/{}", store.site, issue.key, link.id)}
  };
  if (!link.global_id.empty()) out["globalId"] = link.global_id;
  for (auto const& member : link.body) out[member.key()] = member.value();
  return out;
}

// No page: all of them at once.
http::Response list_remote(Store& store, Call& call) {
  auto const* issue = store.find_issue(call.arg("key"));
  if (issue == nullptr) return no_issue();
  auto const global_id = call.text("globalId");
  json::Array rows;
  for (auto const& link : issue->remote_links) {
    if (global_id && link.global_id != *global_id) continue;
    rows.push_back(remote_json(store, *issue, link));
  }
  return json_answer(std::move(rows));
}

http::Response put_remote(Store& store, Call& call) {
  auto* issue = store.find_issue(call.arg("key"));
  if (issue == nullptr) return no_issue();
  json::Object errors;
  for (auto const* name : {"url", "title"}) {
    auto const given = json::find_string(call.body, fmt::format("object.{}", name));
    if (!given || given->empty()) errors[name] = fmt::format("'{}' is required.", name);
  }
  if (!errors.empty()) return field_errors(std::move(errors));
  auto const global_id = json::find_string(call.body, "globalId").value_or("");
  auto body = call.body.as_object();
  body.erase("globalId");
  auto found = std::ranges::find(issue->remote_links, global_id, &RemoteLink::global_id);
  auto const is_new = global_id.empty() || found == issue->remote_links.end();
  if (is_new) {
    issue->remote_links.push_back({store.next_id(), std::string(global_id), std::move(body)});
    found = issue->remote_links.end() - 1;
  } else {
    found->body = std::move(body);
  }
  auto out = remote_json(store, *issue, *found);
  return json_answer(json::Object{{"id", found->id}, {"self", out.at("self")}}, is_new ? 201 : 200);
}

http::Response delete_remote(Store& store, Call& call) {
  auto* issue = store.find_issue(call.arg("key"));
  if (issue == nullptr) return no_issue();
  auto const id = to_id(call.arg("id"));
  auto const gone =
      std::erase_if(issue->remote_links, [&](auto const& one) { return one.id == id; });
  return gone == 0 ? no_link(call.arg("id")) : no_content();
}

constexpr JiraRoute kRoutes[] = {
    {http::Method::get, "/rest/api/3/issueLinkType", list_types},
    {http::Method::post, "/rest/api/3/issueLink", add_link},
    {http::Method::get, "/rest/api/3/issueLink/:id", get_link},
    {http::Method::del, "/rest/api/3/issueLink/:id", delete_link},
    {http::Method::get, "/rest/api/3/issue/:key/remotelink", list_remote},
    {http::Method::post, "/rest/api/3/issue/:key/remotelink", put_remote},
    {http::Method::del, "/rest/api/3/issue/:key/remotelink/:id", delete_remote},
};

}  // namespace

Routes link_routes() { return kRoutes; }

}  // namespace davit::sandbox::atlassian
