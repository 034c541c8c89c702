// The tools against the stand-in, which was written from the vendor's documents and not from them.
#include <gtest/gtest.h>

#include "async/loop.h"
#include "connectors/pagerduty/pagerduty.h"
#include "http/url.h"
#include "sandbox/pagerduty/pagerduty.h"
#include "support/connector_world.h"

namespace davit::connectors::pagerduty {
namespace {

constexpr std::string_view kBase = "http://pagerduty.test";

class PagerdutySandbox : public ::testing::Test {
 protected:
  explicit PagerdutySandbox(sandbox::pagerduty::Options options = {}, std::string token = {})
      : world_(
            connector,
            {
                .base_url = std::string(kBase),
                .credential = Secret(token.empty() ? "sandbox-token" : std::move(token)),
                .access = connector::Access::full,
            }
        ) {
    handler_ = sandbox::pagerduty::make_sandbox(
        std::move(options), {.pagerduty = std::string(kBase)}, world_.clock()
    );
    world_.client().responder = [this](const http::ClientRequest& request) {
      return answer(request);
    };
  }

  json::Value call(std::string_view tool, std::string_view arguments) {
    auto const result = world_.call(tool, arguments);
    EXPECT_TRUE(result) << tool;
    if (!result) return {};
    std::string text;
    for (auto const& block : result->content) text += block.if_text() ? *block.if_text() : "";
    EXPECT_FALSE(result->is_error) << tool << ' ' << text;
    return result->structured.value_or(json::Value());
  }

  std::string refusal(std::string_view tool, std::string_view arguments) {
    auto const result = world_.call(tool, arguments);
    if (!result || !result->is_error) return "";
    auto const* text = result->content.empty() ? nullptr : result->content[0].if_text();
    return text == nullptr ? "" : *text;
  }

 private:
  testing::ScriptedAnswer answer(const http::ClientRequest& request) {
    http::Request one;
    one.method = request.method;
    one.target = request.url.substr(kBase.size());
    one.peer = "127.0.0.1";
    one.headers = request.headers;
    one.headers.add("Host", "pagerduty.test");
    one.body = request.body;
    auto response = loop_.run(handler_->handle(std::move(one)));
    if (!response) return {.error = response.error()};
    return {.status = response->status, .headers = response->headers, .body = response->body};
  }

  Loop loop_;
  testing::ConnectorWorld world_;
  std::unique_ptr<http::Handler> handler_;
};

std::string text_at(const json::Value& value, std::string_view path) {
  return std::string(json::find_string(value, path).value_or("(none)"));
}

std::size_t rows(const json::Value& value, std::string_view path) {
  auto const* array = json::find_array(value, path);
  return array == nullptr ? 0 : array->size();
}

TEST_F(PagerdutySandbox, ShowsTheIncidentOfTheStory) {
  EXPECT_EQ(text_at(call("pagerduty_get_current_user", "{}"), "email"), "mina@harbor.example");
  auto const open = call("pagerduty_list_incidents", R"({"service": "Harbor API"})");
  EXPECT_GE(rows(open, "items"), 1U);
  auto const incident = call(
      "pagerduty_get_incident",
      R"({"incident": "#1042", "include": ["alerts", "notes", "timeline", "changes"]})"
  );
  EXPECT_EQ(text_at(incident, "status"), "acknowledged");
  for (auto const section : {"alerts", "notes", "timeline", "changes"}) {
    EXPECT_GE(rows(incident, section), 1U) << section;
  }
  EXPECT_GE(
      rows(call("pagerduty_list_incident_alerts", R"({"incident": 1038, "limit": 30})"), "items"),
      30U
  );
  EXPECT_GE(rows(call("pagerduty_get_incident_timeline", R"({"incident": 1042})"), "items"), 2U);
  auto const similar = call("pagerduty_find_similar_incidents", R"({"incident": 1042})");
  EXPECT_EQ(rows(similar, "past"), 5U);
  EXPECT_GE(rows(call("pagerduty_list_change_events", R"({"incident": 1042})"), "items"), 1U);
  call("pagerduty_list_change_events", R"({"service": "Harbor API", "since": "7d"})");
  call("pagerduty_list_change_events", "{}");
}

TEST_F(PagerdutySandbox, KnowsWhoIsOnCall) {
  auto const now = call("pagerduty_list_oncalls", R"({"service": "Harbor API"})");
  EXPECT_EQ(rows(now, "items"), 1U);
  EXPECT_EQ(text_at(now, "items.0.user.email"), "tomas@harbor.example");
  call("pagerduty_list_oncalls", R"({"service": "Harbor API", "at": "now+3d", "max_level": 5})");
  call("pagerduty_list_oncalls", R"({"team": "Payments"})");
  auto const schedules = call("pagerduty_list_schedules", "{}");
  ASSERT_GE(rows(schedules, "items"), 1U);
  auto const id = text_at(schedules, "items.0.id");
  auto const schedule =
      call("pagerduty_get_schedule", R"({"layers": true, "schedule": ")" + id + "\"}");
  EXPECT_GE(rows(schedule, "shifts"), 1U);
  auto const swap =
      R"({"user": "jonas@harbor.example", "start": "now+2h", "end": "now+4h", "schedule": ")" + id +
      "\"";
  auto const dry = call("pagerduty_create_schedule_override", swap + R"(, "dry_run": true})");
  EXPECT_GE(rows(dry, "replaces"), 1U);
  auto const made = call("pagerduty_create_schedule_override", swap + "}");
  EXPECT_NE(text_at(made, "id"), "(none)");
  EXPECT_EQ(
      rows(call("pagerduty_get_schedule", R"({"schedule": ")" + id + "\"}"), "overrides"), 1U
  );
  EXPECT_GE(rows(call("pagerduty_list_escalation_policies", "{}"), "items"), 1U);
}

