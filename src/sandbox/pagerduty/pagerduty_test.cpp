// Keys, limits, people, on call, services and the rest; incidents_test.cpp has incidents and
// events.
#include "sandbox/pagerduty/pagerduty.h"

#include <gtest/gtest.h>

#include "sandbox/pagerduty/test_harness.h"

namespace davit::sandbox::pagerduty {
namespace {

TEST(PagerDuty, OnlyKnownKeysAreLetInAndTheAccountKeyIsNobody) {
  Harness api;
  EXPECT_EQ(api.get("/users/me").text("user.name"), "Mina Okafor");
  api.authorization = "Bearer pdus+sandbox";
  EXPECT_EQ(api.get("/users/me").text("user.name"), "Mina Okafor");
  api.authorization = "Token token=account-token";
  EXPECT_EQ(api.get("/users/me").status, 400);
  EXPECT_EQ(api.get("/abilities").status, 200);
  for (auto const* wrong :
       {"", "Token token=\"sandbox-token\"", "Bearer sandbox", "Token token=x"}) {
    api.authorization = wrong;
    auto const answer = api.get("/abilities");
    EXPECT_EQ(answer.status, 401);
    EXPECT_EQ(answer.number("error.code"), 2006);
  }
}

TEST(PagerDuty, AcceptNamesTheVersion) {
  Harness api;
  api.accept = "application/json";
  EXPECT_EQ(api.get("/teams").status, 200);
  api.accept = "text/html";
  EXPECT_EQ(api.get("/teams").status, 406);
}

TEST(PagerDuty, UnknownPathsAndIdsAnswer2100) {
  Harness api;
  for (auto const* path :
       {"/nowhere", "/users/PX", "/incidents/..%2F..", "/services/x/change_events"}) {
    auto const answer = api.get(path);
    EXPECT_EQ(answer.status, 404) << path;
    EXPECT_EQ(answer.number("error.code"), 2100);
  }
}

TEST(PagerDuty, TheLimitIsCountedByTheMinute) {
  Harness api({.requests_per_minute = 2});
  EXPECT_EQ(api.get("/teams").header("ratelimit-remaining"), "1");
  EXPECT_EQ(api.get("/teams").header("ratelimit-reset"), "60");
  auto const refused = api.get("/teams");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.number("error.code"), 2020);
  EXPECT_EQ(refused.header("ratelimit-limit"), "2");
  api.clock.advance(60s);
  EXPECT_EQ(api.get("/teams").status, 200);
}

TEST(PagerDuty, ARefusalCanLackAllHeaders) {
  Harness api;
  api.post("/_sandbox/faults", R"({"fault":"rate_limited","retry_after":null})");
  auto const answer = api.get("/teams");
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(answer.text("error.message"), "Rate Limit Exceeded");
  EXPECT_EQ(answer.header("ratelimit-reset"), "(none)");
}

TEST(PagerDuty, PeopleAreFoundByNameTeamAndWithContactMethods) {
  Harness api;
  auto const found = api.get("/users?query=tomas&include[]=contact_methods");
  ASSERT_EQ(found.size("users"), 1U);
  EXPECT_EQ(found.text("users.0.email"), "tomas@harbor.example");
  EXPECT_EQ(found.text("users.0.contact_methods.0.address"), "tomas@harbor.example");
  EXPECT_EQ(found.text("users.0.teams.0.summary"), "Payments");
  EXPECT_EQ(api.get("/users?team_ids[]=PTPAYMT").size("users"), 4U);
  EXPECT_TRUE(api.get("/users").is("more"));
  EXPECT_EQ(api.get("/users/PUTOMAS/contact_methods").size("contact_methods"), 1U);
  EXPECT_EQ(api.get("/teams/PTPAYMT/members").size("members"), 4U);
  EXPECT_EQ(api.get("/priorities").text("priorities.0.name"), "P1");
}

TEST(PagerDuty, TomasIsOnCallAndJonasIsNext) {
  Harness api;
  auto const now = api.get("/oncalls?escalation_policy_ids[]=PEPAYMT");
  ASSERT_EQ(now.size("oncalls"), 3U);
  EXPECT_EQ(now.text("oncalls.0.user.summary"), "Tomas Lind");
  EXPECT_EQ(now.text("oncalls.1.user.summary"), "Jonas Berg");
  EXPECT_EQ(now.text("oncalls.2.user.summary"), "Mina Okafor");
  EXPECT_TRUE(json::find(now.json, "oncalls.2.end") == nullptr);
  auto const range = "since=2026-11-21T10:00:00Z&until=2026-12-20T10:00:00Z";
  auto const later = api.get(std::string("/oncalls?schedule_ids[]=PSPRIM1&") + range);
  EXPECT_EQ(later.text("oncalls.1.user.summary"), "Jonas Berg");
  EXPECT_GT(later.size("oncalls"), 3U);
  auto const first = api.get(std::string("/oncalls?earliest=true&schedule_ids[]=PSPRIM1&") + range);
  EXPECT_EQ(first.size("oncalls"), 3U);
  EXPECT_EQ(api.get("/oncalls?since=2026-01-01&until=2026-11-01").status, 400);
}

TEST(PagerDuty, SchedulesAreRenderedWithGaps) {
  Harness api;
  auto const schedule = api.get("/schedules/PSPRIM1");
  auto const path = std::string("schedule.final_schedule.rendered_schedule_entries.");
  EXPECT_EQ(schedule.text(path + "0.start"), "2026-11-21T10:00:00Z");
  EXPECT_EQ(schedule.text(path + "0.user.summary"), "Tomas Lind");
  EXPECT_EQ(schedule.text(path + "1.user.summary"), "Jonas Berg");
  EXPECT_EQ(schedule.number("schedule.final_schedule.rendered_coverage_percentage"), 100);
  auto const office = api.get("/schedules/PSFRONT?since=2026-11-21&until=2026-11-28");
  EXPECT_NE(office.body.find(R"("rendered_coverage_percentage":41.7)"), std::string::npos);
}

TEST(PagerDuty, AnOverrideReplacesWhoIsOnCall) {
  Harness api;
  auto const answer = api.post(
      "/schedules/PSPRIM1/overrides",
      R"({"overrides":[{"start":"2026-11-21T09:00:00Z","end":"2026-11-21T12:00:00Z",
          "user":{"id":"PUAISHA","type":"user_reference"}},
          {"start":"2026-11-22T09:00:00Z","end":"2026-11-22T09:00:00Z","user":{"id":"PUAISHA"}}]})"
  );
  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.number("0.status"), 201);
  EXPECT_EQ(answer.number("1.status"), 400);
  EXPECT_EQ(answer.text("1.errors.0"), "Override must end after its start");
  auto const now = api.get("/oncalls?schedule_ids[]=PSPRIM1");
  EXPECT_EQ(now.text("oncalls.0.user.summary"), "Aisha Rahman");
  EXPECT_EQ(now.text("oncalls.0.end"), "2026-11-21T12:00:00Z");
  auto const id = answer.text("0.override.id");
  EXPECT_EQ(api.del("/schedules/PSPRIM1/overrides/" + id).status, 204);
  EXPECT_EQ(
      api.get("/oncalls?schedule_ids[]=PSPRIM1").text("oncalls.0.user.summary"), "Tomas Lind"
  );
}

