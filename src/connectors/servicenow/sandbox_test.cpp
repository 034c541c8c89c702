// The tools against the stand-in of the sandbox, which was written from the vendor's documents by
// itself: what both understand the same way is likely to be meant so.
#include <gtest/gtest.h>

#include "async/loop.h"
#include "base/counters.h"
#include "base/seal.h"
#include "connector/instance.h"
#include "connectors/servicenow/servicenow.h"
#include "http/client.h"
#include "http/url.h"
#include "json/json.h"
#include "mcp/call.h"
#include "sandbox/servicenow/servicenow.h"

namespace davit::connectors::servicenow {
namespace {

class MovedClock final : public Clock {
 public:
  std::chrono::system_clock::time_point now() const override {
    return std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + past_;
  }
  std::chrono::steady_clock::time_point steady_now() const override {
    return std::chrono::steady_clock::time_point(std::chrono::hours(1)) + past_;
  }
  void advance(Duration by) { past_ += std::chrono::duration_cast<std::chrono::milliseconds>(by); }

 private:
  std::chrono::milliseconds past_{0};
};

// Hands requests to a handler in this process.
class DirectClient final : public http::Client {
 public:
  explicit DirectClient(http::Handler& handler) : handler_(handler) {}

  Async<http::ClientResponse> send(http::ClientRequest request) override {
    auto const url = http::parse_url(request.url);
    if (!url) co_return url.error();
    http::Request inner;
    inner.method = request.method;
    inner.target = url->path + (url->query.empty() ? "" : "?" + url->query);
    inner.headers = request.headers;
    inner.headers.set("Host", url->authority());
    inner.peer = "127.0.0.1";
    inner.body = request.body;
    DAVIT_CO_TRY(auto answer, co_await handler_.handle(std::move(inner)));
    http::ClientResponse response{.status = answer.status, .headers = answer.headers};
    if (request.on_body) {
      request.on_body(response, answer.body);
    } else {
      response.body = std::move(answer.body);
    }
    co_return response;
  }

 private:
  http::Handler& handler_;
};

Async<> pretend_to_wait(MovedClock* clock, Duration delay) {
  clock->advance(delay);
  co_return Result<>();
}

class ServiceNowSandbox : public ::testing::Test {
 protected:
  ServiceNowSandbox() {
    connector::Collaborators collaborators{
        .executor = loop_.executor(),
        .client = client_,
        .clock = clock_,
        .keys = keys_,
        .counters = counters_,
        .logger = {},
        .random = [] { return 0.0; },
        .sleep = [this](Duration delay) { return pretend_to_wait(&clock_, delay); },
    };
    connector::Settings settings{
        .base_url = "http://servicenow.test",
        .user = "mina",
        .credential = Secret("sandbox-token"),
        .access = connector::Access::full,
    };
    auto instance = connector::Instance::make(connector, std::move(settings), collaborators);
    if (instance) instance_ = *std::move(instance);
  }

  // The structured answer; of a failure, {"failed": its text}.
  json::Value call(std::string_view name, std::string_view arguments) {
    json::Value out;
    connector::for_each_tool(connector, [&](const connector::Tool& row) {
      if (row.name != name) return;
      auto const tool = connector::make_tool(*instance_, row);
      auto given = json::parse(arguments)->get_object();
      tool.prepare(given);
      auto const context = mcp::Context(std::make_shared<mcp::Call>());
      auto result = loop_.run(tool.handler(context, std::move(given)));
      if (!result) {
        out = json::Object{{"failed", result.error().message()}};
      } else if (result->is_error) {
        auto const* text = result->content.front().if_text();
        out = json::Object{{"failed", text == nullptr ? "" : *text}};
      } else {
        out = *result->structured;
      }
    });
    return out;
  }
  static std::string text(const json::Value& value, std::string_view path) {
    auto const found = json::find_string(value, path);
    return found ? std::string(*found) : "(none) in " + json::to_text(value).substr(0, 1500);
  }

