// Jira's tools against the sandbox, which was written from the vendor's manual by itself.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "connectors/atlassian/atlassian.h"
#include "sandbox/atlassian/atlassian.h"
#include "support/connector_world.h"

namespace davit::connectors::atlassian {
namespace {

constexpr const char* kSite = "http://127.0.0.1:8930";

class JiraSandbox : public ::testing::Test {
 protected:
  JiraSandbox() {
    world_.client().responder = [this](const http::ClientRequest& request) {
      return answer(request);
    };
  }

  // The structured answer of a tool as text, or what it says of its failure.
  std::string call(std::string_view tool, std::string_view arguments) {
    auto const result = world_.call(tool, arguments);
    if (!result) return "error: " + result.error().message();
    if (result->is_error) return "error: " + *result->content.at(0).if_text();
    shown_ = *result->structured;
    return json::to_text(shown_);
  }
  std::string text(std::string_view path) const {
    return std::string(json::find_string(shown_, path).value_or("(none)"));
  }

 private:
  testing::ScriptedAnswer answer(const http::ClientRequest& from) {
    http::Request request;
    request.method = from.method;
    request.target = from.url.substr(std::string_view(kSite).size());
    request.headers = from.headers;
    request.headers.add("Host", "127.0.0.1:8930");
    request.peer = "127.0.0.1";
    request.body = from.body;
    Loop loop;  // that of the world runs already
    auto response = loop.run(sandbox_->handle(std::move(request)));
    if (!response) return {.error = response.error()};
    return {.status = response->status, .headers = response->headers, .body = response->body};
  }

  static connector::Settings settings() {
    connector::Settings settings{.base_url = kSite};
    settings.user = "mina@harbor.example";
    settings.credential = Secret("sandbox-token");
    settings.access = connector::Access::full;
    return settings;
  }

