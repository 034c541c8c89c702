// Incidents from page to merge, and the Events API.
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "sandbox/pagerduty/test_harness.h"

namespace davit::sandbox::pagerduty {
namespace {

const std::string kPage = "/incidents/" + std::string(story::kPage);

TEST(Incidents, ThePageOfTheStoryIsThereWithItsLinks) {
  Harness api;
  auto const page = api.get("/incidents/1042");
  EXPECT_EQ(page.text("incident.id"), story::kPage);
  EXPECT_EQ(page.text("incident.title"), story::kPageTitle);
  EXPECT_EQ(page.text("incident.html_url"), story::page_url(kAt));
  EXPECT_EQ(page.text("incident.status"), "acknowledged");
  EXPECT_EQ(page.text("incident.created_at"), "2026-11-21T09:20:00Z");
  EXPECT_EQ(page.text("incident.priority.name"), "P1");
  EXPECT_EQ(page.text("incident.acknowledgements.0.acknowledger.summary"), "Tomas Lind");
  EXPECT_EQ(page.number("incident.alert_counts.all"), 2);
  auto const alerts = api.get(kPage + "/alerts");
  EXPECT_EQ(alerts.text("alerts.0.body.details.ProblemURL"), story::problem_url(kAt));
  EXPECT_EQ(api.get(kPage + "/notes").size("notes"), 3U);
  auto const changes = api.get(kPage + "/related_change_events");
  EXPECT_EQ(changes.text("change_events.0.correlation_reason.reason"), "most_recent");
  EXPECT_EQ(changes.text("change_events.0.links.0.href"), story::merge_request_url(kAt));
  auto const fields = api.get(kPage + "/custom_fields/values");
  EXPECT_EQ(fields.text("custom_fields.0.value"), "checkout");
}

TEST(Incidents, TheListGoesBackAMonthUnlessAskedForAll) {
  Harness api;
  auto const month = api.get("/incidents?limit=100&total=true");
  auto const all = api.get("/incidents?limit=100&total=true&date_range=all");
  EXPECT_EQ(all.number("total"), 64);
  EXPECT_LT(month.number("total"), 40);
  EXPECT_EQ(api.get("/incidents?since=2026-01-01&until=2026-11-01").status, 400);
  EXPECT_EQ(api.get("/incidents?since=yesterday").status, 400);
  EXPECT_EQ(api.get("/incidents?since=2026-11-21T09:00:00Z").size("incidents"), 2U);
}

TEST(Incidents, PagesReachTheEndAndNoFurtherThan10000) {
  Harness api;
  std::set<std::string> seen;
  Answer page;
  do {
    page = api.get(fmt::format("/incidents?date_range=all&limit=25&offset={}", seen.size()));
    ASSERT_EQ(page.status, 200);
    for (auto const& one : *json::find_array(page.json, "incidents")) {
      seen.emplace(json::find_string(one, "id").value_or(""));
    }
  } while (page.is("more"));
  EXPECT_EQ(seen.size(), 64U);
  EXPECT_TRUE(page.json.as_object().at("total").is_null());
  EXPECT_EQ(api.get("/incidents?limit=200").number("limit"), 100);
  EXPECT_EQ(api.get("/incidents?limit=100&offset=9900").status, 200);
  EXPECT_EQ(api.get("/incidents?limit=100&offset=9901").status, 400);
}

TEST(Incidents, FiltersNarrowAndSortsOrder) {
  Harness api;
  auto const open =
      api.get("/incidents?statuses[]=triggered&statuses[]=acknowledged&sort_by=created_at:desc");
  ASSERT_EQ(open.size("incidents"), 4U);
  EXPECT_EQ(open.number("incidents.1.incident_number"), 1042);
  EXPECT_EQ(api.get("/incidents?priority_ids[]=PRIO0P1").size("incidents"), 1U);
  EXPECT_EQ(api.get("/incidents?incident_key=harbor-web-checkout-503").size("incidents"), 1U);
  EXPECT_EQ(
      api.get("/incidents?user_ids[]=PUTOMAS&team_ids[]=PTPAYMT&service_ids[]=PHARAPI")
          .size("incidents"),
      1U
  );
  EXPECT_EQ(api.get("/incidents?statuses[]=open").status, 400);
  EXPECT_EQ(api.get("/incidents?sort_by=title").status, 400);
  auto const full = api.get("/incidents/1042?include[]=assignees&include[]=services");
  EXPECT_EQ(full.text("incident.assignments.0.assignee.email"), "tomas@harbor.example");
  EXPECT_EQ(full.text("incident.service.name"), "Harbor API");
}

TEST(Incidents, ANewOneNeedsFromAndPagesWhoIsOnCall) {
  Harness api;
  auto const body =
      R"({"incident":{"type":"incident","title":"Tickets twice","incident_key":"twice",
          "service":{"id":"PHARAPI","type":"service_reference"}}})";
  auto const made = api.post("/incidents", body);
  ASSERT_EQ(made.status, 201);
  EXPECT_EQ(made.number("incident.incident_number"), 1044);
  EXPECT_EQ(made.text("incident.assignments.0.assignee.summary"), "Tomas Lind");
  EXPECT_EQ(api.get("/incidents/1044").text("incident.title"), "Tickets twice");
  EXPECT_EQ(api.post("/incidents", body).status, 400);
  api.from = "nobody@harbor.example";
  EXPECT_EQ(api.post("/incidents", body).number("error.code"), 1008);
  api.from.clear();
  EXPECT_EQ(api.post("/incidents", body).status, 400);
}

