// Attachments, changes, the catalog, knowledge and imports.
#include <gtest/gtest.h>

#include "sandbox/servicenow/test_harness.h"

namespace davit::sandbox::servicenow {
namespace {

const std::string kChanges = "/api/sn_chg_rest/change";

TEST(ServiceNowProcess, Attachments) {
  Harness now;
  auto const incident = now.id_of("incident", "number=INC0010042");
  now.content_type = "text/plain";
  auto const made = now.post(
      "/api/now/attachment/file?table_name=incident&file_name=a.txt&table_sys_id=" + incident,
      "hello"
  );
  ASSERT_EQ(made.status, 201);
  EXPECT_EQ(made.text("result.size_bytes"), "5");
  auto const id = made.text("result.sys_id");
  EXPECT_EQ(now.get("/api/now/attachment/" + id + "/file").body, "hello");
  EXPECT_EQ(now.get("/api/now/attachment?sysparm_query=table_sys_id=" + incident).size(), 3U);
  EXPECT_EQ(now.del("/api/now/attachment/" + id).status, 204);
  EXPECT_EQ(now.get("/api/now/attachment/" + id).status, 404);
}

TEST(ServiceNowProcess, AChangeGoesFromStateToNextState) {
  Harness now;
  auto const made = now.post(kChanges + "/normal", R"({"short_description":"Try","nonsense":1})");
  ASSERT_EQ(made.status, 200);
  EXPECT_EQ(made.text("result.state.display_value"), "New");
  EXPECT_EQ(made.text("result.__meta.ignoredFields.0"), "nonsense");
  auto const path = kChanges + "/" + made.text("result.sys_id.value");
  auto const next = now.get(path + "/nextstates");
  EXPECT_EQ(next.text("result.state_transitions.0.0.display_value"), "New to Assess");
  EXPECT_EQ(json::find_bool(next.json, "result.state_transitions.0.0.transition_available"), false);
  EXPECT_EQ(now.patch(path, R"({"state":"-1"})").status, 400);
  auto const unmet = now.patch(path, R"({"state":"assess","state":"-4"})");
  EXPECT_NE(unmet.text("error.detail").find("Assignment group"), std::string::npos);
  auto const group = now.id_of("sys_user_group", "name=Service%20desk");
  now.patch(path, R"({"assignment_group":")" + group + "\"}");
  EXPECT_EQ(now.patch(path, R"({"state":"Assess"})").text("result.state.value"), "-4");
  EXPECT_EQ(
      now.patch(
             "/api/now/table/change_request/" + made.text("result.sys_id.value"), R"({"state":"3"})"
      )
          .status,
      403
  );
  EXPECT_EQ(now.post(kChanges, "{}").status, 400);
  EXPECT_EQ(now.get(kChanges + "/emergency").size(), 1U);
}

TEST(ServiceNowProcess, ApprovingMovesTheChangeOn) {
  Harness now;
  auto const id = now.id_of("change_request", "number=CHG0030022");
  auto const answer = now.patch(kChanges + "/" + id + "/approvals", R"({"state":"approved"})");
  EXPECT_EQ(answer.text("result.state.value"), "approved");
  EXPECT_EQ(now.get(kChanges + "/" + id).text("result.state.display_value"), "Scheduled");
  EXPECT_EQ(now.patch(kChanges + "/" + id + "/approvals", R"({"state":"approved"})").status, 400);
  // Priya's approval is not Mina's to give.
  auto const other =
      now.id_of("sysapproval_approver", "approver.user_name=priya%5Estate=requested");
  auto const same =
      now.patch("/api/now/table/sysapproval_approver/" + other, R"({"state":"approved"})");
  EXPECT_EQ(same.status, 200);
  EXPECT_EQ(same.text("result.state"), "requested");
}

TEST(ServiceNowProcess, AConflictCheckRunsInAWorker) {
  Harness now;
  auto const id = now.id_of("change_request", "number=CHG0030022");
  auto const other = now.post(kChanges + "/normal", "{}").text("result.sys_id.value");
  auto const api = now.id_of("cmdb_ci", "name=harbor-api");
  now.patch(
      kChanges + "/" + other,
      R"({"start_date":"2026-11-21 01:30:00","end_date":"2026-11-21 02:00:00","cmdb_ci":")" + api +
          "\"}"
  );
  auto const started = now.post(kChanges + "/" + id + "/conflict");
  EXPECT_EQ(started.text("result.state.display_value"), "Waiting");
  auto const worker = kChanges + "/worker/" + started.text("result.worker.sysId");
  EXPECT_EQ(now.get(worker).text("result.state.display_value"), "Waiting");
  now.clock.advance(3s);
  EXPECT_EQ(now.get(worker).text("result.state.display_value"), "Complete");
  auto const conflicts = now.get(kChanges + "/" + id + "/conflict");
  EXPECT_EQ(conflicts.text("result.conflict_status.value"), "Conflict");
  EXPECT_EQ(conflicts.text("result.conflicts.0.conflicting_change.value"), other);
}

