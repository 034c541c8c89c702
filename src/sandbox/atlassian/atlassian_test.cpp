#include "sandbox/atlassian/atlassian.h"

#include <gtest/gtest.h>

#include "sandbox/atlassian/adf.h"
#include "sandbox/atlassian/test_harness.h"

namespace davit::sandbox::atlassian {
namespace {

class AtlassianSandbox : public testing::Test, public Harness {};

std::string doc(std::string_view text) { return json::to_text(adf::doc_of(text)); }

std::string path(std::string_view rest) { return fmt::format("{}{}", kTicketPath, rest); }

TEST_F(AtlassianSandbox, TheTokenGoesWithTheEmailAndNotAsABearer) {
  auto const me = get("/rest/api/3/myself");
  EXPECT_EQ(me.status, 200);
  EXPECT_EQ(me.text("accountId"), "5b10ac8d82e05b22cc7d4e01");
  EXPECT_NE(me.header("atl-traceid"), "(none)");
  credential = "Bearer sandbox-token";
  EXPECT_EQ(get("/rest/api/3/myself").status, 403);
  credential = "Basic " + base64_encode("mina@harbor.example:wrong");
  EXPECT_EQ(get("/rest/api/3/myself").status, 401);
  credential = "";
  EXPECT_EQ(get("/rest/api/3/myself").status, 401);
}

TEST_F(AtlassianSandbox, TheTicketTellsTheStory) {
  auto const ticket = get(kTicketPath);
  ASSERT_EQ(ticket.status, 200);
  EXPECT_EQ(ticket.text("fields.summary"), story::kTicketTitle);
  EXPECT_EQ(ticket.text("fields.created"), "2026-11-21T09:35:00.000+0000");
  EXPECT_EQ(ticket.text("fields.parent.key"), "HARB-180");
  EXPECT_EQ(ticket.text("fields.customfield_10020.0.name"), "Sprint 47");
  EXPECT_EQ(ticket.text("fields.description.content.0.type"), "panel");
  EXPECT_NE(ticket.body.find("deploy-timeline"), std::string::npos);
  EXPECT_EQ(ticket.size("fields.comment.comments"), 4U);
  auto const links = get(path("/remotelink"));
  EXPECT_EQ(links.text("0.object.url"), story::merge_request_url(at));
  EXPECT_EQ(get(path("/changelog")).number("total"), 3);
  EXPECT_EQ(get("/rest/api/3/issue/HARB-9999").status, 404);
}

TEST_F(AtlassianSandbox, TextFieldsTakeDocumentsOnly) {
  auto const plain = put(kTicketPath, R"({"fields":{"description":"plain"}})");
  EXPECT_EQ(plain.status, 400);
  EXPECT_NE(plain.text("errors.description").find("Atlassian Document"), std::string::npos);
  auto const empty_text = R"({"fields":{"description":{"type":"doc","version":1,"content":[
      {"type":"paragraph","content":[{"type":"text","text":""}]}]}}})";
  EXPECT_EQ(put(kTicketPath, empty_text).status, 400);
  EXPECT_EQ(put(kTicketPath, R"({"fields":{"description":)" + doc("new") + "}}").status, 204);
  EXPECT_EQ(post(path("/comment"), R"({"body":"plain"})").status, 400);
}

TEST_F(AtlassianSandbox, AnIssueIsCreatedEditedAndDeleted) {
  auto const bad = post("/rest/api/3/issue", R"({"fields":{"project":{"key":"HARB"},
      "issuetype":{"name":"Bug"},"status":{"name":"Done"},"labels":["a b"]}})");
  EXPECT_EQ(bad.status, 400);
  EXPECT_TRUE(bad.has("errors.summary"));
  EXPECT_TRUE(bad.has("errors.status"));
  EXPECT_TRUE(bad.has("errors.labels"));
  auto const made = post("/rest/api/3/issue", R"({"fields":{"project":{"key":"HARB"},
      "issuetype":{"name":"Story"},"summary":"New","parent":{"key":"HARB-181"},
      "assignee":{"accountId":"5b10ac8d82e05b22cc7d4e02"},"customfield_10016":3}})");
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.text("key"), "HARB-232");
  auto const edited =
      put("/rest/api/3/issue/HARB-232?returnIssue=true",
          R"({"fields":{"summary":"Newer","customfield_10020":48},
                              "update":{"labels":[{"add":"x"}]}})");
  EXPECT_EQ(edited.status, 200) << edited.body;
  EXPECT_EQ(edited.text("fields.summary"), "Newer");
  EXPECT_EQ(edited.text("fields.labels.0"), "x");
  EXPECT_EQ(search("sprint = 48 and summary ~ newer").keys(), "HARB-232");
  EXPECT_EQ(get("/rest/api/3/issue/HARB-232/changelog").size("values.0.items"), 3U);
  EXPECT_EQ(del("/rest/api/3/issue/HARB-203").status, 400);
  EXPECT_EQ(del("/rest/api/3/issue/HARB-232").status, 204);
  EXPECT_EQ(get("/rest/api/3/issue/HARB-232").status, 404);
}