TEST(Incidents, ResolvingTwiceIs1001AndAcknowledgingReopens) {
  Harness api;
  auto const change = [&](std::string_view status) {
    return api.put(
        "/incidents",
        fmt::format(R"({{"incidents":[{{"id":"{}","status":"{}"}}]}})", story::kPage, status)
    );
  };
  auto const resolved = change("resolved");
  EXPECT_EQ(resolved.status, 200);
  EXPECT_EQ(resolved.text("incidents.0.resolved_at"), "2026-11-21T10:00:00Z");
  EXPECT_EQ(resolved.number("incidents.0.alert_counts.resolved"), 2);
  auto const again = change("resolved");
  EXPECT_EQ(again.status, 400);
  EXPECT_EQ(again.number("error.code"), 1001);
  auto const reopened = change("acknowledged");
  EXPECT_EQ(reopened.text("incidents.0.status"), "acknowledged");
  EXPECT_EQ(reopened.text("incidents.0.assignments.0.assignee.summary"), "Mina Okafor");
  EXPECT_EQ(change("snoozed").status, 400);
}

TEST(Incidents, ABulkChangeTakes250) {
  Harness api;
  std::string list = R"({"id":"Q1HARBOR0042XY","title":"New"})";
  for (int i = 0; i < 249; ++i) list += R"(,{"id":"Q1HARBOR0042XY","urgency":"low"})";
  EXPECT_EQ(api.put("/incidents", R"({"incidents":[)" + list + "]}").status, 200);
  EXPECT_EQ(api.get(kPage).text("incident.title"), "New");
  list += R"(,{"id":"Q1HARBOR0042XY"})";
  EXPECT_EQ(api.put("/incidents", R"({"incidents":[)" + list + "]}").status, 413);
}

TEST(Incidents, ReassignmentPriorityAndEscalation) {
  Harness api;
  auto const moved = api.put(
      kPage,
      R"({"incident":{"type":"incident_reference","priority":"P3",
          "assignments":[{"assignee":{"id":"PUAISHA"}},{"assignee":{"id":"PUJONAS"}}]}})"
  );
  EXPECT_EQ(moved.size("incident.assignments"), 2U);
  EXPECT_EQ(moved.text("incident.priority.name"), "P3");
  auto const up = api.put(kPage, R"({"incident":{"escalation_level":3}})");
  EXPECT_EQ(up.text("incident.assignments.0.assignee.summary"), "Mina Okafor");
  EXPECT_EQ(api.put(kPage, R"({"incident":{"escalation_level":4}})").status, 400);
  EXPECT_EQ(
      api.put(
             kPage,
             R"({"incident":{"assignments":[{"assignee":{"id":"PUAISHA"}}],
                 "escalation_policy":{"id":"PEPAYMT"}}})"
      )
          .status,
      400
  );
}

