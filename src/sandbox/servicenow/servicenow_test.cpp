#include "sandbox/servicenow/servicenow.h"

#include <gtest/gtest.h>

#include "sandbox/servicenow/test_harness.h"

namespace davit::sandbox::servicenow {
namespace {

const std::string kIncidents = "/api/now/table/incident";

TEST(ServiceNow, ThreeWaysToSignIn) {
  Harness now;
  EXPECT_EQ(now.get("/api/now/table/sys_user").status, 200);
  now.authorization = "Basic bWluYTp3cm9uZw==";
  auto const refused = now.get("/api/now/table/sys_user");
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.text("error.message"), "User Not Authenticated");
  EXPECT_EQ(refused.text("status"), "failure");

  now.authorization.clear();
  auto keyed = now.request(http::Method::get, "/api/now/table/sys_user");
  keyed.headers.add("x-sn-apikey", "sandbox-token");
  EXPECT_EQ(now.send(keyed).status, 200);

  now.content_type = "application/x-www-form-urlencoded";
  auto const given = now.post(
      "/oauth_token.do",
      "grant_type=client_credentials&client_id=harbor-client&client_secret=sandbox-secret"
  );
  ASSERT_EQ(given.status, 200);
  EXPECT_EQ(json::find_int(given.json, "expires_in"), 1800);
  now.authorization = "Bearer " + given.text("access_token");
  EXPECT_EQ(now.get("/api/now/table/sys_user").status, 200);
  now.clock.advance(1801s);
  EXPECT_EQ(now.get("/api/now/table/sys_user").status, 401);
}

TEST(ServiceNow, ARefreshTokenGivesANewAccessToken) {
  Harness now;
  now.authorization.clear();
  now.content_type = "application/x-www-form-urlencoded";
  const std::string client = "client_id=harbor-client&client_secret=sandbox-secret";
  auto const first = now.post(
      "/oauth_token.do", client + "&grant_type=password&username=mina&password=sandbox-token"
  );
  ASSERT_EQ(first.status, 200);
  now.clock.advance(3600s);
  auto const again = now.post(
      "/oauth_token.do",
      client + "&grant_type=refresh_token&refresh_token=" + first.text("refresh_token")
  );
  ASSERT_EQ(again.status, 200);
  EXPECT_NE(again.text("access_token"), first.text("access_token"));
  auto const wrong = now.post("/oauth_token.do", client + "&grant_type=password&username=mina");
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(wrong.text("error_description"), "access_denied");
}

TEST(ServiceNow, TheStoryIsThereWithItsLinks) {
  Harness now;
  auto const found = now.get(
      kIncidents +
      "?sysparm_query=number=INC0010042&sysparm_display_value=all"
      "&sysparm_fields=number,state,priority,cmdb_ci,assigned_to.name,caused_by,"
      "opened_at,description,work_notes,parent,no_such_field"
  );
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.text("result.0.state.display_value"), "In Progress");
  EXPECT_EQ(found.text("result.0.priority.display_value"), "1 - Critical");
  EXPECT_EQ(found.text("result.0.cmdb_ci.display_value"), "harbor-api");
  EXPECT_NE(found.text("result.0.cmdb_ci.link").find("/api/now/table/cmdb_ci/"), std::string::npos);
  EXPECT_NE(
      found.body.find(R"("assigned_to.name":{"display_value":"Tomas Lind")"), std::string::npos
  );
  EXPECT_EQ(found.text("result.0.caused_by.display_value"), "CHG0030021");
  // 34 minutes before midnight, which is one hour later in Berlin.
  EXPECT_EQ(found.text("result.0.opened_at.value"), "2026-11-20 23:26:00");
  EXPECT_EQ(found.text("result.0.opened_at.display_value"), "2026-11-21 00:26:00");
  EXPECT_NE(
      found.text("result.0.description.value").find("http://dynatrace.test/"), std::string::npos
  );
  EXPECT_EQ(found.text("result.0.work_notes.value"), "");
  EXPECT_NE(
      found.text("result.0.work_notes.display_value").find("Tomas Lind (Work notes)\n"),
      std::string::npos
  );
  EXPECT_EQ(found.text("result.0.parent.value"), "");
  EXPECT_FALSE(found.has("result.0.parent.link"));
  EXPECT_FALSE(found.has("result.0.no_such_field"));
}

TEST(ServiceNow, PagesAreCutBeforeTheAclsAndLinkOn) {
  Harness now;
  std::size_t seen = 0;
  auto is_short = false;
  auto offset = 0;
  for (auto more = true; more; offset += 10) {
    auto const page = now.get(
        kIncidents +
        "?sysparm_query=ORDERBYnumber&sysparm_limit=10&sysparm_offset=" + std::to_string(offset)
    );
    ASSERT_EQ(page.status, 200);
    EXPECT_EQ(page.header("X-Total-Count"), "60");
    more = page.header("Link").find(R"(rel="next")") != std::string::npos;
    is_short = is_short || (more && page.size() < 10);
    seen += page.size();
  }
  EXPECT_EQ(offset, 60);
  EXPECT_EQ(seen, 54U);
  EXPECT_TRUE(is_short);
  auto const uncounted = now.get(kIncidents + "?sysparm_limit=10&sysparm_no_count=true");
  EXPECT_EQ(uncounted.header("X-Total-Count"), "(none)");
  EXPECT_EQ(uncounted.header("Link").find(R"(rel="last")"), std::string::npos);
}