TEST_F(PagerdutySandbox, HandlesIncidents) {
  auto const created = call(
      "pagerduty_create_incident",
      R"({"title": "Checkout fails", "service": "Harbor API", "priority": "P2", "urgency": "high",
          "body": "Since 14:02", "assignees": ["me"], "incident_key": "chk"})"
  );
  auto const id = text_at(created, "id");
  ASSERT_NE(id, "(none)");
  EXPECT_EQ(rows(created, "not_stored"), 0U);
  auto const incidents = R"({"incidents": [")" + id + R"(", 1043, 1037, 1038])";
  auto const acknowledged = call("pagerduty_acknowledge_incidents", incidents + "}");
  EXPECT_EQ(text_at(acknowledged, "results.0.result"), "acknowledged");
  EXPECT_EQ(text_at(acknowledged, "results.1.result"), "acknowledged");
  EXPECT_EQ(text_at(acknowledged, "results.2.result"), "already_resolved");
  EXPECT_EQ(text_at(acknowledged, "results.3.result"), "already_acknowledged");
  auto const updated =
      call("pagerduty_update_incidents", incidents + R"(, "priority": "P3", "urgency": "low"})");
  EXPECT_EQ(text_at(updated, "results.0.result"), "updated");
  EXPECT_EQ(text_at(updated, "results.0.assignees.0"), "Mina Okafor");
  call("pagerduty_add_incident_note", R"({"content": "Hello", "incident": ")" + id + "\"}");
  call("pagerduty_snooze_incident", R"({"duration": "2h", "incident": ")" + id + "\"}");
  call("pagerduty_post_status_update", R"({"message": "Soon", "incident": ")" + id + "\"}");
  call(
      "pagerduty_add_responders",
      R"({"users": ["Jonas Berg"], "message": "Help", "incident": ")" + id + "\"}"
  );
  call("pagerduty_merge_incidents", R"({"into": 1042, "sources": [1043]})");
  auto const resolved = call(
      "pagerduty_resolve_incidents",
      R"({"resolution": "Rolled back", "note": "See page", "incidents": [")" + id + R"(", 1037]})"
  );
  EXPECT_EQ(text_at(resolved, "results.0.result"), "resolved");
  EXPECT_EQ(text_at(resolved, "results.0.note"), "added");
  EXPECT_EQ(text_at(resolved, "results.1.result"), "already_resolved");
  EXPECT_EQ(text_at(resolved, "results.1.note"), "not added");
}

TEST_F(PagerdutySandbox, KnowsServicesAndPeople) {
  EXPECT_GE(rows(call("pagerduty_list_services", "{}"), "items"), 2U);
  auto const service = call(
      "pagerduty_get_service",
      R"({"service": "Harbor API", "include": ["incidents", "oncall", "dependencies"]})"
  );
  EXPECT_GE(rows(service, "incidents"), 1U);
  EXPECT_GE(rows(service, "oncall"), 1U);
  EXPECT_GE(rows(service, "dependencies.used_by"), 1U);
  EXPECT_EQ(json::to_text(service).find("integration_key"), std::string::npos);
  EXPECT_EQ(
      rows(call("pagerduty_find_users", R"({"query": "tomas", "include_contact": true})"), "items"),
      1U
  );
  call("pagerduty_list_teams", "{}");
  call("pagerduty_list_priorities", "{}");
  call("pagerduty_list_log_entries", "{}");
  auto const window = call(
      "pagerduty_create_maintenance_window", R"({"services": ["Harbor Web"], "duration": "1h"})"
  );
  EXPECT_EQ(
      rows(
          call(
              "pagerduty_list_maintenance_windows",
              R"({"filter": "ongoing", "service": "Harbor Web"})"
          ),
          "items"
      ),
      1U
  );
  call("pagerduty_end_maintenance_window", R"({"window": ")" + text_at(window, "id") + "\"}");
  auto const workflows = call("pagerduty_run_incident_workflow", "{}");
  ASSERT_GE(rows(workflows, "workflows"), 1U);
  call(
      "pagerduty_run_incident_workflow",
      R"({"incident": 1042, "workflow": ")" + text_at(workflows, "workflows.0.name") + "\"}"
  );
  EXPECT_EQ(rows(call("pagerduty_get_incident_metrics", "{}"), "metrics"), 1U);
  call(
      "pagerduty_get_incident_metrics",
      R"({"group_by": "service", "unit": "week", "service": ["Harbor API"]})"
  );
}