  testing::ConnectorWorld world_{connector, settings()};
  sandbox::Addresses at_{
      "http://gitlab.test", kSite, "http://dt.test", "http://pd.test", "http://sn.test"
  };
  testing::ManualClock clock_;
  std::unique_ptr<http::Handler> sandbox_ = sandbox::atlassian::make_sandbox({}, at_, clock_);
  json::Value shown_;
};

#define EXPECT_FINE(text) EXPECT_FALSE((text).starts_with("error: ")) << (text)

TEST_F(JiraSandbox, IsReadFromTheAccountToTheIssue) {
  EXPECT_FINE(call("atlassian_whoami", "{}"));
  EXPECT_EQ(text("name"), "Mina Okafor");
  EXPECT_FINE(call("jira_search", R"({"jql":"project = HARB AND key = HARB-231","count":true})"));
  EXPECT_EQ(text("items.0.key"), "HARB-231");
  auto const issue = call(
      "jira_get_issue",
      R"({"issue":"HARB-231","include":["comments","links","children","attachments","transitions",)"
      R"("changelog","worklog","remote_links"]})"
  );
  EXPECT_FINE(issue);
  EXPECT_EQ(json::find(*json::parse(issue), "unavailable"), nullptr) << issue;
  EXPECT_EQ(text("parent.key"), "HARB-180");
  auto const page = call("jira_search", R"({"jql":"project = HARB ORDER BY key"})");
  EXPECT_FINE(page);
  EXPECT_LT(page.size(), 6000U);
  for (auto const* key : {"HARB-203", "HARB-211", "HARB-212", "HARB-213", "HARB-214"}) {
    EXPECT_FINE(call("jira_get_issue", fmt::format(R"({{"issue":"{}"}})", key)));
  }
  EXPECT_FINE(call("jira_get_issues", R"({"issues":["HARB-231","HARB-99999"]})"));
  EXPECT_EQ(text("not_found.0"), "HARB-99999");
  EXPECT_FINE(call("jira_list_comments", R"({"issue":"HARB-231"})"));
  EXPECT_FINE(call("jira_get_changelog", R"({"issues":["HARB-231"]})"));
  EXPECT_FINE(call("jira_get_attachment", R"({"issue":"HARB-231","filename":"harbor-api.log"})"));
  EXPECT_FINE(call("jira_get_attachment", R"({"id":"10502"})"));
}

TEST_F(JiraSandbox, HasAVocabulary) {
  EXPECT_FINE(call("jira_list_projects", "{}"));
  EXPECT_FINE(call(
      "jira_get_project", R"({"project":"HARB","include":["statuses","versions","components"]})"
  ));
  EXPECT_FINE(call("jira_get_create_fields", R"({"project":"HARB","type":"Bug"})"));
  EXPECT_FINE(call("jira_get_create_fields", R"({"issue":"HARB-231"})"));
  EXPECT_FINE(call("jira_search_fields", R"({"query":"sever"})"));
  EXPECT_FINE(call("jira_find_users", R"({"query":"mina"})"));
  EXPECT_FINE(call("jira_find_users", R"({"query":"mina","project":"HARB"})"));
  auto const refused = call("jira_search", R"({"jql":"project = HARB","fields":["Severity"]})");
  EXPECT_NE(refused.find("customfield_10041, customfield_10057"), std::string::npos) << refused;
}

TEST_F(JiraSandbox, IsWrittenTo) {
  EXPECT_FINE(call(
      "jira_create_issue",
      R"({"project":"HARB","type":"Bug","summary":"New","description":"# A\n\ntext","assignee":"me",)"
      R"("parent":"HARB-180","story_points":3,"labels":["a"],"sprint":"47"})"
  ));
  EXPECT_EQ(text("stored.parent"), "HARB-180") << json::to_text(json::Value(text("key")));
  auto const key = text("key");
  EXPECT_FINE(call(
      "jira_update_issue",
      fmt::format(
          R"({{"issue":"{}","summary":"Newer","add_labels":["b"],"description_edit":{{"append":"End"}}}})",
          key
      )
  ));
  EXPECT_EQ(text("changed.summary"), "Newer");
  EXPECT_FINE(call("jira_add_comment", fmt::format(R"({{"issue":"{}","body":"**Hello**"}})", key)));
  EXPECT_FINE(call(
      "jira_update_comment",
      fmt::format(R"({{"issue":"{}","comment_id":"{}","body":"Bye"}})", key, text("id"))
  ));
  EXPECT_FINE(call("jira_add_worklog", fmt::format(R"({{"issue":"{}","time":"1h 30m"}})", key)));
  EXPECT_FINE(call(
      "jira_link_issues", fmt::format(R"({{"from":"{}","type":"blocks","to":"HARB-231"}})", key)
  ));
  EXPECT_EQ(text("link"), key + " blocks HARB-231");
  auto const link = fmt::format(R"({{"issue":"{}","url":"https://example.com/x"}})", key);
  EXPECT_FINE(call("jira_add_remote_link", link));
  EXPECT_EQ(text("result"), "created");
  EXPECT_FINE(call("jira_add_remote_link", link));
  EXPECT_EQ(text("result"), "updated");
  EXPECT_FINE(call(
      "jira_add_attachment", fmt::format(R"({{"issue":"{}","filename":"a.txt","text":"x"}})", key)
  ));
  EXPECT_FINE(call(
      "jira_create_issues",
      R"({"issues":[{"project":"HARB","type":"Epic","summary":"E"},)"
      R"({"project":"HARB","type":"Task","summary":"T","parent":"$0"}]})"
  ));
  EXPECT_NE(text("items.1.key"), "(none)") << json::to_text(json::Value(text("items.1.error")));
}

TEST_F(JiraSandbox, ShowsWhatWasAskedForBesideChosenFields) {
  EXPECT_FINE(call(
      "jira_get_issue",
      R"({"issue":"HARB-231","fields":["status","Sprint"],"include":["links","attachments"]})"
  ));
  EXPECT_EQ(text("links.0.key"), "HARB-198");
  EXPECT_EQ(text("attachments.0.id"), "10501");
  EXPECT_EQ(text("fields.Sprint.0"), "Sprint 47 (active)");
  EXPECT_NE(text("untrusted").find("fields, links.summary"), std::string::npos);
  EXPECT_FINE(call("jira_get_changelog", R"({"issues":["HARB-99999"]})"));
  EXPECT_EQ(text("not_found.0"), "HARB-99999");
  auto const rows = call("jira_search", R"({"jql":"key = HARB-231","fields":["status","time"]})");
  EXPECT_EQ(
      rows,
      R"({"complete":true,"items":[{"key":"HARB-231","status":"In Progress","time":{"spent":"20m"}}]})"
  );
}

TEST_F(JiraSandbox, LosesNothingUnlessToldTo) {
  auto const refused = call("jira_update_issue", R"({"issue":"HARB-231","description":"New"})");
  EXPECT_NE(refused.find("description in clear"), std::string::npos) << refused;
  EXPECT_FINE(call(
      "jira_update_issue", R"({"issue":"HARB-231","description":"New","clear":["description"]})"
  ));
  EXPECT_EQ(text("changed.description"), "New");
  EXPECT_EQ(text("id"), "10231");
}

TEST_F(JiraSandbox, RefusesWhatItWouldHaveToIgnore) {
  auto const refused = [&](std::string_view tool, std::string_view arguments) {
    auto const said = call(tool, arguments);
    return said.starts_with("error: ") ? said.substr(said.find("failed: ") + 8) : said;
  };
  EXPECT_EQ(
      refused(
          "jira_create_issues",
          R"({"issues":[{"project":"HARB","type":"Bug","summary":"x","a":1}]})"
      ),
      "issues.0: there is no a; others than of jira_create_issue go into fields."
  );
  EXPECT_EQ(
      refused(
          "jira_create_issues",
          R"({"issues":[{"project":"HARB","type":"Bug","summary":"x","labels":[1]}]})"
      ),
      "issues.0: labels must be a list of texts."
  );
  EXPECT_EQ(
      refused("jira_update_issue", R"({"issue":"HARB-231","assignee":"me","clear":["assignee"]})"),
      "assignee is both given and to be cleared."
  );
  EXPECT_EQ(
      refused("jira_update_issue", R"({"issue":"HARB-231","fields":{"status":"Done"}})"),
      "a status changes by jira_transition_issue."
  );
  EXPECT_EQ(
      refused("jira_list_board_issues", R"({"board":"1","view":"board","sprint":"47"})"),
      "view board does not go with sprint."
  );
  EXPECT_EQ(refused("jira_add_comment", R"({"issue":"HARB-231","body":" "})"), "body is empty.");
  EXPECT_EQ(
      refused("jira_link_issues", R"({"from":"HARB-231","type":"blocks","to":"HARB-231"})"),
      "from and to are the same issue."
  );
  EXPECT_EQ(
      refused("jira_save_sprint", R"({"sprint":"49"})"), "there is nothing to change: give a field."
  );
  EXPECT_EQ(
      refused("jira_get_attachment", R"({"id":"10501","offset":99999})"),
      "offset 99999 is behind the end of the file, 43600."
  );
  EXPECT_EQ(
      refused("jira_get_issues", R"({"issues":["HARB-231","x"]})"),
      "issues.1 must be a key such as PAY-412, or its web address."
  );
}

TEST_F(JiraSandbox, TakesWhatModelsWriteForIt) {
  EXPECT_FINE(call(
      "jira_create_issues",
      R"({"issues":[{"project":"HARB","type":"Bug","summary":"x","components":"Web","story_points":"3","parent":null}]})"
  ));
  EXPECT_NE(text("items.0.key"), "(none)");
  auto const made = fmt::format(R"({{"issue":"{}"}})", text("items.0.key"));
  EXPECT_FINE(call("jira_get_issue", made));
  EXPECT_EQ(text("components.0"), "Web");
  EXPECT_FINE(call("jira_link_issues", R"({"from":"10231","type":"blocks","to":"10205"})"));
  EXPECT_EQ(text("link"), "HARB-231 blocks HARB-205");
}

TEST_F(JiraSandbox, MovesThroughItsWorkflow) {
  auto const nowhere = call("jira_transition_issue", R"({"issue":"HARB-231","to":"Nowhere"})");
  EXPECT_NE(nowhere.find("possible now"), std::string::npos) << nowhere;
  auto const needs = call("jira_transition_issue", R"({"issue":"HARB-231","to":"Done"})");
  EXPECT_TRUE(needs.starts_with("error: ")) << needs;
  EXPECT_FINE(call("jira_transition_issue", R"({"issue":"HARB-231","to":"In Review"})"));
  EXPECT_EQ(text("to"), "In Review");
  EXPECT_FINE(call(
      "jira_transition_issue",
      R"({"issue":"HARB-231","to":"Done","resolution":"Done","comment":"Rolled back"})"
  ));
  EXPECT_EQ(text("to"), "Done");
}

TEST_F(JiraSandbox, HasBoardsAndSprints) {
  EXPECT_FINE(call("jira_list_boards", R"({"project":"HARB"})"));
  EXPECT_FINE(call("jira_list_sprints", R"({"board":"1"})"));
  EXPECT_FINE(
      call("jira_list_board_issues", R"({"board":"1","sprint":"active","group_by":"status"})")
  );
  EXPECT_FINE(call("jira_list_board_issues", R"({"board":"1","view":"backlog","limit":5})"));
  EXPECT_FINE(call("jira_list_board_issues", R"({"epic":"HARB-180"})"));
  EXPECT_FINE(call("jira_move_issues", R"({"issues":["HARB-200"],"sprint":"48"})"));
  EXPECT_FINE(call("jira_move_issues", R"({"issues":["HARB-200"],"backlog":true})"));
  EXPECT_FINE(call("jira_save_sprint", R"({"board":1,"name":"Sprint 50","goal":"x"})"));
  EXPECT_FINE(call("jira_save_sprint", R"({"sprint":"49","name":"Renamed"})"));
}

}  // namespace
}  // namespace davit::connectors::atlassian
