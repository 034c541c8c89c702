#include <set>

#include <gtest/gtest.h>

#include "sandbox/gitlab/test_harness.h"

namespace davit::sandbox::gitlab {
namespace {

class GitlabApi : public testing::Test, protected Harness {};

TEST_F(GitlabApi, KnowsWhoAsks) {
  EXPECT_EQ(get("/user").text("username"), "mina");
  token = "read-only-token";
  EXPECT_EQ(get("/personal_access_tokens/self").text("scopes.0"), "read_api");
  token = "wrong";
  auto const refused = get("/user");
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.body, R"({"message":"401 Unauthorized"})");
  token = "";
  EXPECT_EQ(get("/user").status, 401);
  EXPECT_EQ(get("/projects").size(), 0u);
}

TEST_F(GitlabApi, TakesABearerTokenToo) {
  token = "";
  auto one = request(http::Method::get, "/api/v4/user");
  one.headers.add("Authorization", "Bearer jonas-token");
  EXPECT_EQ(send(std::move(one)).text("username"), "jonas");
}
TEST_F(GitlabApi, AnExpiredTokenSaysSo) {
  token = "expired-token";
  auto const refused = get("/projects");
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.text("error"), "invalid_token");
}
TEST_F(GitlabApi, AReadTokenMayNotWrite) {
  token = "read-only-token";
  auto const refused = post("/projects/101/issues", R"({"title":"x"})");
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.text("error"), "insufficient_scope");
  EXPECT_EQ(refused.text("scope"), "api");
  EXPECT_EQ(get(kMr7).status, 200);
}
TEST_F(GitlabApi, ARoleThatIsTooSmallIsForbidden) {
  auto const refused = post(
      "/projects/103/merge_requests", R"({"title":"x","source_branch":"a","target_branch":"main"})"
  );
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.body, R"({"message":"403 Forbidden"})");
}
TEST_F(GitlabApi, WhatCannotBeSeenIsNotThere) {
  auto const hidden = get("/projects/199");
  EXPECT_EQ(hidden.status, 404);
  EXPECT_EQ(hidden.body, R"({"message":"404 Project Not Found"})");
  EXPECT_EQ(get("/projects/vault%2Fsecrets").body, hidden.body);
  EXPECT_EQ(get("/projects/nobody%2Fnothing").body, hidden.body);
  EXPECT_EQ(get("/groups/vault").text("message"), "404 Group Not Found");
}
TEST_F(GitlabApi, UnknownRoutesAndMethodsAnswerAsGrape) {
  EXPECT_EQ(get("/no/such/thing").body, R"({"error":"404 Not Found"})");
  EXPECT_EQ(get("/no/such/thing").status, 404);
  auto const wrong = put("/user");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.header("Allow"), "GET");
}
TEST_F(GitlabApi, EveryAnswerCarriesTheRateLimit) {
  handler = make_sandbox({.requests_per_minute = 2}, clock);
  EXPECT_EQ(get("/user").header("RateLimit-Remaining"), "1");
  EXPECT_EQ(get("/nothing").header("RateLimit-Remaining"), "0");
  auto const refused = get("/user");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.body, "Retry later\n");
  EXPECT_EQ(refused.header("Content-Type"), "text/plain");
  EXPECT_EQ(refused.header("Retry-After"), "60");
  EXPECT_NE(refused.header("X-Request-Id"), "(none)");
  clock.advance(61s);
  EXPECT_EQ(get("/user").status, 200);
}

