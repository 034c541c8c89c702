// Confluence's tools against the sandbox, which was written from the vendor's documents and not
// from this connector.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "connectors/atlassian/atlassian.h"
#include "sandbox/confluence/confluence.h"
#include "support/connector_world.h"

namespace davit::connectors::atlassian {
namespace {

constexpr std::string_view kSite = "http://127.0.0.1:8930";
constexpr std::string_view kMedia = "https://api.media.atlassian.com";

connector::Settings server() {
  connector::Settings settings{.base_url = std::string(kSite)};
  settings.user = "mina@harbor.example";
  settings.credential = Secret("example-token");
  settings.access = connector::Access::full;
  return settings;
}

// The sandbox behind the connector.
class Site {
 public:
  Site() : world_(connector, server()) {
    world_.client().responder = [this](const http::ClientRequest& request) {
      return answer(request);
    };
  }

  json::Value call(std::string_view tool, std::string_view arguments) {
    auto const result = world_.call(tool, arguments);
    if (!result) return json::Value(result.error().message());
    if (result->is_error) {
      failed = true;
      return json::Value(*result->content.at(0).if_text());
    }
    return result->structured.value_or(json::Value());
  }
  // Past the connector.
  json::Value ask(http::Method method, std::string_view path, std::string body = {}) {
    http::ClientRequest request(method, std::string(kSite) + std::string(path));
    if (!body.empty()) request.headers.add("Content-Type", "application/json");
    request.body = std::move(body);
    return json::parse(answer(request).body).value_or(json::Value());
  }
  json::Value document(std::string_view id) {
    auto const page =
        ask(http::Method::get,
            fmt::format("/wiki/api/v2/pages/{}?body-format=atlas_doc_format", id));
    auto const text = json::find_string(page, "body.atlas_doc_format.value").value_or("");
    return json::parse(text).value_or(json::Value());
  }
  void fault(std::string rule) { ask(http::Method::post, "/_sandbox/faults", std::move(rule)); }
  std::vector<http::ClientRequest>& seen() { return world_.client().seen; }

  bool failed = false;
  // Runs once, before the next write arrives.
  std::function<void()> before_write;

 private:
  testing::ScriptedAnswer answer(const http::ClientRequest& asked) {
    if (asked.method == http::Method::put && before_write) std::exchange(before_write, {})();
    http::Request request;
    request.method = asked.method;
    request.target = asked.url;
    // Files are at another host, which the connector knows by name.
    for (auto const host : {kSite, kMedia}) {
      if (request.target.starts_with(host)) request.target.erase(0, host.size());
    }
    request.peer = "127.0.0.1";
    request.headers = asked.headers;
    request.headers.set("Host", kSite.substr(7));
    request.body = asked.body;
    Loop loop;
    auto response = loop.run(handler_->handle(std::move(request)));
    testing::ScriptedAnswer out;
    if (!response) return out;
    out.status = response->status;
    out.headers = response->headers;
    out.body = response->body;
    if (auto const to = out.headers.get("Location")) {
      auto const path = to->substr(to->find("/media/"));
      out.headers.set("Location", std::string(kMedia) + std::string(path));
    }
    return out;
  }