TEST_F(AtlassianSandbox, BulkAnswersForEachIssue) {
  auto const made = post("/rest/api/3/issue/bulk", R"({"issueUpdates":[
      {"fields":{"project":{"key":"OPS"},"issuetype":{"name":"Task"},"summary":"One"}},
      {"fields":{"project":{"key":"OPS"},"issuetype":{"name":"Epic"},"summary":"Two"}}]})");
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(made.text("issues.0.key"), "OPS-13");
  EXPECT_EQ(made.number("errors.0.failedElementNumber"), 1);
  auto const some = post(
      "/rest/api/3/issue/bulkfetch",
      R"({"issueIdsOrKeys":["OPS-1","HARB-231","HARB-1"],"fields":["summary"]})"
  );
  EXPECT_EQ(some.keys(), "HARB-231 OPS-1");
}

TEST_F(AtlassianSandbox, TheWorkflowAsksForAResolution) {
  auto const ways = get(path("/transitions?expand=transitions.fields"));
  EXPECT_EQ(ways.size("transitions"), 4U);
  EXPECT_TRUE(ways.has("transitions.3.fields.resolution.allowedValues.0.name"));
  EXPECT_EQ(post(path("/transitions"), R"({"transition":{"id":"21"}})").status, 400);
  auto const bare = post(path("/transitions"), R"({"transition":{"id":"51"}})");
  EXPECT_EQ(bare.text("errors.resolution"), "Resolution is required.");
  auto const done = post(
      path("/transitions"),
      R"({"transition":{"id":"51"},"fields":{"resolution":{"name":"Done"}},
                             "update":{"comment":[{"add":{"body":)" +
          doc("ok") + "}}]}}"
  );
  EXPECT_EQ(done.status, 204) << done.body;
  auto const after = get(kTicketPath);
  EXPECT_EQ(after.text("fields.status.statusCategory.key"), "done");
  EXPECT_EQ(after.text("fields.resolution.name"), "Done");
  EXPECT_EQ(after.size("fields.comment.comments"), 5U);
}

TEST_F(AtlassianSandbox, CommentsPageAndKeepTheirDocuments) {
  auto const page =
      get("/rest/api/3/issue/HARB-200/comment?orderBy=-created&maxResults=7&startAt=28");
  EXPECT_EQ(page.number("total"), 30);
  EXPECT_EQ(page.size("comments"), 2U);
  auto const made = post(path("/comment"), R"({"body":)" + doc("hello") + "}");
  ASSERT_EQ(made.status, 201);
  auto const one = path("/comment/" + made.text("id"));
  EXPECT_EQ(put(one, R"({"body":)" + doc("hello again") + "}").status, 200);
  EXPECT_NE(get(one).body.find("hello again"), std::string::npos);
  EXPECT_EQ(del(one).status, 204);
  EXPECT_EQ(get(one).status, 404);
}

TEST_F(AtlassianSandbox, LinksAreMadeOfBothKinds) {
  auto const body = R"({"type":{"name":"Blocks"},"inwardIssue":{"key":"HARB-231"},
                        "outwardIssue":{"key":"HARB-208"}})";
  EXPECT_EQ(post("/rest/api/3/issueLink", body).status, 201);
  auto const seen = get("/rest/api/3/issue/HARB-208?fields=issuelinks");
  EXPECT_EQ(seen.text("fields.issuelinks.1.inwardIssue.key"), "HARB-231");
  EXPECT_EQ(post("/rest/api/3/issueLink", R"({"type":{"name":"Hates"}})").status, 404);
  auto const remote = R"({"globalId":"x","object":{"url":"https://x.example","title":"X"}})";
  auto const first = post(path("/remotelink"), remote);
  EXPECT_EQ(first.status, 201);
  auto const again = post(path("/remotelink"), remote);
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.number("id"), first.number("id"));
}

