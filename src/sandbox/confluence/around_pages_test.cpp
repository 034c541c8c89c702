// Comments, labels, files, search, and what else is around the pages.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "http/url.h"
#include "sandbox/confluence/test_harness.h"

namespace davit::sandbox::confluence {
namespace {

std::string on_text(std::string_view words, int count, int index) {
  return fmt::format(
      R"({{"pageId":"98310","body":{{"representation":"storage","value":"<p>hm</p>"}},)"
      R"("inlineCommentProperties":{{"textSelection":"{}","textSelectionMatchCount":{},)"
      R"("textSelectionMatchIndex":{}}}}})",
      words,
      count,
      index
  );
}

TEST(Confluence, AnInlineCommentMarksItsText) {
  Harness wiki;
  EXPECT_EQ(wiki.post("/api/v2/inline-comments", on_text("refunded", 2, 0)).status, 400);
  EXPECT_EQ(wiki.post("/api/v2/inline-comments", on_text("refunded", 1, 1)).status, 400);
  auto const made = wiki.post("/api/v2/inline-comments", on_text("refunded", 1, 0));
  ASSERT_EQ(made.status, 201) << made.body;
  auto const marker = made.text("properties.inlineMarkerRef");
  auto const page = wiki.get("/api/v2/pages/98310?body-format=atlas_doc_format");
  EXPECT_EQ(page.number("version.number"), 1);
  auto const text = page.text(kDocument);
  EXPECT_NE(
      text.find("{\"type\":\"text\",\"text\":\"refunded\",\"marks\":[{\"type\":\"annotation\""),
      std::string::npos
  ) << text;
  // An edit that loses the mark leaves the comment dangling.
  auto const adf = R"({"type":"doc","version":1,"content":[]})";
  EXPECT_EQ(wiki.put("/api/v2/pages/98310", update("98310", 2, "Post-mortem", adf)).status, 200);
  auto const id = made.text("id");
  EXPECT_EQ(wiki.get("/api/v2/inline-comments/" + id).text("resolutionStatus"), "dangling");
}

TEST(Confluence, CodeTakesNoInlineComment) {
  Harness wiki;
  auto body = on_text("payment_pool_in_use", 1, 0);
  body.replace(body.find("98310"), 5, "98244");
  EXPECT_EQ(wiki.post("/api/v2/inline-comments", body).status, 400);
}

TEST(Confluence, TheOldContentResourceIsGone) {
  Harness wiki;
  EXPECT_EQ(wiki.get("/rest/api/content/98310?expand=body.storage").status, 410);
  EXPECT_EQ(wiki.post("/rest/api/content").status, 410);
  EXPECT_EQ(wiki.get("/rest/api/content/98310/label").status, 200);
}

TEST(Confluence, ResetBringsTheSeedBack) {
  Harness wiki;
  EXPECT_EQ(wiki.del("/api/v2/pages/98310").status, 204);
  wiki.send(Harness::request(http::Method::post, "/_sandbox/reset"));
  EXPECT_EQ(wiki.get("/api/v2/pages/98310").status, 200);
}

TEST(Confluence, ACommentIsResolvedAndReopened) {
  Harness wiki;
  auto const path = "/api/v2/inline-comments/98701";
  EXPECT_EQ(wiki.put(path, R"({"version":{"number":1},"resolved":true})").status, 409);
  auto const done = wiki.put(path, R"({"version":{"number":2},"resolved":true})");
  EXPECT_EQ(done.text("resolutionStatus"), "resolved");
  EXPECT_EQ(done.text("resolutionLastModifierId"), "5b10ac8d82e05b22cc7d4e01");
  EXPECT_EQ(wiki.get("/api/v2/pages/98244/inline-comments?resolution-status=open").size(), 0U);
  EXPECT_EQ(
      wiki.put(path, R"({"version":{"number":3},"resolved":false})").text("resolutionStatus"),
      "reopened"
  );
}

TEST(Confluence, LabelsAreAddedAndRemoved) {
  Harness wiki;
  auto const added = wiki.post(
      "/rest/api/content/98310/label",
      R"([{"prefix":"global","name":"Payments"},{"name":"checkout"}])"
  );
  EXPECT_EQ(added.all("name"), "post-mortem checkout payments");
  EXPECT_EQ(wiki.post("/rest/api/content/98310/label", R"({"name":"two words"})").status, 400);
  EXPECT_EQ(wiki.del("/rest/api/content/98310/label/checkout").status, 204);
  EXPECT_EQ(wiki.get("/api/v2/pages/98310/labels").all("name"), "post-mortem payments");
  auto const page = wiki.get("/api/v2/pages/98310?include-labels=true");
  EXPECT_EQ(page.text("labels.results.0.name"), "post-mortem");
}

TEST(Confluence, PagesMove) {
  Harness wiki;
  EXPECT_EQ(wiki.put("/rest/api/content/98014/move/before/98011").status, 200);
  EXPECT_EQ(wiki.get("/api/v2/pages/98010/direct-children").all("id"), "98014 98011 98013");
  EXPECT_EQ(wiki.put("/rest/api/content/98011/move/append/98500").text("pageId"), "98011");
  EXPECT_EQ(wiki.get("/api/v2/pages/98012").text("spaceId"), "65538");
  EXPECT_EQ(wiki.put("/rest/api/content/98010/move/append/98013").status, 400);
  // "On-call guide" is in both spaces.
  EXPECT_EQ(wiki.put("/rest/api/content/98031/move/append/98500").status, 400);
}

TEST(Confluence, FilesComeFromAnotherHost) {
  Harness wiki;
  auto const list = wiki.get("/api/v2/pages/98244/attachments?filename=pool%20metrics.txt");
  EXPECT_EQ(list.all("id"), "att98901");
  auto const moved = wiki.get("/rest/api/content/98244/child/attachment/att98901/download");
  EXPECT_EQ(moved.status, 302);
  std::string const host = "http://localhost:8930";
  ASSERT_TRUE(moved.header("Location").starts_with(host + "/media/"));
  auto const target = moved.header("Location").substr(host.size());
  auto file = Harness::request(http::Method::get, target);
  EXPECT_EQ(wiki.send(file).body.find("18:04:11 in_use=4"), 0U);
  file.headers.add("Range", "bytes=0-7");
  EXPECT_EQ(wiki.send(file).body, "18:04:11");
  file.headers.add("Authorization", "Basic leaked");
  EXPECT_EQ(wiki.send(file).status, 401);
}

TEST(Confluence, AnUploadMakesANewVersion) {
  Harness wiki;
  auto upload =
      Harness::request(http::Method::put, "/wiki/rest/api/content/98310/child/attachment");
  upload.headers.add("Content-Type", "multipart/form-data; boundary=x");
  upload.body =
      "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"n.txt\"\r\n"
      "Content-Type: text/plain\r\n\r\none\r\n--x--\r\n";
  EXPECT_EQ(wiki.send(upload).status, 403);
  upload.headers.add("X-Atlassian-Token", "no-check");
  EXPECT_EQ(wiki.send(upload).number("results.0.version.number"), 1);
  auto const again = wiki.send(upload);
  EXPECT_EQ(again.number("results.0.version.number"), 2);
  EXPECT_EQ(wiki.get("/api/v2/attachments/" + again.text("results.0.id")).number("fileSize"), 3);
}

Answer cql(Harness& wiki, std::string_view query, std::string_view more = "") {
  return wiki.get(fmt::format("/rest/api/search?cql={}{}", http::percent_encode(query), more));
}

TEST(Confluence, CqlFindsWhatItSays) {
  Harness wiki;
  EXPECT_EQ(cql(wiki, "title = \"post-mortem: checkout outage\"").all("content.id"), "98310");
  EXPECT_EQ(
      cql(wiki, "type=page AND label = runbook AND space = HARBOR ORDER BY title").size(), 4U
  );
  EXPECT_EQ(
      cql(wiki, "title = 'On-call guide' order by created desc").all("content.id"), "98031 98501"
  );
  EXPECT_EQ(cql(wiki, "type in (page) and lastmodified > now('-1h')").all("content.id"), "98310");
  EXPECT_EQ(cql(wiki, "ancestor = 98012").all("content.id"), "98015 98016");
  EXPECT_EQ(
      cql(wiki, "type = page and creator = currentUser() and not (space = HARBOR or label = x)")
          .number("totalSize"),
      0
  );
  EXPECT_EQ(cql(wiki, "type = space and title ~ operations").text("results.0.space.key"), "OPS");
  EXPECT_EQ(cql(wiki, "type = page and").status, 400);
  EXPECT_EQ(cql(wiki, "colour = red").number("statusCode"), 400);
}

TEST(Confluence, SearchHighlightsAndPages) {
  Harness wiki;
  auto const found = cql(wiki, "type = page and text ~ \"PoolExhaustedError\"");
  EXPECT_NE(
      found.text("results.0.excerpt").find("@@@hl@@@PoolExhaustedError@@@endhl@@@"),
      std::string::npos
  ) << found.body;
  EXPECT_EQ(
      cql(wiki, "type = page and text ~ \"payment provider\"").text("results.0.content.id"), "98014"
  );
  auto const first = cql(wiki, "type = page", "&limit=20");
  EXPECT_EQ(first.number("size"), 20);
  EXPECT_GE(first.number("totalSize"), 50);
  auto const next = first.text("_links.next");
  ASSERT_TRUE(next.starts_with("/rest/api/search?")) << next;
  EXPECT_EQ(wiki.get(next).number("start"), 20);
}

TEST(Confluence, PeopleAreLookedUpInOneGo) {
  Harness wiki;
  auto const answer = wiki.post(
      "/api/v2/users-bulk",
      R"({"accountIds":["5b10ac8d82e05b22cc7d4e03","5b10ac8d82e05b22cc7d4e06","x"]})"
  );
  EXPECT_EQ(answer.all("displayName"), "Aisha Rahman Lena Fischer");
  EXPECT_EQ(answer.text("results.1.email"), "");
}

TEST(Confluence, PropertiesAreKept) {
  Harness wiki;
  auto const made =
      wiki.post("/api/v2/pages/98310/properties", R"({"key":"reviewed","value":{"by":"mina"}})");
  auto const path = "/api/v2/pages/98310/properties/" + made.text("id");
  EXPECT_EQ(wiki.get(path).text("value.by"), "mina");
  EXPECT_EQ(
      wiki.put(path, R"({"key":"reviewed","value":1,"version":{"number":2}})").number("value"), 1
  );
  EXPECT_EQ(wiki.del(path).status, 204);
  EXPECT_EQ(wiki.get("/api/v2/pages/98310/properties").size(), 0U);
}

TEST(Confluence, ThePostMortemWaitsToBeWritten) {
  Harness wiki;
  auto const page = wiki.get("/api/v2/pages/98310?body-format=atlas_doc_format");
  EXPECT_EQ(page.text("title"), story::kPostMortemTitle);
  EXPECT_EQ(page.text("_links.webui"), "/spaces/HARBOR/pages/98310/Post-mortem%3A+checkout+outage");
  auto const text = page.text(kDocument);
  for (auto const* part :
       {"\"Summary\"",
        "\"Action items\"",
        "taskList",
        "INC0010042",
        "HARB-231",
        "\"extensionKey\":\"jira\""}) {
    EXPECT_NE(text.find(part), std::string::npos) << part;
  }
  EXPECT_EQ(wiki.get("/api/v2/pages/98300/direct-children").size(), 9U);
}

}  // namespace
}  // namespace davit::sandbox::confluence