  sandbox::Addresses at_{
      "http://gitlab.test",
      std::string(kSite),
      "http://dynatrace.test",
      "http://pagerduty.test",
      "http://servicenow.test",
  };
  testing::ManualClock clock_;
  std::unique_ptr<http::Handler> handler_ =
      sandbox::with_control(sandbox::confluence::make_service(at_, clock_));
  testing::ConnectorWorld world_;
};

std::string text_at(const json::Value& value, std::string_view path) {
  return std::string(json::find_string(value, path).value_or("(none)"));
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  auto const at = text.find(from);
  return at == std::string::npos ? "(not found)" : text.replace(at, from.size(), to);
}

TEST(ConfluenceSandbox, EditLeavesAllElseAsItWas) {
  Site site;
  auto const before = json::to_text(site.document("98244"));
  auto const edited = site.call(
      "confluence_edit_page",
      R"({"page":"HARBOR:Runbook: payment provider","message":"Wording","edits":[)"
      R"({"op":"replace_text","anchor":"the queue drains by itself","text":"it drains alone"},)"
      R"({"op":"set_task","anchor":"Load test with keep_alive on","text":"DONE"}]})"
  );
  EXPECT_FALSE(site.failed) << json::to_text(edited);
  EXPECT_EQ(json::find_int(edited, "version"), 4);
  auto after = json::to_text(site.document("98244"));
  EXPECT_NE(after, before);
  // The macros, the layout, the picture and the comment's mark are in it and were not touched.
  for (auto const part : {"annotation", "layoutSection", "mediaSingle", "bodiedExtension"}) {
    EXPECT_NE(after.find(part), std::string::npos) << part;
  }
  after = replaced(after, "it drains alone", "the queue drains by itself");
  after = replaced(after, R"("localId":"t-2","state":"DONE")", R"("localId":"t-2","state":"open")");
  EXPECT_EQ(
      after,
      replaced(
          before,
          "\"TO"
          "DO\"",
          "\"open\""
      )
  );
}

TEST(ConfluenceSandbox, EditIsMadeAgainWhenSomebodyWasFaster) {
  Site site;
  site.before_write = [&] {
    site.ask(
        http::Method::put,
        "/wiki/api/v2/pages/98010/title",
        R"({"status":"current","title":"How it is built"})"
    );
  };
  auto const edited = site.call(
      "confluence_edit_page", R"({"page":"98010","edits":[{"op":"append","text":"More."}]})"
  );
  EXPECT_FALSE(site.failed) << json::to_text(edited);
  EXPECT_EQ(text_at(edited, "title"), "How it is built");
  EXPECT_EQ(json::find_int(edited, "version"), 3);
}

TEST(ConfluenceSandbox, ReplacingRefusesToLose) {
  Site site;
  auto const refused =
      site.call("confluence_update_page", R"({"page":"98244","body":"# Empty","base_version":3})");
  EXPECT_TRUE(site.failed);
  EXPECT_NE(json::to_text(refused).find("inline comment on"), std::string::npos) << refused;
  auto const old =
      site.call("confluence_update_page", R"({"page":"98244","body":"# Empty","base_version":2})");
  EXPECT_NE(json::to_text(old).find("read it again"), std::string::npos) << old;
  EXPECT_EQ(
      text_at(site.ask(http::Method::get, "/wiki/api/v2/pages/98244"), "version.number"), "(none)"
  );
}

// A page without inline comments reads the same after it was replaced by its own Markdown.
TEST(ConfluenceSandbox, MarkdownOfAPageIsItsPage) {
  Site site;
  auto const page = site.call("confluence_get_page", R"({"page":"98306"})");
  json::Value const arguments = json::Object{
      {"page", "98306"},
      {"body", text_at(page, "body")},
      {"base_version", *json::find(page, "version")},
  };
  auto const stored = site.call("confluence_update_page", json::to_text(arguments));
  EXPECT_FALSE(site.failed) << stored;
  auto const again = site.call("confluence_get_page", R"({"page":"98306"})");
  EXPECT_EQ(json::find_int(again, "version"), json::find_int(stored, "version"));
  EXPECT_EQ(text_at(again, "body"), text_at(page, "body"));
}

// What stands before and behind the edited blocks is equal node for node.
TEST(ConfluenceSandbox, EditsOfAPostMortemTouchOneBlockEach) {
  Site site;
  auto const before = site.document("98310");
  auto const edited = site.call(
      "confluence_edit_page",
      R"({"page":"98310","edits":[)"
      R"({"op":"replace_text","anchor":"To be filled in","text":"**12** orders"},)"
      R"({"op":"set_cell","row":"3","column":"Source","text":"Dynatrace"},)"
      R"({"op":"append","text":"- [ ] Tell support"}]})"
  );
  EXPECT_FALSE(site.failed) << edited;
  EXPECT_EQ(json::find(edited, "lost"), nullptr) << edited;
  EXPECT_EQ(text_at(edited, "changes.2.inserted"), "- [ ] Tell support\n") << edited;
  EXPECT_EQ(json::find(edited, "changes.2.before"), nullptr);
  auto const after = site.document("98310");
  auto const* old_blocks = json::find_array(before, "content");
  auto const* new_blocks = json::find_array(after, "content");
  ASSERT_EQ(new_blocks->size(), old_blocks->size() + 1);
  std::vector<std::size_t> changed;
  for (std::size_t at = 0; at < old_blocks->size(); ++at) {
    if ((*old_blocks)[at] != (*new_blocks)[at]) changed.push_back(at);
  }
  EXPECT_EQ(changed, (std::vector<std::size_t>{4, 6}));
  EXPECT_NE(json::to_text((*new_blocks)[4]).find("inlineComment"), std::string::npos);
}

// The answer broke and the edit was made, or the other way round: it is neither made twice nor
// said to be done.
TEST(ConfluenceSandbox, EditKnowsWhatBecameOfIt) {
  constexpr std::string_view kEdit = R"({"page":"98010","edits":[{"op":"append","text":"Once."}]})";
  Site site;
  site.fault(R"({"fault":"truncated","match":"/pages/98010","method":"PUT"})");
  auto const done = site.call("confluence_edit_page", kEdit);
  EXPECT_FALSE(site.failed) << done;
  EXPECT_EQ(json::find_int(done, "version"), 2);
  site.fault(R"({"fault":"wrong_type","match":"/pages/98010","method":"PUT"})");
  auto const undone = site.call("confluence_edit_page", kEdit);
  EXPECT_TRUE(site.failed) << undone;
  EXPECT_EQ(json::find_int(site.call("confluence_get_page", R"({"page":"98010"})"), "version"), 2);
}

TEST(ConfluenceSandbox, WhatWasDoneBeforeAFailureIsSaid) {
  Site site;
  site.fault(R"({"fault":"server_error","match":"label?name","method":"DELETE","times":9})");
  auto const labels =
      site.call("confluence_set_labels", R"({"page":"98244","add":["b"],"remove":["runbook"]})");
  EXPECT_FALSE(site.failed) << labels;
  EXPECT_EQ(json::to_text(*json::find(labels, "not_applied")), R"(["remove runbook"])");
  EXPECT_NE(text_at(labels, "failed").find("500"), std::string::npos) << labels;
  site.fault(R"({"fault":"server_error","match":"/v2/pages/98241","method":"GET","times":9})");
  auto const moved = site.call("confluence_move_page", R"({"page":"98241","target":"98242"})");
  EXPECT_FALSE(site.failed) << moved;
  EXPECT_NE(text_at(moved, "unconfirmed").find("It was moved"), std::string::npos) << moved;
}

TEST(ConfluenceSandbox, SaysWhyItRefuses) {
  struct Case {
    std::string_view tool;
    std::string_view arguments;
    std::string_view reason;
  };
  constexpr Case kCases[] = {
      {"confluence_edit_page",
       R"({"page":"98403","edits":[{"op":"append","text":"x"}]})",
       "the page is archived"},
      {"confluence_update_page", R"({"page":"98403","title":"x"})", "the page is archived"},
      {"confluence_add_comment", R"({"page":"98244","body":" "})", "body is empty"},
      {"confluence_get_page", R"({"page":"98244","mode":"raw","section":"Symptoms"})", "Markdown"},
      {"confluence_get_page", R"({"page":"98244","version":9})", "no such version"},
      {"confluence_get_page_history", R"({"page":"98244","diff_from":9})", "no such version"},
      {"confluence_set_labels",
       R"({"page":"98244","add":["Ok"],"remove":["ok"]})",
       "'Ok' is in add and in remove"},
  };
  for (auto const& one : kCases) {
    Site site;
    auto const answer = json::to_text(site.call(one.tool, one.arguments));
    EXPECT_TRUE(site.failed) << answer;
    EXPECT_NE(answer.find(one.reason), std::string::npos) << answer;
  }
}

TEST(ConfluenceSandbox, CommentsFindTheirPlace) {
  Site site;
  auto const added = site.call(
      "confluence_add_comment",
      R"({"page":"98244","body":"Since **when**?","anchor_text":"roll back","match_index":1})"
  );
  EXPECT_FALSE(site.failed) << added;
  auto const id = text_at(added, "id");
  auto const answered = site.call(
      "confluence_add_comment", fmt::format(R"({{"reply_to":"{}","body":"Since March."}})", id)
  );
  EXPECT_EQ(text_at(answered, "kind"), "inline");
  auto const resolved = site.call(
      "confluence_resolve_comment", fmt::format(R"({{"comment":"{}","resolved":true}})", id)
  );
  EXPECT_EQ(text_at(resolved, "state"), "resolved");
  auto const listed = site.call(
      "confluence_list_comments", R"({"page":"98244","kind":"inline","resolution":"resolved"})"
  );
  EXPECT_EQ(text_at(listed, "items.0.id"), id);
  EXPECT_EQ(text_at(listed, "items.0.anchor"), "roll back");
  EXPECT_EQ(text_at(listed, "items.0.replies.0.body"), "Since March.");
  EXPECT_FALSE(site.failed);
  // Text in code does not count: "exhausted" of the first code block has no place.
  auto const refused = site.call(
      "confluence_add_comment",
      R"({"page":"98244","body":"?","anchor_text":"payment_pool_in_use 4"})"
  );
  EXPECT_TRUE(site.failed) << refused;
}

TEST(ConfluenceSandbox, FilesComeFromTheirHostWithoutTheCredential) {
  Site site;
  auto const file =
      site.call("confluence_get_attachment", R"({"page":"98244","filename":"pool metrics.txt"})");
  EXPECT_FALSE(site.failed) << file;
  EXPECT_NE(text_at(file, "text").find("PoolExhaustedError"), std::string::npos);
  auto const& last = site.seen().back();
  EXPECT_TRUE(last.url.starts_with(kMedia)) << last.url;
  EXPECT_FALSE(last.headers.get("Authorization").has_value());
  auto const made = site.call(
      "confluence_add_attachment", R"({"page":"98244","filename":"pool metrics.txt","text":"x"})"
  );
  EXPECT_EQ(json::find_int(made, "version"), 3) << made;
}

TEST(ConfluenceSandbox, WalksThroughTheRest) {
  Site site;
  auto const found =
      site.call("confluence_search", R"({"query":"payments weekly","space":"HARBOR","limit":10})");
  auto const cursor = text_at(found, "next_cursor");
  EXPECT_EQ(json::find_int(found, "total"), 14) << found;
  auto const more = site.call(
      "confluence_search",
      fmt::format(
          R"({{"query":"payments weekly","space":"HARBOR","limit":10,"cursor":"{}"}})", cursor
      )
  );
  EXPECT_EQ(json::find_array(more, "items")->size(), 4U) << more;
  auto const made = site.call(
      "confluence_create_page",
      R"({"space":"HARBOR","title":"Notes","body":"- [ ] one","parent":"Runbooks","labels":["a"]})"
  );
  auto const id = text_at(made, "id");
  EXPECT_EQ(json::find(made, "not_applied"), nullptr) << made;
  site.call(
      "confluence_move_page", fmt::format(R"({{"page":"{}","target":"OPS:On-call guide"}})", id)
  );
  auto const page = site.call(
      "confluence_get_page", fmt::format(R"({{"page":"{}","include":["ancestors"]}})", id)
  );
  EXPECT_EQ(text_at(page, "space"), "OPS");
  EXPECT_EQ(text_at(page, "ancestors.1.title"), "On-call guide");
  EXPECT_EQ(text_at(page, "body"), "- [ ] one\n");
  auto const labels = site.call(
      "confluence_set_labels", fmt::format(R"({{"page":"{}","add":["B"],"remove":["a"]}})", id)
  );
  EXPECT_EQ(json::to_text(*json::find(labels, "labels")), R"(["b"])");
  auto const history =
      site.call("confluence_get_page_history", R"({"page":"98244","diff_from":2})");
  EXPECT_EQ(json::find_int(history, "to"), 3);
  EXPECT_FALSE(site.failed);
}

}  // namespace
}  // namespace davit::connectors::atlassian
