#include <set>

#include <gtest/gtest.h>

#include "sandbox/confluence/adf.h"
#include "sandbox/confluence/test_harness.h"

namespace davit::sandbox::confluence {
namespace {

// All ids of a list, page by page.
std::vector<std::string> walk(Harness& wiki, std::string path) {
  std::vector<std::string> ids;
  for (int pages = 0; !path.empty() && pages < 100; ++pages) {
    auto const answer = wiki.get(path);
    EXPECT_EQ(answer.status, 200) << path << answer.body;
    auto const* rows = json::find_array(answer.json, "results");
    for (auto const& row : *rows) ids.emplace_back(json::find_string(row, "id").value_or("?"));
    auto const next = json::find_string(answer.json, "_links.next");
    EXPECT_EQ(answer.header("Link").find("rel=\"next\"") != std::string::npos, next.has_value());
    EXPECT_TRUE(!next || next->starts_with("/wiki/api/v2/"));
    path = next ? std::string(next->substr(5)) : std::string();
  }
  return ids;
}

TEST(Confluence, SpacesAreFoundByKey) {
  Harness wiki;
  auto const answer = wiki.get("/api/v2/spaces?keys=HARBOR,OPS");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.all("id"), "65537 65538");
  EXPECT_EQ(answer.text("results.0.homepageId"), "98000");
  EXPECT_EQ(wiki.get("/api/v2/spaces/65538").text("key"), "OPS");
  EXPECT_EQ(wiki.get("/api/v2/spaces/1").status, 404);
}

TEST(Confluence, ListsPageToTheirEnd) {
  Harness wiki;
  auto const ids = walk(wiki, "/api/v2/spaces/65537/pages?limit=7");
  EXPECT_GE(ids.size(), 45U);
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), ids.size());
  EXPECT_EQ(wiki.get("/api/v2/pages?limit=251").status, 400);
  EXPECT_EQ(wiki.get("/api/v2/pages?cursor=nonsense").status, 400);
}

TEST(Confluence, ErrorsHaveTheFormOfTheirVersion) {
  Harness wiki;
  auto const v2 = wiki.get("/api/v2/pages/1");
  EXPECT_EQ(v2.number("errors.0.status"), 404);
  EXPECT_EQ(v2.text("errors.0.code"), "NOT_FOUND");
  auto const wrong = wiki.get("/api/v2/pages/abc");
  EXPECT_EQ(
      wrong.text("errors.0.title"),
      "Provided value {abc} for 'id' is not the correct type. Expected type is long"
  );
  EXPECT_EQ(wiki.get("/rest/api/content/1/label").number("statusCode"), 404);
}

TEST(Confluence, BodiesOfTheSeedAreValidAndComeAsAJsonString) {
  Harness wiki;
  for (auto const& id : walk(wiki, "/api/v2/pages?limit=250")) {
    auto const page = wiki.get("/api/v2/pages/" + id + "?body-format=atlas_doc_format");
    auto const document = json::parse(page.text(kDocument));
    ASSERT_TRUE(document) << id;
    EXPECT_EQ(adf_problem(*document).value_or("fine"), "fine") << id;
  }
}

TEST(Confluence, APageHasNoBodyUnlessAsked) {
  Harness wiki;
  EXPECT_EQ(json::find_object(wiki.get("/api/v2/pages/98244").json, "body")->size(), 0U);
  auto const storage =
      wiki.get("/api/v2/pages/98244?body-format=storage").text("body.storage.value");
  EXPECT_NE(storage.find("<ac:structured-macro ac:name=\"jira\""), std::string::npos);
  EXPECT_NE(storage.find("<![CDATA[kubectl"), std::string::npos);
  EXPECT_NE(storage.find("<ac:inline-comment-marker ac:ref="), std::string::npos);
}

TEST(Confluence, WhatIsWrittenIsReadUnchanged) {
  Harness wiki;
  auto const before = wiki.get(kRunbookAdf);
  auto const adf = before.text(kDocument);
  auto const done =
      wiki.put("/api/v2/pages/98244", update("98244", 4, "Runbook: payment provider", adf));
  EXPECT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(done.number("version.number"), 4);
  EXPECT_EQ(wiki.get(kRunbookAdf).text(kDocument), before.text(kDocument));
}

TEST(Confluence, AnUpdateNeedsTheNextVersion) {
  Harness wiki;
  auto const adf = wiki.get(kRunbookAdf).text(kDocument);
  auto const stale = wiki.put("/api/v2/pages/98244", update("98244", 3, "Runbook", adf));
  EXPECT_EQ(stale.status, 409);
  EXPECT_EQ(
      stale.text("errors.0.title"),
      "Version must be incremented when updating a page. Current Version: [3]. Provided version: "
      "[3]"
  );
  EXPECT_EQ(wiki.put("/api/v2/pages/98244", R"({"id":"98244"})").status, 400);
  EXPECT_EQ(wiki.put("/api/v2/pages/98244", update("98241", 4, "Runbook", adf)).status, 400);
  auto const elsewhere = R"({"spaceId":"65538",)" + update("98244", 4, "Runbook", adf).substr(1);
  EXPECT_EQ(wiki.put("/api/v2/pages/98244", elsewhere).status, 400);
}