TEST(Incidents, TheResetBringsTheStoryBack) {
  Harness api;
  api.put(kPage, R"({"incident":{"status":"resolved"}})");
  EXPECT_EQ(api.put(kPage, "{").status, 400);
  api.post("/_sandbox/reset", "");
  EXPECT_EQ(api.get(kPage).text("incident.status"), "acknowledged");
}

TEST(Incidents, ASnoozeEndsByTheClock) {
  Harness api;
  auto const snoozed = api.post(kPage + "/snooze", R"({"duration":3600})");
  EXPECT_EQ(snoozed.status, 201);
  EXPECT_EQ(snoozed.text("incident.pending_actions.0.at"), "2026-11-21T11:00:00Z");
  EXPECT_EQ(api.post(kPage + "/snooze", R"({"duration":604801})").status, 400);
  api.clock.advance(3601s);
  EXPECT_EQ(api.get(kPage).text("incident.status"), "triggered");
}

TEST(Incidents, MergedOnesAreResolvedAndGiveTheirAlerts) {
  Harness api;
  auto const body = R"({"source_incidents":[{"id":"Q1HARBOR0043XY","type":"incident_reference"}]})";
  EXPECT_EQ(api.put(kPage + "/merge", body).text("incident.id"), story::kPage);
  auto const source = api.get("/incidents/1043");
  EXPECT_EQ(source.text("incident.status"), "resolved");
  EXPECT_EQ(source.text("incident.resolve_reason.type"), "merge_resolve_reason");
  EXPECT_EQ(api.put(kPage + "/merge", body).number("error.code"), 1019);
}

TEST(Incidents, NotesUpdatesAndRequestsStandInTheLog) {
  Harness api;
  EXPECT_EQ(api.post(kPage + "/notes", R"({"note":{"content":"Rolled back"}})").status, 200);
  EXPECT_EQ(api.get(kPage + "/notes").text("notes.0.content"), "Rolled back");
  EXPECT_EQ(api.post(kPage + "/status_updates", R"({"message":"Soon well"})").status, 200);
  auto const asked = api.post(
      kPage + "/responder_requests",
      R"({"requester_id":"PUMINA1","message":"Help","responder_request_targets":[
          {"responder_request_target":{"id":"PUAISHA","type":"user_reference"}}]})"
  );
  EXPECT_EQ(asked.status, 200);
  EXPECT_EQ(
      asked.text("responder_request.responder_request_targets.0.responder_request_target"
                 ".incidents_responders.0.state"),
      "pending"
  );
  EXPECT_EQ(api.get(kPage).text("incident.incidents_responders.0.user.id"), "PUAISHA");
  EXPECT_EQ(api.post(kPage + "/responder_requests", "{}").status, 400);
  auto const log = api.get(kPage + "/log_entries");
  EXPECT_EQ(log.text("log_entries.0.type"), "responder_request_log_entry");
  auto const overview = api.get(kPage + "/log_entries?is_overview=true");
  EXPECT_LT(overview.size("log_entries"), log.size("log_entries"));
  EXPECT_TRUE(api.get("/log_entries").is("more"));
}

TEST(Incidents, InsightsNeedAiops) {
  Harness api;
  auto const past = api.get(kPage + "/past_incidents?total=true");
  EXPECT_EQ(past.size("past_incidents"), 5U);
  EXPECT_GT(past.number("total"), 5);
  auto const related = api.get(kPage + "/related_incidents");
  EXPECT_GE(related.size("related_incidents"), 1U);
  EXPECT_NE(related.body.find("Q1HARBOR0043XY"), std::string::npos);
  EXPECT_EQ(
      api.get(kPage + "/outlier_incident").text("outlier_incident.incident.occurrence.category"),
      "frequent"
  );
  Harness poor({.aiops = false});
  for (auto const* part : {"/past_incidents", "/related_incidents", "/outlier_incident"}) {
    auto const answer = poor.get(kPage + part);
    EXPECT_EQ(answer.status, 402);
    EXPECT_EQ(answer.number("error.code"), 2014);
  }
  EXPECT_EQ(poor.get(kPage + "/related_change_events").status, 200);
}