TEST_F(GitlabApi, ProjectsAreFoundByNumberAndByEncodedPath) {
  EXPECT_EQ(get("/projects/101").number("id"), 101);
  EXPECT_EQ(get("/projects/harbor%2Fapi").number("id"), 101);
  EXPECT_EQ(get("/projects/harbor%2Fplatform%2Fdeploy-tools").number("id"), 103);
  EXPECT_EQ(get("/groups/harbor%2Fplatform").number("id"), 20);
  EXPECT_EQ(get("/projects/harbor/api").status, 404);
  EXPECT_EQ(get("/projects/harbor%252Fapi").status, 404);  // decoded once, not twice
}
TEST_F(GitlabApi, FilesKeepTheirOddCharacters) {
  auto const* path =
      "/projects/101/repository/files/"
      "docs%2Fexamples%2F100%25%20off%20%2B%20gift%20%231%20%28gr%C3%B6%C3%9Fe%29.md";
  EXPECT_EQ(get(std::string(path) + "/raw").body, "A name that clients have to encode.\n");
  EXPECT_EQ(get("/projects/101/repository/branches/feature%2Fticket-pdf").status, 200);
  EXPECT_EQ(get("/projects/101/repository/branches/feature/ticket-pdf").status, 404);
}
TEST_F(GitlabApi, AMovedProjectRedirectsReadsOnly) {
  auto const moved = get("/projects/harbor%2Fold-api/issues?state=opened");
  EXPECT_EQ(moved.status, 301);
  EXPECT_EQ(moved.header("Location"), "http://gitlab.test/api/v4/projects/101/issues?state=opened");
  EXPECT_EQ(post("/projects/harbor%2Fold-api/issues", R"({"title":"x"})").status, 404);
}
TEST_F(GitlabApi, AnUnencodedPlusInADateLosesTheZone) {
  // !7 was updated at 08:12 UTC on the 20th.
  auto const at_zone = [&](std::string_view zone) {
    return get("/projects/101/merge_requests?iids[]=7&updated_after=2026-11-20T10:00:00" +
               std::string(zone))
        .size();
  };
  EXPECT_EQ(at_zone("%2B02:00"), 1u);
  EXPECT_EQ(at_zone("+02:00"), 0u);
  EXPECT_EQ(
      get("/merge_requests?updated_after=soon").body, R"({"error":"updated_after is invalid"})"
  );
}

TEST_F(GitlabApi, OffsetPagesHaveAllHeaders) {
  auto const page = get("/projects/101/issues?per_page=25&page=2&state=all");
  EXPECT_EQ(page.size(), 25u);
  EXPECT_EQ(page.header("X-Page"), "2");
  EXPECT_EQ(page.header("X-Per-Page"), "25");
  EXPECT_EQ(page.header("X-Next-Page"), "3");
  EXPECT_EQ(page.header("X-Prev-Page"), "1");
  EXPECT_EQ(page.header("X-Total"), "60");
  EXPECT_EQ(page.header("X-Total-Pages"), "3");
  auto const link = page.header("Link");
  for (auto const* relation : {"prev", "next", "first", "last"}) {
    EXPECT_NE(link.find("rel=\"" + std::string(relation) + "\""), std::string::npos) << link;
  }
  EXPECT_NE(link.find("page=3&per_page=25&state=all>; rel=\"next\""), std::string::npos) << link;
  auto const last = get("/projects/101/issues?per_page=25&page=3");
  EXPECT_EQ(last.header("X-Next-Page"), "");
  EXPECT_EQ(last.size(), 10u);
  EXPECT_EQ(get("/projects/101/issues?page=99").size(), 0u);
}
TEST_F(GitlabApi, PagesAreAtMostAHundredRowsLong) {
  EXPECT_EQ(get("/projects/101/issues?per_page=1000").header("X-Per-Page"), "100");
  EXPECT_EQ(get("/projects/101/issues").header("X-Per-Page"), "20");
  EXPECT_EQ(get("/projects/101/issues?per_page=x").body, R"({"error":"per_page is invalid"})");
}
TEST_F(GitlabApi, CommitsAreNotCounted) {
  auto const page = get("/projects/101/repository/commits?per_page=5");
  EXPECT_EQ(page.header("X-Total"), "(none)");
  EXPECT_EQ(page.header("X-Next-Page"), "2");
  EXPECT_EQ(page.header("Link").find("last"), std::string::npos);
}