TEST(Confluence, BrokenDocumentsAreRefused) {
  Harness wiki;
  constexpr std::string_view kBroken[] = {
      R"({"type":"doc","content":[]})",
      R"({"type":"paragraph"})",
      R"({"type":"doc","version":1,"content":[{"type":"marquee"}]})",
      R"({"type":"doc","version":1,"content":[{"type":"text","text":"loose"}]})",
      R"({"type":"doc","version":1,"content":[{"type":"paragraph","content":[{"type":"text","text":""}]}]})",
      R"({"type":"doc","version":1,"content":[{"type":"heading","content":[]}]})",
      R"({"type":"doc","version":1,"content":[{"type":"bulletList","content":[]}]})",
      "no json",
  };
  for (auto const adf : kBroken) {
    EXPECT_EQ(wiki.put("/api/v2/pages/98244", update("98244", 4, "Runbook", adf)).status, 400)
        << adf;
  }
  EXPECT_EQ(wiki.get("/api/v2/pages/98244").number("version.number"), 3);
}

TEST(Confluence, PagesAreCreatedBelowTheHomePage) {
  Harness wiki;
  auto const made = wiki.post(
      "/api/v2/pages",
      R"({"spaceId":"65537","title":"New","body":{"representation":"storage",)"
      R"("value":"<h2>One</h2><p>a <strong>b</strong></p><ul><li>c</li></ul>"}})"
  );
  EXPECT_EQ(made.status, 200) << made.body;
  EXPECT_EQ(made.text("parentId"), "98000");
  auto const id = made.text("id");
  auto const read = wiki.get("/api/v2/pages/" + id + "?body-format=atlas_doc_format");
  EXPECT_NE(read.text(kDocument).find("\"marks\":[{\"type\":\"strong\"}]"), std::string::npos);
  EXPECT_EQ(wiki.post("/api/v2/pages", R"({"spaceId":"65537","title":"new"})").status, 400);
  EXPECT_EQ(wiki.post("/api/v2/pages", R"({"spaceId":"65538","title":"New"})").status, 200);
  EXPECT_EQ(
      wiki.post(
              "/api/v2/pages",
              R"({"spaceId":"65537","title":"X","body":{"representation":"storage","value":"<p>"}})"
      )
          .status,
      400
  );
  EXPECT_EQ(
      wiki.put("/api/v2/pages/" + id + "/title", R"({"status":"current","title":"Newer"})")
          .number("version.number"),
      2
  );
  EXPECT_EQ(wiki.del("/api/v2/pages/" + id).status, 204);
  EXPECT_EQ(wiki.get("/api/v2/pages/" + id).status, 404);
  EXPECT_EQ(wiki.get("/api/v2/pages/" + id + "?status=trashed").text("status"), "trashed");
}

TEST(Confluence, DraftsAreSeenOnlyByWhoAsks) {
  Harness wiki;
  EXPECT_EQ(wiki.get("/api/v2/pages/98320").status, 404);
  EXPECT_EQ(wiki.get("/api/v2/pages/98320?get-draft=true").text("status"), "draft");
}

TEST(Confluence, TheTreeIsWalkedUpAndDown) {
  Harness wiki;
  EXPECT_EQ(wiki.get("/api/v2/pages/98010/direct-children").all("id"), "98011 98013 98014");
  EXPECT_EQ(
      wiki.get("/api/v2/pages/98010/descendants?depth=2").all("id"), "98011 98012 98013 98014"
  );
  EXPECT_EQ(wiki.get("/api/v2/pages/98016/ancestors").all("id"), "98000 98010 98011 98012 98015");
  EXPECT_EQ(wiki.get("/api/v2/pages/98010/descendants?depth=6").status, 400);
}

TEST(Confluence, OldVersionsStay) {
  Harness wiki;
  EXPECT_EQ(wiki.get("/api/v2/pages/98244/versions").number("results.0.number"), 3);
  EXPECT_EQ(wiki.get("/api/v2/pages/98244/versions/2").text("message"), "First full text");
  auto const first = wiki.get("/api/v2/pages/98244?version=1&body-format=storage");
  EXPECT_NE(first.text("body.storage.value").find("To be written."), std::string::npos);
}

TEST(Confluence, ThreadsHaveChildren) {
  Harness wiki;
  auto const inline_ones = wiki.get("/api/v2/pages/98244/inline-comments?body-format=storage");
  EXPECT_EQ(inline_ones.all("id"), "98701");
  EXPECT_EQ(inline_ones.text("results.0.resolutionStatus"), "open");
  EXPECT_EQ(inline_ones.text("results.0.properties.inlineOriginalSelection"), "pool size 4");
  EXPECT_EQ(wiki.get("/api/v2/inline-comments/98701/children").all("id"), "98702 98703");
  EXPECT_EQ(wiki.get("/api/v2/pages/98244/footer-comments").all("id"), "98704");
  EXPECT_EQ(wiki.get("/api/v2/footer-comments/98701").status, 404);
}

}  // namespace
}  // namespace davit::sandbox::confluence