TEST_F(PagerdutySandbox, TakesEventsAndPosts) {
  auto const sent = call(
      "pagerduty_send_event",
      R"({"service": "Harbor API", "integration": "Dynatrace", "summary": "Disk full", "source": "db-1", "dedup_key": "k"})"
  );
  EXPECT_EQ(text_at(sent, "dedup_key"), "k");
  call(
      "pagerduty_send_change_event",
      R"({"service": "Harbor API", "integration": "Dynatrace", "summary": "Deployed"})"
  );
  auto const pages = call("pagerduty_list_status_pages", "{}");
  ASSERT_GE(rows(pages, "items"), 1U);
  call(
      "pagerduty_create_status_page_post",
      R"({"title": "Checkout", "message": "Looking", "status": "investigating", "severity": "minor", "page": ")" +
          text_at(pages, "items.0.id") + "\"}"
  );
}

TEST_F(PagerdutySandbox, SaysWhatAnAnswerLeavesOut) {
  auto const open = call("pagerduty_list_incidents", "{}");
  EXPECT_NE(text_at(open, "range").find("date_range"), std::string::npos);
  auto const all = call("pagerduty_list_incidents", R"({"date_range": "all"})");
  EXPECT_EQ(text_at(all, "range"), "(none)");
  auto const mine = call("pagerduty_list_incidents", R"({"user": "me", "status": "resolved"})");
  EXPECT_NE(text_at(mine, "note"), "(none)");
  auto const changes = call("pagerduty_list_change_events", R"({"since": "2026-11-20"})");
  EXPECT_EQ(text_at(changes, "since"), "2026-11-20T00:00:00Z");
  auto const many = call("pagerduty_get_incident", R"({"incident": 1038})");
  EXPECT_EQ(rows(many, "alerts"), 5U);
  EXPECT_EQ(text_at(many, "incomplete.0"), "alerts");
}

TEST_F(PagerdutySandbox, PostsForServicesOfThePage) {
  auto const posted = call(
      "pagerduty_create_status_page_post",
      R"({"title": "Checkout", "message": "Looking", "status": "investigating", "severity": "minor",
          "page": "Harbor status", "services": ["Checkout"], "impact": "degraded"})"
  );
  EXPECT_NE(text_at(posted, "id"), "(none)");
}

// What a model pays for a list.
TEST_F(PagerdutySandbox, TwentyRowsAreSmall) {
  struct {
    std::string_view tool;
    std::string_view arguments;
  } constexpr kLists[] = {
      {"pagerduty_list_incidents",
       R"({"status": ["triggered", "acknowledged", "resolved"], "date_range": "all", "limit": 20})"
      },
      {"pagerduty_list_incident_alerts", R"({"incident": 1038, "limit": 20})"},
      {"pagerduty_get_incident_timeline", R"({"incident": 1042, "limit": 20})"},
      {"pagerduty_list_log_entries", R"({"since": "60d", "limit": 20})"},
      {"pagerduty_list_change_events", R"({"since": "60d", "limit": 20})"},
      {"pagerduty_list_services", R"({"limit": 20})"},
      {"pagerduty_find_users", R"({"limit": 20})"},
      {"pagerduty_list_escalation_policies", R"({"limit": 20})"},
  };
  for (auto const& list : kLists) {
    auto const answer = call(list.tool, list.arguments);
    EXPECT_LE(json::to_text(answer).size(), 6144U) << list.tool << ' ' << rows(answer, "items");
    RecordProperty(std::string(list.tool), static_cast<int>(json::to_text(answer).size()));
  }
}

class PagerdutySandboxWithoutAiops : public PagerdutySandbox {
 protected:
  PagerdutySandboxWithoutAiops() : PagerdutySandbox({.aiops = false}) {}
};

TEST_F(PagerdutySandboxWithoutAiops, WarnsWhereThePlanLacksSomething) {
  EXPECT_EQ(
      rows(call("pagerduty_find_similar_incidents", R"({"incident": 1042})"), "warnings"), 3U
  );
}

class PagerdutySandboxOfAccount : public PagerdutySandbox {
 protected:
  PagerdutySandboxOfAccount() : PagerdutySandbox({}, "account-token") {}
};

TEST_F(PagerdutySandboxOfAccount, NamesTheMissingSetting) {
  EXPECT_EQ(text_at(call("pagerduty_get_current_user", "{}"), "key"), "of the account, of no user");
  auto const text = refusal("pagerduty_add_incident_note", R"({"incident": 1042, "content": "x"})");
  EXPECT_NE(text.find("`user`"), std::string::npos) << text;
}

}  // namespace
}  // namespace davit::connectors::pagerduty