TEST_F(AtlassianSandbox, WorkIsLogged) {
  EXPECT_EQ(post(path("/worklog"), R"({"timeSpent":"soon"})").status, 400);
  EXPECT_EQ(
      post(path("/worklog"), R"({"timeSpent":"1h","started":"2026-11-21T09:00:00Z"})").status, 400
  );
  auto const made =
      post(path("/worklog"), R"({"timeSpent":"1h 30m","started":"2026-11-21T09:00:00.000+0000"})");
  EXPECT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.number("timeSpentSeconds"), 5400);
  EXPECT_EQ(get(path("/worklog")).number("total"), 2);
}

TEST_F(AtlassianSandbox, FilesComeFromAnotherHostOrInParts) {
  EXPECT_EQ(get("/rest/api/3/attachment/10501").text("filename"), "harbor-api.log");
  auto const moved = get("/rest/api/3/attachment/content/10501");
  EXPECT_EQ(moved.status, 303);
  auto const where = moved.header("Location");
  ASSERT_TRUE(where.starts_with("http://localhost:8930/file/")) << where;
  auto const target = where.substr(std::string_view("http://localhost:8930").size());
  EXPECT_EQ(get(target).status, 403);  // the credential of the site is refused
  auto file = request(http::Method::get, "/rest/api/3/attachment/content/10501?redirect=false");
  file.headers.add("Range", "bytes=0-3");
  auto const part = send(std::move(file));
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.body, "0000");
  credential = "";
  EXPECT_EQ(get(target).status, 200);
}

TEST_F(AtlassianSandbox, UploadsNeedTheHeaderAgainstForgery) {
  auto one = request(http::Method::post, path("/attachments"));
  one.headers.add("Content-Type", "multipart/form-data; boundary=x");
  one.body =
      "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n"
      "Content-Type: text/plain\r\n\r\nhello\r\n--x--\r\n";
  auto again = one;
  EXPECT_EQ(send(std::move(one)).status, 403);
  again.headers.add("X-Atlassian-Token", "no-check");
  auto const made = send(std::move(again));
  EXPECT_EQ(made.status, 200) << made.body;
  EXPECT_EQ(made.number("0.size"), 5);
}

TEST_F(AtlassianSandbox, ProjectsFieldsAndPeopleAreFound) {
  EXPECT_EQ(get("/rest/api/3/project/search").number("total"), 2);
  EXPECT_EQ(get("/rest/api/3/project/HARB").text("lead.displayName"), "Mina Okafor");
  EXPECT_EQ(
      get("/rest/api/3/project/HARB/version?status=unreleased").text("values.0.name"), "4.3.0"
  );
  EXPECT_EQ(get("/rest/api/3/project/HARB/component").number("total"), 3);
  EXPECT_EQ(get("/rest/api/3/project/HARB/statuses").text("0.name"), "Epic");
  EXPECT_EQ(get("/rest/api/3/issue/createmeta/HARB/issuetypes").number("total"), 5);
  auto const fields = get("/rest/api/3/issue/createmeta/HARB/issuetypes/10004?maxResults=5");
  EXPECT_EQ(fields.size("fields"), 5U);
  EXPECT_GT(fields.number("total"), 15);
  EXPECT_TRUE(get(path("/editmeta")).has("fields.priority.allowedValues"));
  EXPECT_EQ(get("/rest/api/3/field/search?query=severity").number("total"), 2);
  EXPECT_EQ(get("/rest/api/3/user/search?query=mina").text("1.displayName"), "Mina Ito");
  EXPECT_FALSE(get("/rest/api/3/user/assignable/search?project=HARB&query=erik").has("0"));
}

