#include <chrono>

#include <fmt/format.h>

#include "base/strings.h"
#include "connector/arguments.h"
#include "connectors/atlassian/adf/from_markdown.h"
#include "connectors/atlassian/jira_tables.h"
#include "connectors/atlassian/jira_values.h"

namespace davit::connectors::atlassian {
namespace {

constexpr std::chrono::minutes kAge{5};

Str text_at(const json::Value& value, Str path) {
  return json::find_string(value, path).value_or("");
}

struct LinkType {
  std::string name;
  bool is_turned = false;  // the phrase is that of the other end: "is blocked by"
};

Result<LinkType> choose_type(const json::Value& answer, Str wanted) {
  auto const* types = json::find_array(answer, "issueLinkTypes");
  std::string all;
  for (auto const& type : types == nullptr ? json::Array() : *types) {
    std::string const name(text_at(type, "name"));
    if (iequals(text_at(type, "outward"), wanted)) return LinkType{name};
    if (iequals(text_at(type, "inward"), wanted)) return LinkType{name, true};
    if (iequals(name, wanted)) return LinkType{name};
    all += fmt::format(
        "{}{} ({} / {})",
        all.empty() ? "" : ", ",
        clean_text(name, 60),
        clean_text(text_at(type, "outward"), 60),
        clean_text(text_at(type, "inward"), 60)
    );
  }
  return Error(
      ErrorKind::invalid_input,
      fmt::format("there is no link type '{}', but {}", clean_text(wanted, 60), all)
  );
}

// What the issue itself says of its link, for the two ends are easily mixed up.
std::string stored_phrase(const json::Value& issue, Str other, Str type) {
  auto const* links = json::find_array(issue, "fields.issuelinks");
  for (auto const& link : links == nullptr ? json::Array() : *links) {
    if (text_at(link, "type.name") != type) continue;
    for (auto const side : {"outward", "inward"}) {
      auto const key = text_at(link, fmt::format("{}Issue.key", side));
      auto const id = text_at(link, fmt::format("{}Issue.id", side));
      if (key != other && id != other) continue;
      auto const phrase = text_at(link, fmt::format("type.{}", side));
      return fmt::format("{} {} {}", text_at(issue, "key"), clean_text(phrase, 60), key);
    }
  }
  return {};
}

// The inward issue is the source: it "blocks", and the outward issue "is blocked by" it.
// https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-links/
json::Object link_body(const LinkType& type, Str from, Str to) {
  auto const end = [](Str text) {
    return json::Object{{text.find('-') == Str::npos ? "id" : "key", text}};
  };
  return {
      {"type", json::Object{{"name", type.name}}},
      {"inwardIssue", end(type.is_turned ? to : from)},
      {"outwardIssue", end(type.is_turned ? from : to)},
  };
}

Result<> check_ends(const json::Object& arguments) {
  if (connector::text_of(arguments, "from") != connector::text_of(arguments, "to")) return {};
  return Error(ErrorKind::invalid_input, "from and to are the same issue");
}

Async<json::Value> link_issues(Invocation call) {
  DAVIT_CO_TRY(auto const types, co_await call.get_cached("/rest/api/3/issueLinkType", kAge));
  DAVIT_CO_TRY(auto const type, choose_type(types, call.text("type")));
  auto body = link_body(type, call.text("from"), call.text("to"));
  if (call.has("comment")) {
    DAVIT_CO_TRY(auto doc, adf::from_markdown(call.text("comment")));
    body["comment"] = json::Object{{"body", std::move(doc)}};
  }
  DAVIT_CO_CHECK(co_await call.request(http::Method::post, "/rest/api/3/issueLink", std::move(body))
  );
  auto const issue = co_await call.get("/rest/api/3/issue/{from}?fields=issuelinks");
  if (!issue && issue.error().kind() == ErrorKind::cancelled) co_return issue.error();
  json::Object out{{"type", type.name}};
  if (!issue) {
    out["unverified"] = issue.error().message();
    co_return out;
  }
  auto const phrase = stored_phrase(*issue, call.text("to"), type.name);
  out["link"] = phrase;
  if (phrase.empty()) out["link"] = "Jira took it, but the issue does not show it";
  co_return out;
}

Async<json::Value> add_remote_link(Invocation call) {
  auto const url = call.text("url");
  auto const title = call.has("title") ? call.text("title") : url;
  auto const global_id = call.has("global_id") ? call.text("global_id") : url;
  json::Object body{
      {"globalId", global_id}, {"object", json::Object{{"url", url}, {"title", title}}}
  };
  if (call.has("relationship")) body["relationship"] = call.text("relationship");
  DAVIT_CO_TRY(auto target, expand_path("/rest/api/3/issue/{issue}/remotelink", call.arguments()));
  auto request = make_request(http::Method::post, std::move(target), std::move(body));
  DAVIT_CO_TRY(auto const answer, co_await call.exchange(std::move(request)));
  auto const made = json::parse(answer.body).value_or(json::Value());
  json::Object out{{"issue", call.text("issue")}};
  if (auto const id = json::find_int(made, "id")) out["id"] = *id;
  out["result"] = answer.status == 201 ? "created" : "updated";
  co_return out;
}

Result<> check_url(const json::Object& arguments) {
  auto const parsed = http::parse_url(connector::text_of(arguments, "url"));
  if (parsed) return {};
  return Error(ErrorKind::invalid_input, "url must be an http or https address");
}

constexpr Tool kTools[] = {
    {
        .name = "jira_link_issues",
        .title = "Link issues",
        .description = "Link two issues, as: from blocks to. Answers the link as it was stored.",
        .toolset = "issues",
        .effect = Effect::write,
        .params =
            {
                {.name = "from", .description = "Key.", .in = In::path, .required = true},
                {.name = "type",
                 .description = "Name, or phrase such as blocks or is blocked by.",
                 .in = In::none,
                 .required = true},
                {.name = "to", .description = "Key.", .in = In::path, .required = true},
                {.name = "comment", .description = "Markdown.", .in = In::none},
            },
        .source = "https://developer.atlassian.com/cloud/jira/platform/rest/v3/"
                  "api-group-issue-links/#api-rest-api-3-issuelink-post",
        .check = check_ends,
        .run = link_issues,
    },
    {
        .name = "jira_add_remote_link",
        .title = "Add web link",
        .description = "Attach a web address to an issue; the same address again changes its link.",
        .toolset = "issues",
        .effect = Effect::write,
        .idempotent = true,
        .params =
            {
                kIssue,
                {.name = "url", .in = In::none, .required = true},
                {.name = "title", .in = In::none},
                {.name = "relationship", .description = "Such as causes.", .in = In::none},
                {.name = "global_id", .description = "In place of the address.", .in = In::none},
            },
        .source = "https://developer.atlassian.com/cloud/jira/platform/rest/v3/"
                  "api-group-issue-remote-links/#api-rest-api-3-issue-issueidorkey-remotelink-post",
        .check = check_url,
        .run = add_remote_link,
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> jira_link_tools = kTools;

}  // namespace davit::connectors::atlassian