TEST(PagerDuty, ServicesShowTheirKeysWhenIntegrationsAreIncluded) {
  Harness api;
  EXPECT_EQ(api.get("/services?query=harbor").size("services"), 2U);
  EXPECT_EQ(api.get("/services/PHARAPI").body.find("integration_key"), std::string::npos);
  auto const full = api.get("/services/PHARAPI?include[]=integrations");
  EXPECT_EQ(
      full.text("service.integrations.0.integration_key"), "R0SANDBOXEVENTS00000000000000001"
  );
  auto const relations = api.get("/service_dependencies/technical_services/PHARAPI");
  EXPECT_EQ(relations.size("relationships"), 3U);
  EXPECT_EQ(relations.text("relationships.0.dependent_service.id"), "PHARWEB");
}

TEST(PagerDuty, PoliciesHaveLevels) {
  Harness api;
  auto const policy = api.get("/escalation_policies/PEPAYMT");
  EXPECT_EQ(policy.size("escalation_policy.escalation_rules"), 3U);
  EXPECT_EQ(policy.text("escalation_policy.escalation_rules.0.targets.0.id"), "PSPRIM1");
  EXPECT_EQ(api.get("/escalation_policies?query=payments").size("escalation_policies"), 1U);
}

TEST(PagerDuty, MaintenanceBeginsAndEndsEarly) {
  Harness api;
  EXPECT_EQ(api.get("/maintenance_windows?filter=ongoing").size("maintenance_windows"), 1U);
  auto const body =
      R"({"maintenance_window":{"type":"maintenance_window","start_time":"2026-11-21T10:00:00Z",
          "end_time":"2026-11-21T12:00:00Z","services":[{"id":"PHARAPI"}]}})";
  auto const made = api.post("/maintenance_windows", body);
  ASSERT_EQ(made.status, 201);
  auto const path = "/maintenance_windows/" + made.text("maintenance_window.id");
  api.clock.advance(60s);
  EXPECT_EQ(api.del(path).status, 204);
  EXPECT_EQ(api.get(path).text("maintenance_window.end_time"), "2026-11-21T10:01:00Z");
  EXPECT_EQ(api.del(path).status, 405);
  api.from.clear();
  EXPECT_EQ(api.post("/maintenance_windows", body).status, 400);
}