// Follows rel="next" and counts the rows; the answers must have no row twice.
std::string next_of(const Answer& page) {
  auto const link = page.header("Link");
  auto const end = link.find(">; rel=\"next\"");
  if (end == std::string::npos) return {};
  auto const begin = link.rfind('<', end);
  return link.substr(begin + 1, end - begin - 1);
}
TEST_F(GitlabApi, KeysetPagesLeadThroughAllRowsOnce) {
  for (auto const& [start, rows] : std::vector<std::pair<std::string, std::size_t>>{
           {"/projects?pagination=keyset&order_by=id&sort=asc&per_page=1", 3},
           {"/projects?pagination=keyset&order_by=id&sort=desc&per_page=2", 3},
           {"/projects/101/issues?pagination=keyset&per_page=25", 60},
           {"/projects/101/jobs?pagination=keyset&per_page=20", 50},
           {"/projects/101/repository/tree?pagination=keyset&recursive=true&per_page=4", 29},
       }) {
    std::set<std::string> seen;
    auto target = "http://gitlab.test/api/v4" + start;
    while (!target.empty()) {
      auto const page = send(request(http::Method::get, target.substr(18)));
      ASSERT_EQ(page.status, 200) << page.body;
      for (auto const& row : page.json.get_array()) {
        auto const* path = row.get_object().if_contains("path");
        auto const* id = row.get_object().if_contains("id");
        seen.insert(id->is_int64() ? json::to_text(*id) : json::to_text(*path));
      }
      target = next_of(page);
    }
    EXPECT_EQ(seen.size(), rows) << start;
  }
}
TEST_F(GitlabApi, KeysetWorksOnlyForSomeOrders) {
  auto const refused = get("/projects?pagination=keyset&order_by=name");
  EXPECT_EQ(refused.status, 405);
  EXPECT_EQ(
      refused.text("error"), "Keyset pagination is not yet available for this type of request"
  );
}