struct Case {
  std::string_view query;
  std::string_view total;
};

TEST(ServiceNow, EncodedQueries) {
  Harness now;
  constexpr Case kCases[] = {
      {"nonsense=1", "60"},
      {"nonsense=1%5Enumber=INC0010042", "1"},
      {"number=INC0010042%5EORnumber=INC0010041", "2"},
      {"number=INC0010042%5ENQnumber=INC0010040", "2"},
      {"assigned_to.user_name=tomas", "1"},
      {"numberININC0010042,INC0010040", "2"},
      {"short_descriptionLIKEcustomers%20cannot", "1"},
      {"short_descriptionSTARTSWITHCustomers", "1"},
      {"numberBETWEENINC0010040@INC0010042", "3"},
      {"cmdb_ciLIKEharbor-api", "1"},
      {"caused_byISNOTEMPTY", "1"},
      {"opened_at%3Ejavascript:gs.hoursAgo(1)", "1"},
      {"caller_id=javascript:gs.getUserID()%5Enumber=INC0010041", "1"},
      {"123TEXTQUERY321=PoolExhausted", "1"},
  };
  for (auto const& one : kCases) {
    auto const answer =
        now.get(kIncidents + "?sysparm_limit=1&sysparm_query=" + std::string(one.query));
    EXPECT_EQ(answer.header("X-Total-Count"), one.total) << one.query;
  }
  auto const last = now.get(kIncidents + "?sysparm_limit=1&sysparm_query=ORDERBYDESCnumber");
  EXPECT_EQ(last.text("result.0.number"), "INC0010042");
  EXPECT_GT(now.get("/api/now/table/task?sysparm_query=sys_class_name=problem").size(), 5U);
}

TEST(ServiceNow, TheFirstVersionHasNoEmptyLists) {
  Harness now;
  const std::string none = "/table/incident?sysparm_query=number=INC1";
  EXPECT_EQ(now.get("/api/now/v1" + none).status, 404);
  EXPECT_EQ(now.get("/api/now/v2" + none).status, 200);
  EXPECT_EQ(
      now.get("/api/now/table/no_such_table").text("error.message"), "Invalid table no_such_table"
  );
  EXPECT_EQ(now.get(kIncidents + "/0123").text("error.message"), "No Record found");
  EXPECT_EQ(now.get("/api/now/nothing").status, 400);
}

TEST(ServiceNow, AWriteIsSeenLaterWithItsJournalAndItsAudit) {
  Harness now;
  auto const made = now.post(
      kIncidents + "?sysparm_input_display_value=true",
      R"({"short_description":"Broken","caller_id":"Jonas Berg","impact":"1 - High","urgency":"1"})"
  );
  ASSERT_EQ(made.status, 201);
  EXPECT_EQ(made.text("result.number"), "INC0010043");
  EXPECT_EQ(made.text("result.priority"), "1");
  auto const id = made.text("result.sys_id");
  EXPECT_NE(made.header("Location").find(id), std::string::npos);
  auto const changed = now.patch(
      kIncidents + "/" + id, R"({"work_notes":"Looking","state":"2","priority":"4","email":"x"})"
  );
  EXPECT_EQ(changed.status, 200);
  EXPECT_EQ(changed.text("result.incident_state"), "2");
  EXPECT_EQ(changed.text("result.priority"), "1") << "follows from impact and urgency";
  auto const notes = now.get("/api/now/table/sys_journal_field?sysparm_query=element_id=" + id);
  EXPECT_EQ(notes.text("result.0.value"), "Looking");
  auto const audit =
      now.get("/api/now/table/sys_audit?sysparm_query=fieldname=state%5Edocumentkey=" + id);
  EXPECT_EQ(audit.text("result.0.oldvalue"), "1");
  EXPECT_EQ(audit.text("result.0.newvalue"), "2");
  EXPECT_EQ(now.del(kIncidents + "/" + id).status, 204);
  EXPECT_EQ(now.get(kIncidents + "/" + id).status, 404);
}

TEST(ServiceNow, AnAclDropsAFieldSilentlyAndAPolicyForbids) {
  Harness now;
  auto const id = now.id_of("incident", "number=INC0010042");
  auto const dropped = now.patch(kIncidents + "/" + id, R"({"business_impact":"None"})");
  EXPECT_EQ(dropped.status, 200);
  EXPECT_EQ(dropped.text("result.business_impact"), "About one payment in eight fails");
  auto const refused = now.patch(kIncidents + "/" + id, R"({"state":"6"})");
  EXPECT_EQ(refused.status, 403);
  EXPECT_NE(
      refused.text("error.detail").find("mandatory: Resolution code, Resolution notes"),
      std::string::npos
  );
  auto const done = now.patch(
      kIncidents + "/" + id,
      R"({"state":"6","close_code":"Resolved by change","close_notes":"Rolled back"})"
  );
  EXPECT_EQ(done.status, 200);
  EXPECT_EQ(done.text("result.resolved_at"), "2026-11-21 00:00:00");
}

