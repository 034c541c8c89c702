// The pure functions of Jira's tools.
#include <gtest/gtest.h>

#include "base/strings.h"
#include "connectors/atlassian/jira_fields.h"
#include "connectors/atlassian/jira_jql.h"
#include "connectors/atlassian/jira_multipart.h"
#include "connectors/atlassian/jira_people.h"
#include "connectors/atlassian/jira_references.h"
#include "connectors/atlassian/jira_values.h"
#include "connectors/atlassian/jira_worklog.h"

namespace davit::connectors::atlassian {
namespace {

TEST(JiraJql, ValuesStayOneText) {
  EXPECT_EQ(quote_jql("PAY-412"), R"("PAY-412")");
  EXPECT_EQ(quote_jql(R"(x" OR project = "OPS)"), R"("x\" OR project = \"OPS")");
  EXPECT_EQ(quote_jql(R"(\" OR 1)"), R"("\\\" OR 1")");
  EXPECT_EQ(quote_jql("a\\"), R"("a\\")");
  EXPECT_EQ(quote_jql("order by\nx\ty"), R"("order by\nx\ty")");
  EXPECT_EQ(quote_jql(std::string_view("a\0b\x1B", 4)), R"("ab")");
  EXPECT_EQ(quote_jql(""), R"("")");
}

// Whatever comes in, the text ends where its quotes end.
TEST(JiraJql, NoValueBreaksOut) {
  constexpr std::string_view kPieces[] = {"\"", "\\", "'", " OR ", "\n", "a", ")", "\\\""};
  for (auto const a : kPieces) {
    for (auto const b : kPieces) {
      for (auto const c : kPieces) {
        auto const quoted = quote_jql(std::string(a) + std::string(b) + std::string(c));
        std::size_t end = 1;
        while (end < quoted.size() && quoted[end] != '"') end += quoted[end] == '\\' ? 2 : 1;
        EXPECT_EQ(end, quoted.size() - 1) << quoted;
      }
    }
  }
}

TEST(JiraJql, NeedsARestriction) {
  EXPECT_TRUE(check_jql("project = PAY"));
  EXPECT_TRUE(check_jql("project = PAY ORDER BY a, b, c, d, e, f, g"));
  EXPECT_TRUE(check_jql("text ~ \"order by a,b,c,d,e,f,g,h\""));
  EXPECT_TRUE(check_jql("text ~ 'it\\'s order by' ORDER BY x"));
  EXPECT_TRUE(check_jql("assignee in (a, b, c, d, e, f, g, h, i) order by key"));
  EXPECT_FALSE(check_jql(""));
  EXPECT_FALSE(check_jql(" \n"));
  EXPECT_FALSE(check_jql("Order  By updated"));
  EXPECT_FALSE(check_jql("project = PAY order by a,b,c,d,e,f,g,h"));
}

std::string issue(std::string_view text) {
  auto const base = *http::parse_url("https://acme.atlassian.net");
  auto const key = parse_issue("issue", text, base);
  return key ? *key : "error: " + key.error().message();
}

TEST(JiraReferences, OfIssuesAreKeysIdsOrAddresses) {
  EXPECT_EQ(issue("PAY-412"), "PAY-412");
  EXPECT_EQ(issue(" pay_2-1 "), "PAY_2-1");
  EXPECT_EQ(issue("10412"), "10412");
  EXPECT_EQ(issue("https://acme.atlassian.net/browse/PAY-412?focusedCommentId=1"), "PAY-412");
  EXPECT_EQ(
      issue("https://ACME.atlassian.net/jira/servicedesk/projects/IT/queues/custom/1/IT-7"), "IT-7"
  );
  EXPECT_EQ(
      issue("https://acme.atlassian.net/jira/software/projects/PAY/boards/1?selectedIssue=PAY-3"),
      "PAY-3"
  );
  for (auto const* text :
       {"PAY",
        "PAY-",
        "-1",
        "PAY-1x",
        "1PAY-2",
        "PAY-1/..",
        "PAY 1",
        "PAY-1\n2",
        "http://acme.atlassian.net/browse/PAY-1",
        "https://acme.atlassian.net:8443/browse/PAY-1",
        "https://u:p@acme.atlassian.net/browse/PAY-1",
        "https://acme.atlassian.net/projects/PAY"}) {
    EXPECT_TRUE(issue(text).starts_with("error: ")) << text;
  }
}

TEST(JiraReferences, NeverRepeatAPassword) {
  EXPECT_EQ(
      issue("https://u:secret@acme.atlassian.net/browse/PAY-1").find("secret"), std::string::npos
  );
}

TEST(JiraPeople, HaveIdsOfTwoKinds) {
  EXPECT_TRUE(is_account_id("5b10ac8d82e05b22cc7d4ef5"));
  EXPECT_TRUE(is_account_id("712020:8a4f0c3e-0a9c-4d0b-9b1e-6c5b3f1d2a77"));
  EXPECT_FALSE(is_account_id("Mina Ito"));
  EXPECT_FALSE(is_account_id("mina@acme.example"));
  EXPECT_FALSE(is_account_id("Team: payments and refunds"));
}

TEST(JiraWorklog, HasItsOwnFormOfTime) {
  EXPECT_EQ(to_worklog_time("2026-11-20T14:00:00Z"), "2026-11-20T14:00:00.000+0000");
  EXPECT_EQ(to_worklog_time("2026-11-20T14:00:00.500+01:00"), "2026-11-20T13:00:00.000+0000");
  EXPECT_EQ(to_worklog_time("2026-11-20"), "2026-11-20T00:00:00.000+0000");
  EXPECT_EQ(to_worklog_time("tomorrow"), std::nullopt);
}

TEST(JiraMultipart, StaysOnePart) {
  auto const form = make_multipart("a\"\r\nX: y.txt", "text/plain", "--davit-boundary-0--\r\n");
  EXPECT_EQ(form.content_type, "multipart/form-data; boundary=davit-boundary-1");
  EXPECT_EQ(
      form.body,
      "--davit-boundary-1\r\n"
      "Content-Disposition: form-data; name=\"file\"; filename=\"a%22%0D%0AX: y.txt\"\r\n"
      "Content-Type: text/plain\r\n\r\n"
      "--davit-boundary-0--\r\n\r\n"
      "--davit-boundary-1--\r\n"
  );
}

bool stored(std::string_view asked, std::string_view there) {
  return is_stored(*json::parse(asked), *json::parse(there));
}

TEST(JiraValues, AreStoredWhenJiraOnlyAddsToThem) {
  EXPECT_TRUE(stored(R"({"name":"high"})", R"({"name":"High","id":"2"})"));
  EXPECT_FALSE(stored(R"({"accountId":"a"})", "null"));
  EXPECT_FALSE(stored(R"({"key":"PAY-1"})", R"({"key":"PAY-2","fields":{}})"));
  EXPECT_TRUE(stored("null", "null"));
  EXPECT_FALSE(stored("null", R"({"accountId":"a"})"));
  EXPECT_TRUE(stored("[]", "null"));
  EXPECT_FALSE(stored("[]", R"(["x"])"));
  EXPECT_TRUE(stored(R"([{"name":"A"}])", R"([{"name":"B"},{"name":"A","id":"1"}])"));
  EXPECT_TRUE(stored("3", "3.0"));
  EXPECT_TRUE(stored("47", R"([{"id":46},{"id":47,"name":"S"}])"));
  EXPECT_FALSE(stored("47", "null"));
}

TEST(JiraValues, AreShownByTheirNames) {
  auto const shown = [](std::string_view text) {
    return json::to_text(show_value(*json::parse(text), 100));
  };
  EXPECT_EQ(shown(R"({"value":"Hardware","child":{"value":"Laptop"}})"), R"("Hardware > Laptop")");
  EXPECT_EQ(shown(R"({"key":"PAY-1","fields":{"summary":"x"}})"), R"("PAY-1")");
  EXPECT_EQ(shown(R"([{"displayName":"A"},null,{"name":"B"}])"), R"(["A","B"])");
  EXPECT_EQ(shown(R"("2026-11-20T14:02:31.120+0000")"), R"("2026-11-20T14:02Z")");
  EXPECT_EQ(shown("3.0"), "3");
  EXPECT_EQ(shown("[]"), "null");
}

TEST(JiraFields, AreFoundByWhatPeopleSee) {
  Catalogue const catalogue(*json::parse(R"([
      {"id":"issuetype","name":"Issue Type"}, {"id":"duedate","name":"Due date"},
      {"id":"customfield_1","name":"Story Points","schema":{"type":"number"}},
      {"id":"customfield_2","name":"Story point estimate","schema":{"type":"number"}},
      {"id":"customfield_3","name":"Severity"}, {"id":"customfield_4","name":"severity"}])"));
  EXPECT_EQ((*catalogue.find("type"))->id, "issuetype");
  EXPECT_EQ((*catalogue.find("DUE DATE"))->id, "duedate");
  EXPECT_EQ((*catalogue.find("customfield_4"))->id, "customfield_4");
  EXPECT_FALSE(catalogue.find("Severity"));
  EXPECT_FALSE(catalogue.find("nothing"));
  EXPECT_FALSE(catalogue.story_points());
}

}  // namespace
}  // namespace davit::connectors::atlassian