TEST_F(GitlabApi, ErrorsHaveTheShapeOfTheirLayer) {
  auto const issues = "/projects/101/issues";
  struct Row {
    std::string path;
    std::string body;
    int status;
    std::string error;
  };
  std::string const mrs = "/projects/101/merge_requests";
  for (auto const& row : std::vector<Row>{
           {issues, "{}", 400, R"({"error":"title is missing"})"},
           {issues, R"({"title":""})", 400, R"({"message":{"title":["can't be blank"]}})"},
           {issues,
            R"({"title":"x","issue_type":"y","weight":"z"})",
            400,
            R"({"error":"issue_type does not have a valid value, weight is invalid"})"},
           {issues, "{", 400, R"({"error":"message body does not match declared format"})"},
           {mrs,
            R"({"title":"x"})",
            400,
            R"({"error":"source_branch is missing, target_branch is missing"})"},
           {mrs,
            R"({"title":"x","source_branch":"main","target_branch":"main"})",
            422,
            R"({"message":["You can't use same project/branch for source and target"]})"},
           {mrs,
            R"({"title":"x","source_branch":"no","target_branch":"main"})",
            400,
            R"({"message":{"source_branch":["does not exist"]}})"},
           {mrs,
            R"({"title":"x","source_branch":"retry-payment-client","target_branch":"main"})",
            409,
            R"({"message":["Another open merge request already exists for this source branch: !7"]})"
           },
       }) {
    auto const answer = post(row.path, row.body);
    EXPECT_EQ(answer.status, row.status) << row.body;
    EXPECT_EQ(answer.body, row.error);
  }
  EXPECT_EQ(
      get("/merge_requests?state=odd").body, R"({"error":"state does not have a valid value"})"
  );
  EXPECT_EQ(get("/projects/101/issues/9999").body, R"({"message":"404 Not found"})");
  EXPECT_EQ(get("/projects/101/issues/x").body, R"({"error":"issue_iid is invalid"})");
  EXPECT_EQ(
      get("/issues?author_id=1&author_username=a").text("error"),
      "author_id, author_username are mutually exclusive"
  );
}
TEST_F(GitlabApi, FormsAreReadAsWellAsJson) {
  auto one = request(http::Method::post, "/api/v4/projects/101/issues");
  one.headers.set("Content-Type", "application/x-www-form-urlencoded");
  one.body = "title=Form+one&labels=bug,backend&assignee_ids[]=11&assignee_ids[]=12";
  auto const issue = send(std::move(one));
  EXPECT_EQ(issue.status, 201);
  EXPECT_EQ(issue.text("title"), "Form one");
  EXPECT_EQ(issue.text("labels.0"), "backend");
  EXPECT_EQ(issue.text("assignees.1.username"), "jonas");
}

TEST_F(GitlabApi, CodeIsSearchedInProjectsOnly) {
  auto const refused = get("/search?scope=blobs&search=retry");
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(
      refused.text("message"), "Scope supported only with advanced search or exact code search"
  );
  EXPECT_EQ(get("/groups/harbor/search?scope=notes&search=retry").status, 400);
  auto const found = get("/projects/101/search?scope=blobs&search=TIMEOUT_MS%20extension:ts");
  EXPECT_EQ(found.text("0.path"), "src/payments/client.ts");
  EXPECT_EQ(found.number("0.startline"), 2);
  EXPECT_EQ(get("/search?scope=projects").body, R"({"error":"search is missing"})");
  EXPECT_EQ(get("/search?scope=x&search=y").text("error"), "scope does not have a valid value");
}
TEST_F(GitlabApi, OtherScopesAreSearchedEverywhere) {
  EXPECT_EQ(get("/search?scope=projects&search=deploy").number("0.id"), 103);
  EXPECT_EQ(get("/search?scope=issues&search=503").number("0.iid"), 12);
  EXPECT_EQ(get("/groups/harbor/search?scope=merge_requests&search=backoff").number("0.iid"), 7);
  EXPECT_EQ(get("/search?scope=users&search=aisha").text("0.username"), "aisha");
  EXPECT_EQ(get("/projects/101/search?scope=commits&search=timeout").size(), 0u);
  EXPECT_EQ(get("/projects/101/search?scope=commits&search=wait").size(), 2u);
}
TEST_F(GitlabApi, CiLintFindsCommonMistakes) {
  EXPECT_EQ(json::find_bool(get("/projects/101/ci/lint").json, "valid"), true);
  auto const linted =
      post("/projects/101/ci/lint", R"({"content":"stages: [a]\nx:\n  stage: b\n  script: y\n"})");
  EXPECT_EQ(
      linted.text("errors.0"),
      "x job: chosen stage b does not exist; available stages are .pre, a, .post"
  );
}
TEST_F(GitlabApi, ProjectsAndGroupsHaveTheirFurniture) {
  EXPECT_EQ(get("/projects/101/labels?search=payments").size(), 1u);
  EXPECT_EQ(get("/projects/101/labels?search=incident").size(), 1u);  // the group's
  EXPECT_EQ(get("/groups/harbor/milestones").number("0.group_id"), 10);
  EXPECT_EQ(get("/projects/101/members/all?query=mina").number("0.access_level"), 40);
  EXPECT_EQ(get("/projects/101/protected_branches").text("0.name"), "main");
  EXPECT_EQ(get("/projects/101/releases").text("0.tag_name"), "v4.2.0");
  EXPECT_EQ(get("/projects/101/iterations?state=opened").size(), 2u);
  EXPECT_EQ(get("/groups/harbor/iterations?search=47").number("0.state"), 2);
  EXPECT_EQ(get("/todos").size(), 3u);
  EXPECT_EQ(get("/users?username=jonas").number("0.id"), 12);
}
TEST_F(GitlabApi, ResetBringsTheStoryBack) {
  put(kMr7, R"({"title":"Changed"})");
  EXPECT_EQ(send(request(http::Method::post, "/_sandbox/reset")).status, 204);
  EXPECT_EQ(get(kMr7).text("title"), "Add retry with backoff to the payment client");
}
TEST_F(GitlabApi, TheSeedIsTheSameEachTime) {
  auto const first = get("/projects/101/merge_requests?per_page=100").body;
  handler = make_sandbox({}, clock);
  EXPECT_EQ(get("/projects/101/merge_requests?per_page=100").body, first);
}

}  // namespace
}  // namespace davit::sandbox::gitlab