  Loop loop_;
  MovedClock clock_;
  sandbox::Addresses addresses_{
      "http://gitlab.test",
      "http://atlassian.test",
      "http://dynatrace.test",
      "http://pagerduty.test",
      "http://servicenow.test"
  };
  std::unique_ptr<http::Handler> handler_ =
      sandbox::servicenow::make_sandbox({}, addresses_, clock_);
  DirectClient client_{*handler_};
  Counters counters_;
  KeyRing keys_ = KeyRing::random();
  std::unique_ptr<connector::Instance> instance_;
};

// Mina's zone is not UTC, so a display value would be an hour or more off.
TEST_F(ServiceNowSandbox, TimesAreInUtcWhereverTheyAreShown) {
  auto const change = call(
      "servicenow_update_change", R"({"change": "CHG0030022", "start": "2026-11-25T10:00:00Z"})"
  );
  EXPECT_EQ(text(change, "changed.0.new"), "2026-11-25T10:00Z");
  auto const rows = call(
      "servicenow_query_table",
      R"({"table": "incident", "query": "number=INC0010042", "fields": ["opened_at"],
          "display": "display"})"
  );
  EXPECT_EQ(text(rows, "items.0.0"), "2026-11-20T23:26Z");
  auto const incident = call(
      "servicenow_update_incident",
      R"({"incident": "INC0010042", "extra": {"due_date": "2026-11-25T10:00:00Z"}})"
  );
  EXPECT_EQ(text(incident, "changed.0.new"), "2026-11-25T10:00Z");
}

TEST_F(ServiceNowSandbox, LabelsOfACategoryAreKnownAndOpenStandsAlone) {
  auto const software =
      call("servicenow_list_incidents", R"({"category": "Inquiry / Help", "state": ["all"]})");
  EXPECT_FALSE(json::find(software, "failed")) << json::to_text(software);
  auto const both = call("servicenow_list_incidents", R"({"state": ["open", "Closed"]})");
  EXPECT_NE(text(both, "failed").find("stands alone"), std::string::npos);
}

TEST_F(ServiceNowSandbox, IncidentsAreFoundByPeopleAndFollowedOverPages) {
  auto const mine =
      call("servicenow_list_incidents", R"({"assigned_to": "tomas", "state": "all"})");
  EXPECT_EQ(text(mine, "items.0.number"), "INC0010042");
  EXPECT_EQ(text(mine, "items.0.opened"), "2026-11-20T23:26Z");
  std::size_t seen = 0;
  std::string cursor;
  do {
    json::Object arguments{{"state", json::Array{"all"}}, {"limit", 10}};
    if (!cursor.empty()) arguments["cursor"] = cursor;
    auto const page = call("servicenow_list_incidents", json::to_text(arguments));
    auto const* items = json::find_array(page, "items");
    ASSERT_NE(items, nullptr) << json::to_text(page);
    seen += items->size();
    cursor = std::string(json::find_string(page, "next_cursor").value_or(""));
  } while (!cursor.empty());
  EXPECT_EQ(seen, 54U) << "60 rows of which an ACL hides some";
}

TEST_F(ServiceNowSandbox, AnIncidentWithItsJournal) {
  auto const incident = call(
      "servicenow_get_incident",
      R"({"incident": "INC0010042", "include": ["journal", "attachments", "slas", "related"]})"
  );
  EXPECT_EQ(text(incident, "state"), "In Progress");
  EXPECT_NE(json::find(incident, "journal.0.text"), nullptr) << json::to_text(incident);
  auto const activity = call("servicenow_get_record_activity", R"({"record": "INC0010042"})");
  EXPECT_NE(json::find(activity, "items.0.at"), nullptr) << json::to_text(activity);
}

TEST_F(ServiceNowSandbox, AWriteSaysWhatWasNotApplied) {
  auto const changed = call(
      "servicenow_update_incident",
      R"({"incident": "INC0010042", "state": "on hold", "hold_reason": "Awaiting Vendor",
          "extra": {"business_impact": "None"}})"
  );
  EXPECT_EQ(text(changed, "not_applied.0.field"), "business_impact");
  EXPECT_EQ(text(changed, "changed.0.new"), "On Hold");
  auto const note =
      call("servicenow_add_comment", R"({"record": "INC0010042", "text": "Looking\nfurther"})");
  EXPECT_EQ(json::find_bool(note, "added"), true) << json::to_text(note);
  auto const done = call(
      "servicenow_resolve_incident",
      R"({"incident": "INC0010042", "close_code": "resolved by change", "close_notes": "Back"})"
  );
  EXPECT_EQ(text(done, "changed.0.new"), "Resolved");
}

TEST_F(ServiceNowSandbox, UnknownFieldsAreRefusedBeforeEverythingComesBack) {
  auto const refused = call("servicenow_list_incidents", R"({"query": "assigned_too=tomas"})");
  EXPECT_NE(text(refused, "failed").find("near ones: assigned_to"), std::string::npos)
      << text(refused, "failed");
  auto const walked = call(
      "servicenow_query_table",
      R"({"table": "incident", "query": "assigned_to.user_name=tomas", "fields": ["number"]})"
  );
  EXPECT_EQ(text(walked, "items.0.0"), "INC0010042");
  auto const created = call(
      "servicenow_create_incident", R"({"short_description": "x", "caller": "lena@harbor.example"})"
  );
  EXPECT_EQ(text(created, "number"), "INC0010043");
}

