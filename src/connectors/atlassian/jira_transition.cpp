#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "connectors/atlassian/adf/from_markdown.h"
#include "connectors/atlassian/jira_drafts.h"
#include "connectors/atlassian/jira_tables.h"
#include "connectors/atlassian/jira_values.h"

namespace davit::connectors::atlassian {
namespace {

Str text_at(const json::Value& value, Str path) {
  return json::find_string(value, path).value_or("");
}

// By the status that it leads to, else by its own name or id, else by the status' id.
Result<const json::Value*> choose(const json::Array& all, Str wanted) {
  for (auto const* path : {"to.name", "name", "id", "to.id"}) {
    std::vector<const json::Value*> fitting;
    for (auto const& transition : all) {
      if (iequals(text_at(transition, path), wanted)) fitting.push_back(&transition);
    }
    if (fitting.size() == 1) return fitting.front();
    if (fitting.empty()) continue;
    std::string names;
    for (auto const* one : fitting) {
      names += fmt::format(
          "{}{} ({})",
          names.empty() ? "" : ", ",
          clean_text(text_at(*one, "name"), 60),
          text_at(*one, "id")
      );
    }
    return Error(
        ErrorKind::invalid_input,
        fmt::format(
            "several transitions lead to '{}'; use one of {}", clean_text(wanted, 60), names
        )
    );
  }
  return nullptr;
}

// "Resolve Issue -> Done (31; needs resolution)".
std::string list_targets(const json::Array& all) {
  std::string text;
  for (auto const& transition : all) {
    std::string needs;
    if (auto const* fields = json::find_object(transition, "fields")) {
      for (auto const& member : *fields) {
        if (!json::find_bool(member.value(), "required").value_or(false)) continue;
        needs += fmt::format("{} {}", needs.empty() ? "; needs" : ",", Str(member.key()));
      }
    }
    text += fmt::format(
        "{}'{}' by '{}' ({}{})",
        text.empty() ? "" : ", ",
        clean_text(text_at(transition, "to.name"), 60),
        clean_text(text_at(transition, "name"), 60),
        text_at(transition, "id"),
        needs
    );
  }
  return text.empty() ? "none for this account" : text;
}

Async<json::Value> make_body(Invocation call, std::string id, json::Object* fields) {
  if (call.has("resolution")) {
    (*fields)["resolution"] = json::Object{{"name", call.text("resolution")}};
  }
  if (auto const* named = call.arguments().if_contains("fields")) {
    DAVIT_CO_CHECK(co_await add_named_fields(call, named->get_object(), fields));
  }
  json::Object body{{"transition", json::Object{{"id", id}}}};
  if (!fields->empty()) body["fields"] = *fields;
  if (call.has("comment")) {
    DAVIT_CO_TRY(auto doc, adf::from_markdown(call.text("comment")));
    json::Object const add{{"body", std::move(doc)}};
    body["update"] = json::Object{{"comment", json::Array{json::Object{{"add", add}}}}};
  }
  co_return body;
}

json::Array form_of(const json::Value& transition) {
  json::Array form;
  auto const* fields = json::find_object(transition, "fields");
  for (auto const& member : fields == nullptr ? json::Object() : *fields) {
    json::Value field(member.value(), {});
    if (!field.is_object()) continue;
    field.get_object()["fieldId"] = member.key();
    form.push_back(std::move(field));
  }
  return form;
}

Async<std::string> status_now(Invocation call) {
  DAVIT_CO_TRY(auto const issue, co_await call.get("/rest/api/3/issue/{issue}?fields=status"));
  co_return std::string(text_at(issue, "fields.status.name"));
}

Async<json::Value> transition_issue(Invocation call) {
  DAVIT_CO_TRY(auto const from, co_await status_now(call));
  DAVIT_CO_TRY(
      auto const answer,
      co_await call.get("/rest/api/3/issue/{issue}/transitions?expand=transitions.fields")
  );
  auto const* found = json::find_array(answer, "transitions");
  auto const all = found == nullptr ? json::Array() : *found;
  DAVIT_CO_TRY(auto const* chosen, choose(all, call.text("to")));
  auto const before = clean_text(from, 60);
  json::Object out{{"issue", call.text("issue")}, {"from", before}};
  if (chosen == nullptr && iequals(from, call.text("to"))) {
    out["to"] = before;
    out["note"] = "It is there already; nothing was changed.";
    co_return out;
  }
  if (chosen == nullptr) {
    auto const text = fmt::format(
        "from '{}' there is no way to '{}'; possible now: {}",
        clean_text(from, 60),
        clean_text(call.text("to"), 60),
        list_targets(all)
    );
    co_return Error(ErrorKind::conflict, text);
  }
  json::Object fields;
  std::string const id(text_at(*chosen, "id"));
  DAVIT_CO_TRY(auto const body, co_await make_body(call, id, &fields));
  auto const done =
      co_await call.request(http::Method::post, "/rest/api/3/issue/{issue}/transitions", body);
  if (!done && is_refused_form(done.error())) {
    co_return explain_refusal(done.error(), form_of(*chosen), fields);
  }
  if (!done) co_return done.error();
  auto const to = co_await status_now(call);
  if (!to && to.error().kind() == ErrorKind::cancelled) co_return to.error();
  out["to"] = clean_text(to ? *to : text_at(*chosen, "to.name"), 60);
  if (!to) out["unverified"] = to.error().message();
  co_return out;
}

constexpr Tool kTools[] = {
    {
        .name = "jira_transition_issue",
        .title = "Transition issue",
        .description =
            "Move an issue through its workflow, or say where it can go and what that needs.",
        .toolset = "issues",
        .effect = Effect::write,
        .params =
            {
                kIssue,
                {.name = "to",
                 .description = "Status or transition, by name or id.",
                 .in = In::none,
                 .required = true},
                {.name = "resolution", .in = In::none},
                {.name = "comment", .description = "Markdown.", .in = In::none},
                {.name = "fields",
                 .description = "Others, by name or id.",
                 .in = In::none,
                 .kind = Kind::object},
            },
        .source = "https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/"
                  "#api-rest-api-3-issue-issueidorkey-transitions-post",
        .run = transition_issue,
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> jira_transition_tools = kTools;

}  // namespace davit::connectors::atlassian
