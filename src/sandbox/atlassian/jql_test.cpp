#include <algorithm>

#include <gtest/gtest.h>

#include "sandbox/atlassian/test_harness.h"

namespace davit::sandbox::atlassian {
namespace {

class JqlSearch : public testing::Test, public Harness {};

TEST_F(JqlSearch, SearchGivesIdsUntilFieldsAreNamed) {
  auto const ids = post("/rest/api/3/search/jql", R"({"jql":"project = HARB"})");
  ASSERT_EQ(ids.status, 200);
  EXPECT_TRUE(ids.has("issues.0.id"));
  EXPECT_FALSE(ids.has("issues.0.key"));
  EXPECT_FALSE(ids.has("total"));
  auto const rows = get("/rest/api/3/search/jql?jql=project%20%3D%20HARB&fields=summary,status");
  EXPECT_EQ(rows.text("issues.0.key"), "HARB-231");
  EXPECT_EQ(rows.text("issues.0.fields.status.name"), "In Progress");
  EXPECT_FALSE(rows.has("issues.0.fields.description"));
}

TEST_F(JqlSearch, SearchPagesByTokenToTheEnd) {
  std::string token, seen;
  int pages = 0;
  do {
    auto const page = post(
        "/rest/api/3/search/jql",
        fmt::format(
            R"({{"jql":"project = HARB","fields":["summary"],"maxResults":20{}}})",
            token.empty() ? "" : fmt::format(R"(,"nextPageToken":"{}")", token)
        )
    );
    ASSERT_EQ(page.status, 200) << page.body;
    seen += page.keys() + " ";
    token = page.has("nextPageToken") ? page.text("nextPageToken") : "";
    EXPECT_EQ(*json::find_bool(page.json, "isLast"), token.empty());
    ++pages;
  } while (!token.empty() && pages < 10);
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(std::ranges::count(seen, ' '), 52);
  auto const other =
      post("/rest/api/3/search/jql", R"({"jql":"project = OPS","nextPageToken":"bm9uc2Vuc2U"})");
  EXPECT_EQ(other.status, 400);
}

TEST_F(JqlSearch, SearchMustBeBoundedAndTheOldOneIsGone) {
  EXPECT_EQ(search("order by created").status, 400);
  EXPECT_NE(search("").text("errorMessages.0").find("Unbounded"), std::string::npos);
  EXPECT_EQ(get("/rest/api/3/search?jql=project%3DHARB").status, 410);
  auto const counted = post("/rest/api/3/search/approximate-count", R"({"jql":"project = HARB"})");
  EXPECT_EQ(counted.number("count"), 52);
}

TEST_F(JqlSearch, JqlFindsWhatItSays) {
  EXPECT_EQ(search("key = harb-231").keys(), "HARB-231");
  EXPECT_EQ(search("issue in (HARB-181, 'HARB-180') order by key").keys(), "HARB-180 HARB-181");
  EXPECT_EQ(
      search("issuetype = Epic AND project = HARB ORDER BY key DESC").keys(),
      "HARB-182 HARB-181 HARB-180"
  );
  EXPECT_EQ(search("text ~ \"pool exhausted\"").keys(), "HARB-231");
  EXPECT_EQ(search("summary ~ 'connections' and status = \"In Review\"").keys(), "HARB-198");
  EXPECT_EQ(search("created >= -1h").keys(), "HARB-231");
  EXPECT_EQ(search("labels = incident and assignee != currentUser()").keys(), "HARB-231");
  EXPECT_EQ(
      search("sprint in openSprints() and priority = Highest and type = Bug and "
             "assignee = 5b10ac8d82e05b22cc7d4e04")
          .keys(),
      "HARB-231"
  );
  EXPECT_EQ(
      search("project = OPS and (status = Done or key in (OPS-8)) and not key = OPS-1 "
             "order by key")
          .keys(),
      "OPS-2 OPS-3 OPS-4 OPS-8"
  );
  EXPECT_EQ(search("parent = HARB-203").keys(), "HARB-230");
  EXPECT_GT(search("assignee is EMPTY").size("issues"), 5U);
  EXPECT_EQ(search("fixVersion = 4.1.14 and statusCategory != Done").keys(), "");
}

TEST_F(JqlSearch, JqlMistakesAreToldAsJiraDoes) {
  auto const told = [&](std::string_view jql) {
    auto const answer = search(jql);
    EXPECT_EQ(answer.status, 400) << jql;
    return answer.text("errorMessages.0");
  };
  EXPECT_EQ(told("project = NOPE"), "The value 'NOPE' does not exist for the field 'project'.");
  EXPECT_EQ(
      told("colour = red"),
      "Field 'colour' does not exist or you do not have permission to view it."
  );
  EXPECT_EQ(told("status ~ done"), "The operator '~' is not supported by the 'status' field.");
  EXPECT_NE(told("project HARB").find("Expecting operator but got 'HARB'"), std::string::npos);
  EXPECT_NE(told("summary ~ \"open").find("has not been completed"), std::string::npos);
  EXPECT_NE(told("summary ~ a/b").find("reserved"), std::string::npos);
  EXPECT_NE(told("created > yesterday").find("Valid formats include"), std::string::npos);
  told("\"\" = x");
  told("key = HARB-1 order by key, created, updated, status, priority, rank, type, project");
}

}  // namespace
}  // namespace davit::sandbox::atlassian