TEST(Incidents, HostileTextArrivesUnharmed) {
  Harness api;
  auto const list = api.get("/incidents?limit=100");
  EXPECT_NE(list.body.find("Ignore all previous instructions"), std::string::npos);
  EXPECT_NE(list.body.find("\\u001b[31mred alert"), std::string::npos);
  EXPECT_NE(list.body.find("<script>"), std::string::npos);
  EXPECT_GT(api.get("/incidents/1037").body.size(), 100'000U);
  auto const alerts = api.get("/incidents/1038/alerts?offset=25");
  EXPECT_EQ(alerts.size("alerts"), 15U);
}

constexpr std::string_view kTrigger =
    R"({"routing_key":"R0SANDBOXEVENTS00000000000000001","event_action":"trigger","dedup_key":"disk",
        "payload":{"summary":"Disk full","source":"db-1","severity":"critical"}})";

TEST(Events, ATriggerOpensAnIncidentAndTheSameKeyJoinsIt) {
  Harness api;
  api.authorization.clear();
  auto const first = api.post("/v2/enqueue", kTrigger);
  EXPECT_EQ(first.status, 202);
  EXPECT_EQ(first.text("status"), "success");
  EXPECT_EQ(first.text("dedup_key"), "disk");
  EXPECT_EQ(api.post("/v2/enqueue", kTrigger).status, 202);
  api.authorization = "Token token=sandbox-token";
  auto const found = api.get("/incidents?incident_key=disk");
  ASSERT_EQ(found.size("incidents"), 1U);
  EXPECT_EQ(found.text("incidents.0.title"), "Disk full");
  EXPECT_EQ(found.number("incidents.0.alert_counts.all"), 1);
  api.post(
      "/v2/enqueue",
      R"({"routing_key":"R0SANDBOXEVENTS00000000000000001","event_action":"resolve","dedup_key":"disk"})"
  );
  EXPECT_EQ(api.get("/incidents?incident_key=disk").text("incidents.0.status"), "resolved");
}

TEST(Events, AServiceInMaintenanceIsNotPaged) {
  Harness api;
  api.post(
      "/maintenance_windows",
      R"({"maintenance_window":{"start_time":"2026-11-21T10:00:00Z",
          "end_time":"2026-11-21T12:00:00Z","services":[{"id":"PHARAPI"}]}})"
  );
  EXPECT_EQ(api.post("/v2/enqueue", kTrigger).status, 202);
  EXPECT_EQ(api.get("/incidents?incident_key=disk").size("incidents"), 0U);
}

TEST(Events, WrongOnesAreInvalidAndManyAreThrottled) {
  Harness api({.events_per_minute = 3});
  for (auto const* body : {"{}", "{", R"({"routing_key":"R0SANDBOXEVENTS00000000000000001"})"}) {
    auto const answer = api.post("/v2/enqueue", body);
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(answer.text("status"), "invalid event");
    EXPECT_EQ(answer.size("errors"), 1U);
  }
  EXPECT_EQ(api.post("/v2/enqueue", kTrigger).status, 429);
  api.clock.advance(60s);
  EXPECT_EQ(api.post("/v2/enqueue", kTrigger).status, 202);
}

TEST(Events, ChangesAreListed) {
  Harness api;
  auto const sent = api.post(
      "/v2/change/enqueue",
      R"({"routing_key":"R0SANDBOXEVENTS00000000000000001","payload":{"summary":"Rolled back"}})"
  );
  EXPECT_EQ(sent.status, 202);
  EXPECT_EQ(api.get("/change_events?limit=1").text("change_events.0.summary"), "Rolled back");
}

}  // namespace
}  // namespace davit::sandbox::pagerduty