TEST(ServiceNowProcess, TheFirstFreeWindowIsFoundByAWorker) {
  Harness now;
  auto const id = now.id_of("change_request", "number=CHG0030024");
  auto const started = now.patch(kChanges + "/" + id + "/schedule/first_available", "{}");
  EXPECT_EQ(started.text("result.state.display_value"), "Waiting");
  now.clock.advance(3s);
  now.get(kChanges + "/worker/" + started.text("result.worker.sysId"));
  EXPECT_EQ(now.get(kChanges + "/" + id).text("result.start_date.value"), "2026-11-21 22:00:00");
}

TEST(ServiceNowProcess, TasksAndStandardChanges) {
  Harness now;
  auto const id = now.id_of("change_request", "number=CHG0030021");
  EXPECT_EQ(now.get(kChanges + "/" + id + "/task").size(), 2U);
  auto const task = now.post(kChanges + "/" + id + "/task", R"({"short_description":"Look"})");
  EXPECT_EQ(task.text("result.change_request.display_value"), "CHG0030021");
  EXPECT_EQ(now.get(kChanges + "/" + id + "/task").size(), 3U);
  auto const item = now.get(kChanges + "/standard/template").text("result.0.sys_id.value");
  auto const made = now.post(kChanges + "/standard/" + item);
  EXPECT_EQ(made.text("result.type.display_value"), "Standard");
  EXPECT_EQ(made.text("result.short_description.value"), "Restart an application");
}

TEST(ServiceNowProcess, TheCatalogTakesOrders) {
  Harness now;
  const std::string items = "/api/sn_sc/servicecatalog/items";
  auto const found = now.get(items + "?sysparm_text=laptop");
  ASSERT_EQ(found.size(), 1U);
  auto const path = items + "/" + found.text("result.0.sys_id");
  EXPECT_EQ(now.get(path).text("result.variables.0.choices.0.label"), "16");
  EXPECT_EQ(now.post(path + "/order_now", R"({"sysparm_quantity":"1"})").status, 400);
  auto const ordered =
      now.post(path + "/order_now", R"({"sysparm_quantity":"1","variables":{"memory":"32"}})");
  ASSERT_EQ(ordered.status, 200);
  EXPECT_EQ(ordered.text("result.table"), "sc_request");
  auto const lines =
      now.get("/api/now/table/sc_req_item?sysparm_query=request=" + ordered.text("result.sys_id"));
  EXPECT_EQ(lines.size(), 1U);
  auto const producer = now.get(items + "?sysparm_type=record_producer").text("result.0.sys_id");
  auto const made = now.post(
      items + "/" + producer + "/submit_producer", R"({"variables":{"short_description":"Oops"}})"
  );
  EXPECT_EQ(made.text("result.table"), "incident");
}

TEST(ServiceNowProcess, KnowledgeAndImports) {
  Harness now;
  auto const found =
      now.get("/api/sn_km_api/knowledge/articles?query=payment%20provider&fields=author");
  EXPECT_EQ(found.text("result.articles.0.number"), "KB0010001");
  EXPECT_EQ(found.text("result.articles.0.fields.author.display_value"), "Tomas Lind");
  auto const one = now.get("/api/sn_km_api/knowledge/articles/KB0010001");
  EXPECT_NE(one.text("result.content").find("<h2>"), std::string::npos);
  EXPECT_EQ(now.get("/api/sn_km_api/knowledge/articles/KB0010005").status, 404);
  const std::string row = R"({"u_short_description":"From a file","u_correlation_id":"x-1"})";
  EXPECT_EQ(now.post("/api/now/import/u_imp_incident", row).text("result.0.status"), "inserted");
  EXPECT_EQ(now.post("/api/now/import/u_imp_incident", row).text("result.0.status"), "ignored");
}

}  // namespace
}  // namespace davit::sandbox::servicenow