TEST_F(ServiceNowSandbox, AChangeGoesOnlyWhereItMay) {
  auto const changes = call("servicenow_list_changes", R"({"state": "all", "limit": 50})");
  auto const number = text(changes, "items.0.number");
  auto const change = call(
      "servicenow_get_change",
      R"({"change": ")" + number +
          R"(", "include": ["tasks", "cis", "approvals", "next_states", "conflicts"]})"
  );
  EXPECT_NE(json::find(change, "next_states.allowed"), nullptr) << json::to_text(change);
  EXPECT_EQ(json::find(change, "unavailable"), nullptr) << json::to_text(change);
  auto const created = call(
      "servicenow_create_change",
      R"({"short_description": "Roll back", "ci": "harbor-api", "start": "2026-11-21T22:00:00Z",
          "end": "2026-11-21T23:00:00Z"})"
  );
  auto const refused = call(
      "servicenow_update_change",
      R"({"change": ")" + text(created, "number") + R"(", "state": "Implement"})"
  );
  EXPECT_NE(text(refused, "failed").find("allowed are"), std::string::npos)
      << json::to_text(refused);
  auto const checked = call(
      "servicenow_check_change_conflicts", R"({"change": ")" + text(created, "number") + R"("})"
  );
  EXPECT_NE(text(checked, "status").find("onflict"), std::string::npos);
  EXPECT_EQ(text(checked, "windows.0.start"), "2026-11-21T22:00Z");
}

TEST_F(ServiceNowSandbox, WhatDependsOnADatabase) {
  auto const impact =
      call("servicenow_get_ci_impact", R"({"ci": "orders-db", "direction": "up", "depth": 3})");
  EXPECT_EQ(text(impact, "nodes.0.name"), "harbor-api");
  EXPECT_EQ(text(impact, "services.0"), "Harbor shop");
  auto const item = call("servicenow_get_ci", R"({"ci": "harbor-api"})");
  EXPECT_EQ(text(item, "inbound.Used by.items.0.name"), "harbor-web") << json::to_text(item);
  auto const found =
      call("servicenow_search_cis", R"({"name": "hrb-", "class": "cmdb_ci_server"})");
  EXPECT_EQ(json::find_array(found, "items")->size(), 4U);
}

TEST_F(ServiceNowSandbox, KnowledgeCatalogAndPeople) {
  auto const found = call("servicenow_search_knowledge", R"({"query": "pool"})");
  auto const number = text(found, "items.0.number");
  auto const article =
      call("servicenow_get_knowledge_article", R"({"article": ")" + number + R"("})");
  EXPECT_EQ(text(article, "text").find('<'), std::string::npos) << text(article, "text");
  auto const items = call("servicenow_search_catalog", R"({"limit": 5})");
  auto const item =
      call("servicenow_get_catalog_item", R"({"item": ")" + text(items, "items.0.id") + R"("})");
  EXPECT_NE(json::find(item, "variables.0.name"), nullptr) << json::to_text(item);
  EXPECT_EQ(
      text(call("servicenow_find_users", R"({"text": "tomas"})"), "items.0.user_name"), "tomas"
  );
  auto const info = call("servicenow_get_instance_info", "{}");
  EXPECT_EQ(text(info, "user_name"), "mina");
  auto const requests = call(
      "servicenow_list_requests", R"({"kind": "task", "requested_for": "me", "state": "all"})"
  );
  EXPECT_NE(json::find(requests, "items"), nullptr) << json::to_text(requests);
  auto const approvals = call("servicenow_list_approvals", "{}");
  EXPECT_NE(json::find(approvals, "items"), nullptr) << json::to_text(approvals);
}

TEST_F(ServiceNowSandbox, TablesAreCountedAndDescribed) {
  auto const counts =
      call("servicenow_aggregate_table", R"({"table": "incident", "group_by": ["state"]})");
  EXPECT_EQ(text(counts, "rows.0.group.state"), "In Progress (2)");
  auto const table =
      call("servicenow_describe_table", R"({"table": "incident", "fields": ["state"]})");
  EXPECT_EQ(text(table, "fields.0.choices.0"), "New (1)");
  auto const barred = call("servicenow_query_table", R"({"table": "oauth_credential"})");
  EXPECT_NE(text(barred, "failed").find("secrets or rights"), std::string::npos);
}

}  // namespace
}  // namespace davit::connectors::servicenow