TEST_F(AtlassianSandbox, BoardsAndSprintsMove) {
  EXPECT_EQ(get("/rest/agile/1.0/board?projectKeyOrId=HARB").number("values.0.id"), 1);
  EXPECT_EQ(get("/rest/agile/1.0/board/1/sprint?state=active").text("values.0.name"), "Sprint 47");
  EXPECT_EQ(get("/rest/agile/1.0/board/2/sprint").status, 400);
  auto const made = post("/rest/agile/1.0/sprint", R"({"name":"Extra","originBoardId":1})");
  ASSERT_EQ(made.status, 201) << made.body;
  auto const sprint = fmt::format("/rest/agile/1.0/sprint/{}", made.number("id"));
  EXPECT_EQ(post(sprint, R"({"state":"active"})").status, 400);
  EXPECT_EQ(post(sprint + "/issue", R"({"issues":["HARB-231"]})").status, 204);
  EXPECT_EQ(search("sprint = Extra").keys(), "HARB-231");
  EXPECT_EQ(post("/rest/agile/1.0/backlog/issue", R"({"issues":["HARB-231"]})").status, 204);
  EXPECT_EQ(search("sprint = Extra").keys(), "");
  EXPECT_EQ(post("/rest/agile/1.0/sprint/47", R"({"state":"closed"})").text("state"), "closed");
  EXPECT_EQ(post("/rest/agile/1.0/sprint/46/issue", R"({"issues":["HARB-231"]})").status, 400);
}

TEST_F(AtlassianSandbox, BoardListsPageByToken) {
  auto const page = get("/rest/software/1.0/board/1/issue?fields=summary&maxResults=5");
  EXPECT_EQ(page.size("issues"), 5U);
  EXPECT_TRUE(page.has("nextPageToken"));
  EXPECT_FALSE(page.has("total"));
  EXPECT_NE(get("/rest/software/1.0/sprint/47/issue").keys().find("HARB-231"), std::string::npos);
  EXPECT_EQ(get("/rest/software/1.0/board/1/backlog").keys().find("HARB-231"), std::string::npos);
  EXPECT_EQ(
      get("/rest/software/1.0/epic/HARB-180/issue?jql=type%3DBug%20and%20labels%3Dincident").keys(),
      "HARB-231"
  );
}

TEST_F(AtlassianSandbox, TooManyWritesOnOneIssueAreRefused) {
  Answer last;
  for (int i = 0; i < 21; ++i) last = put(kTicketPath, R"({"fields":{"summary":"x"}})");
  EXPECT_EQ(last.status, 429);
  EXPECT_EQ(last.header("RateLimit-Reason"), "jira-per-issue-on-write");
  EXPECT_EQ(last.header("Retry-After"), "2");
  EXPECT_EQ(put("/rest/api/3/issue/HARB-200", R"({"fields":{"summary":"x"}})").status, 204);
  clock.advance(std::chrono::seconds(3));
  EXPECT_EQ(put(kTicketPath, R"({"fields":{"summary":"x"}})").status, 204);
}

TEST_F(AtlassianSandbox, AGatewayRefusesWithoutSayingForHowLong) {
  post("/_sandbox/faults", R"({"fault":"rate_limited","times":1,"retry_after":null})");
  auto const refused = get(kTicketPath);
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.header("Retry-After"), "(none)");
  EXPECT_EQ(refused.header("X-RateLimit-Reset"), "2026-11-21T10:00Z");
  EXPECT_EQ(refused.header("RateLimit-Reason"), "jira-burst-based");
}

TEST_F(AtlassianSandbox, AResetBringsTheStartBack) {
  EXPECT_EQ(del(kTicketPath).status, 204);
  EXPECT_EQ(get(kTicketPath).status, 404);
  clock.advance(std::chrono::hours(1));
  post("/_sandbox/reset", "{}");
  EXPECT_EQ(get(kTicketPath).text("fields.created"), "2026-11-21T09:35:00.000+0000");
}

class Wiki final : public sandbox::Service {
 public:
  http::Response answer(const http::Request&) override {
    return http::Response::json(200, "{\"wiki\":true}");
  }
  void reset() override {}
  http::Response rate_limited(const std::string&) override { return {}; }
};

TEST_F(AtlassianSandbox, TheWikiIsSomebodyElses) {
  EXPECT_EQ(get("/wiki/api/v2/pages").status, 404);
  handler = make_sandbox({}, at, clock, std::make_unique<Wiki>());
  EXPECT_EQ(get("/wiki/api/v2/pages").body, "{\"wiki\":true}");
  credential = "";
  EXPECT_EQ(get("/wiki/api/v2/pages").status, 401);
}

}  // namespace
}  // namespace davit::sandbox::atlassian