TEST(PagerDuty, ChangesEndWithTheDeploymentOfTheStory) {
  Harness api;
  auto const list = api.get("/change_events");
  EXPECT_TRUE(list.is("more"));
  EXPECT_EQ(list.text("change_events.0.summary"), "harbor-api 4.2.0 deployed to production");
  EXPECT_EQ(list.text("change_events.0.links.0.href"), story::merge_request_url(kAt));
  EXPECT_EQ(api.get("/services/PHARWEB/change_events").size("change_events"), 16U);
  EXPECT_EQ(api.get("/change_events?since=2026-11-21T00:00:00Z").size("change_events"), 1U);
}

TEST(PagerDuty, MetricsAreOfTheIncidents) {
  Harness api;
  auto const all = api.post("/analytics/metrics/incidents/all", "{}");
  ASSERT_EQ(all.size("data"), 1U);
  EXPECT_GT(all.number("data.0.total_incident_count"), 20);
  EXPECT_GT(all.number("data.0.mean_seconds_to_resolve"), 0);
  auto const services = api.post(
      "/analytics/metrics/incidents/services",
      R"({"filters":{"service_ids":["PHARAPI"]},"aggregate_unit":"week"})"
  );
  EXPECT_GT(services.size("data"), 2U);
  EXPECT_EQ(services.text("data.0.service_name"), "Harbor API");
  auto const urgent =
      api.post("/analytics/metrics/incidents/all", R"({"filters":{"priority_ids":["PRIO0P1"]}})");
  EXPECT_EQ(urgent.number("data.0.total_incident_count"), 1);
  EXPECT_EQ(
      api.post("/analytics/metrics/incidents/teams", "{}").text("data.0.team_name"), "Front end"
  );
}

TEST(PagerDuty, WorkflowsStartAndPagesArePostedTo) {
  Harness api;
  EXPECT_EQ(api.get("/incident_workflows?query=war").size("incident_workflows"), 1U);
  auto const started = api.post(
      "/incident_workflows/PWROOM1/instances",
      R"({"incident_workflow_instance":{"incident":{"id":"Q1HARBOR0042XY"}}})"
  );
  EXPECT_EQ(started.status, 201);
  EXPECT_EQ(api.get("/status_pages").text("status_pages.0.id"), "PSTATUS");
  EXPECT_EQ(api.get("/status_pages/PSTATUS/services").text("services.0.name"), "Checkout");
  auto const made = api.post(
      "/status_pages/PSTATUS/posts", R"({"post":{"title":"Trouble","post_type":"incident"}})"
  );
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(api.get("/status_pages/PSTATUS/posts").size("posts"), 2U);
}

}  // namespace
}  // namespace davit::sandbox::pagerduty