TEST(ServiceNow, BodiesMustBeJson) {
  Harness now;
  EXPECT_EQ(now.post(kIncidents, "{").text("error.detail"), "The payload is not valid JSON.");
  now.content_type = "text/plain";
  EXPECT_EQ(now.post(kIncidents, "{}").status, 415);
}

TEST(ServiceNow, Statistics) {
  Harness now;
  EXPECT_EQ(now.get("/api/now/stats/incident?sysparm_count=true").text("result.stats.count"), "60");
  auto const groups = now.get(
      "/api/now/stats/incident?sysparm_count=true&sysparm_group_by=state&sysparm_avg_fields=impact"
      "&sysparm_display_value=all&sysparm_order_by=COUNTDESC&sysparm_having=count%5Estate%5E%3E%"
      "5E11"
  );
  ASSERT_EQ(groups.size(), 4U) << "one state has 11";
  EXPECT_EQ(groups.text("result.0.stats.count"), "13");
  EXPECT_EQ(groups.text("result.0.groupby_fields.0.display_value"), "In Progress");
  EXPECT_TRUE(groups.has("result.0.stats.avg.impact"));
}

TEST(ServiceNow, TheDictionaryDescribesTheTables) {
  Harness now;
  auto const rows =
      now.get("/api/now/table/sys_dictionary?sysparm_query=name=incident%5Eelement=caller_id");
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows.text("result.0.internal_type.value"), "reference");
  EXPECT_EQ(rows.text("result.0.reference.value"), "sys_user");
  auto const choices = now.get(
      "/api/now/table/sys_choice?sysparm_query=name=incident%5Eelement=state%5EORDERBYsequence"
  );
  EXPECT_EQ(choices.size(), 6U);
  EXPECT_EQ(now.get("/api/now/table/sys_db_object?sysparm_query=super_class.name=task").size(), 7U);
}

TEST(ServiceNow, ConfigurationItemsAndTheirRelations) {
  Harness now;
  auto const id = now.id_of("cmdb_ci", "name=harbor-api");
  auto const item = now.get("/api/now/cmdb/instance/cmdb_ci_appl/" + id);
  ASSERT_EQ(item.status, 200);
  EXPECT_EQ(item.text("result.inbound_relations.0.target.display_value"), "harbor-web");
  EXPECT_EQ(item.text("result.outbound_relations.0.type.display_value"), "Depends on::Used by");
  EXPECT_EQ(json::find_array(item.json, "result.outbound_relations")->size(), 4U);
  EXPECT_EQ(now.get("/api/now/cmdb/instance/cmdb_ci_server").size(), 4U);
  EXPECT_EQ(now.get("/api/now/cmdb/meta/cmdb_ci_server").text("result.parent"), "cmdb_ci");
  EXPECT_EQ(now.get("/api/now/cmdb/instance/incident").status, 400);
}

TEST(ServiceNow, ABatchHasItsBodiesInBase64) {
  Harness now;
  auto const answer = now.post(
      "/api/now/v1/batch",
      R"({"batch_request_id":"1","rest_requests":[
          {"id":"a","method":"GET","url":"/api/now/table/sys_user?sysparm_limit=1"},
          {"id":"b","method":"GET","url":"/api/now/table/none"}]})"
  );
  ASSERT_EQ(answer.status, 200);
  auto const body = base64_decode(answer.text("serviced_requests.0.body"));
  EXPECT_NE(body.value_or("").find("mina"), std::string::npos);
  EXPECT_EQ(json::find_int(answer.json, "serviced_requests.1.status_code"), 400);
}

TEST(ServiceNow, ALimitOfAnHourAndAReset) {
  Harness now;
  auto limited = now.request(http::Method::get, kIncidents);
  limited.headers.add("X-Sandbox-Fault", "rate_limited; retry_after=2400");
  auto const answer = now.send(limited);
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(answer.header("Retry-After"), "2400");
  EXPECT_NE(answer.header("X-RateLimit-Rule"), "(none)");
  EXPECT_EQ(answer.text("error.message"), "Rate limit exceeded");
  auto const id = now.id_of("incident", "number=INC0010042");
  now.patch(kIncidents + "/" + id, R"({"short_description":"Other"})");
  now.clock.advance(600s);
  EXPECT_EQ(now.post("/_sandbox/reset").status, 204);
  auto const again = now.get(kIncidents + "/" + id);
  EXPECT_EQ(again.text("result.short_description"), story::kIncidentTitle);
  EXPECT_EQ(again.text("result.opened_at"), "2026-11-20 23:26:00");
}

}  // namespace
}  // namespace davit::sandbox::servicenow
