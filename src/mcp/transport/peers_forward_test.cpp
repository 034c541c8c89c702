// A client that meets another replica than its session's: it must not notice.
#include "support/replicas.h"

namespace davit::mcp::transport {
namespace {

using namespace std::chrono_literals;

class Forwarded : public ReplicasTest {
 protected:
  Forwarded() : home(add("hhhhhh")), other(add("oooooo")) {}

  bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
  }
  // The id of the request that the server sent on this stream.
  static std::string asked_id(const Asked& asked) {
    auto const message = json::parse(asked.text());
    return message ? std::string(json::find_string(*message, "id").value_or("")) : "";
  }

  Replica& home;
  Replica& other;
};

TEST_F(Forwarded, ACallIsAnsweredInEitherForm) {
  open(home);
  auto const plain = post(other, call(1, "echo", R"({"text":"hi"})"));
  EXPECT_EQ(plain->status(), 200);
  EXPECT_EQ(plain->response->headers.get("Content-Type"), "application/json");
  EXPECT_TRUE(has(plain->text(), "\"hi\"")) << plain->text();
  EXPECT_EQ(other.forwarded("ok"), 1);

  auto const streamed = post(other, call(2, "slow"));
  ASSERT_TRUE(streamed->is_stream());
  EXPECT_EQ(streamed->response->headers.get("Content-Type"), http::sse::kContentType);
  EXPECT_TRUE(has(streamed->all(), R"("progressToken":"p2","progress":2.5)")) << streamed->all();
  EXPECT_TRUE(has(streamed->text(), "\"done\"")) << streamed->text();
  EXPECT_EQ(other.forwarded("ok"), 2);
  EXPECT_EQ(home.forwarded("ok"), 0);
}

// curl writes an Accept of its own where there is none.
TEST_F(Forwarded, HeadersMeanTheSame) {
  open(home);
  accept = "";
  EXPECT_EQ(post(other, request(1, "ping"))->status(), 200);
  auto two = make_request(http::Method::post, call(2, "slow"));
  two.headers.add("Accept", "application/json");
  two.headers.add("Accept", "text/event-stream");
  EXPECT_TRUE(end(begin(other, two))->is_stream());
  accept = "application/json";
  EXPECT_FALSE(post(other, call(3, "slow"))->is_stream());
  EXPECT_EQ(other.forwarded("ok"), 3);
}

TEST_F(Forwarded, AnAskIsAnsweredThroughAnyReplica) {
  open(home);
  auto& third = add("tttttt");
  auto const asking = begin_post(other, call(1, "asks_name"));
  ASSERT_TRUE(wait_until([&] { return !asked_id(*asking).empty(); }));
  auto const reply = fmt::format(
      R"({{"jsonrpc":"2.0","id":"{}","result":{{"action":"accept","content":{{"name":"Ada"}}}}}})",
      asked_id(*asking)
  );
  EXPECT_EQ(post(third, reply)->status(), 202);
  EXPECT_TRUE(has(end(asking)->text(), "Hello, Ada!")) << asking->text();
  EXPECT_EQ(third.forwarded("ok"), 1);
}

TEST_F(Forwarded, ACancellationReachesTheCall) {
  open(home);
  auto const sleeping = begin_post(home, call(7, "sleeps"));
  ASSERT_TRUE(wait_until([&] { return home.started("sleeps") == 1; }));
  auto const cancel = notification("notifications/cancelled", R"({"requestId":7})");
  EXPECT_EQ(post(other, cancel)->status(), 202);
  end(sleeping);
  EXPECT_EQ(home.notes.back(), "sleeps: cancelled");
  EXPECT_EQ(sleeping->text(), "");

  auto const through = begin_post(other, call(8, "sleeps"));
  ASSERT_TRUE(wait_until([&] { return home.started("sleeps") == 2; }));
  post(home, notification("notifications/cancelled", R"({"requestId":8})"));
  EXPECT_EQ(end(through)->status(), 200);
  EXPECT_EQ(through->response->headers.get("Content-Type"), http::sse::kContentType);
  EXPECT_EQ(through->text(), "");
}

TEST_F(Forwarded, AClientThatLeavesCancelsNothing) {
  open(home);
  auto const call = this->call(1, "sleeps", R"({"ms":600})");
  auto const asked = begin_post(other, call);
  ASSERT_TRUE(wait_until([&] { return home.started("sleeps") == 1; }));
  leave(asked);
  // It asks again, and gets the answer of the one that runs.
  AskedPtr again;
  do {  // until the home has noticed, which takes a quarter of a second
    again = post(other, call);
  } while (has(again->text(), "still running"));
  EXPECT_TRUE(has(again->text(), "slept")) << again->text();
  EXPECT_EQ(home.started("sleeps") + other.started("sleeps"), 1);
}

TEST_F(Forwarded, TheLogLevelIsTheSessions) {
  open(home);
  EXPECT_EQ(post(other, request(1, "logging/setLevel", R"({"level":"error"})"))->status(), 200);
  auto const asked = post(home, call(2, "slow"));
  EXPECT_FALSE(has(asked->all(), R"("level":"info")")) << asked->all();
  EXPECT_TRUE(has(asked->all(), R"("level":"error")")) << asked->all();
}

TEST_F(Forwarded, NewsComeOnAStreamOpenedThroughAnotherReplica) {
  open(home, "2025-06-18");
  auto const stream = begin_get(other);
  // Clients of this revision get no priming event, and the head must not wait for the first news.
  ASSERT_TRUE(wait_until([&] { return stream->is_stream(); }));
  EXPECT_TRUE(stream->events.empty());
  auto const params = R"({"uri":"test://text"})";
  EXPECT_EQ(post(other, request(1, "resources/subscribe", params))->status(), 200);
  home.server.resource_updated("test://text");
  home.server.resource_updated("test://directory");
  home.server.announce({Change::Kind::tools});
  ASSERT_TRUE(wait_until([&] { return stream->events.size() == 2; })) << stream->all();
  EXPECT_TRUE(has(stream->all(), R"("method":"notifications/resources/updated")"));
  EXPECT_TRUE(has(stream->all(), R"("method":"notifications/tools/list_changed")"));
  EXPECT_EQ(post(other, request(2, "resources/unsubscribe", params))->status(), 200);
  home.server.resource_updated("test://text");
  home.server.announce({Change::Kind::tools});
  ASSERT_TRUE(wait_until([&] { return stream->events.size() == 3; })) << stream->all();
  leave(stream);
}

TEST_F(Forwarded, AStreamIsTakenUpAgainThroughAnotherReplica) {
  open(home);
  auto const asked = begin_post(home, call(1, "reports", R"({"ms":60})"));
  ASSERT_TRUE(wait_until([&] { return asked->events.size() == 2; }));
  EXPECT_EQ(asked->events[0].data, "");
  leave(asked);
  auto const rest = end(begin_get(other, asked->events[0].id));
  ASSERT_EQ(rest->events.size(), 2u) << rest->all();
  EXPECT_EQ(rest->events[0].id, asked->events[1].id);
  EXPECT_TRUE(has(rest->text(), "slept"));
  EXPECT_EQ(end(begin_get(other, rest->events[0].id))->events.size(), 1u);
  EXPECT_EQ(end(begin_get(other, rest->events[1].id))->all(), "");
}

TEST_F(Forwarded, AnEndedSessionHasEndedEverywhere) {
  open(home);
  auto const sleeping = begin_post(home, call(1, "sleeps"));
  ASSERT_TRUE(wait_until([&] { return home.started("sleeps") == 1; }));
  EXPECT_EQ(end(begin(other, make_request(http::Method::del)))->status(), 204);
  end(sleeping);
  EXPECT_EQ(home.notes.back(), "sleeps: cancelled");
  for (auto* at : {&home, &other}) {
    EXPECT_EQ(post(*at, request(2, "ping"))->status(), 404);
    EXPECT_EQ(end(begin_get(*at))->status(), 404);
    EXPECT_EQ(end(begin(*at, make_request(http::Method::del)))->status(), 404);
  }
}

TEST_F(Forwarded, ATaskIsFoundByItsId) {
  open(home);
  auto const created = post(home, call(1, "must_be_task", "{}", R"(,"task":{"ttl":60000})"));
  auto const message = json::parse(created->text());
  auto const id = json::find_string(*message, "result.task.taskId");
  ASSERT_TRUE(id) << created->text();
  auto const params = fmt::format(R"({{"taskId":"{}"}})", *id);
  auto const got = post(other, request(2, "tasks/get", params));
  EXPECT_TRUE(has(got->text(), R"("status":"completed")")) << got->text();
  EXPECT_TRUE(has(post(other, request(3, "tasks/result", params))->text(), "nothing"));
  EXPECT_EQ(other.forwarded("ok"), 2);
}

TEST_F(Forwarded, ABatchGoesAsAWhole) {
  open(home, "2025-03-26");
  auto const batch = '[' + call(1, "echo", R"({"text":"one"})") + ',' + request(2, "ping") + ']';
  auto const streamed = post(other, batch);
  EXPECT_TRUE(has(streamed->all(), "\"one\"") && has(streamed->all(), R"("id":2,"result":{}})"))
      << streamed->all();
  accept = "application/json";
  auto const plain = post(other, batch);
  EXPECT_TRUE(plain->text().starts_with('[')) << plain->text();
  EXPECT_EQ(other.forwarded("ok"), 2);
}

TEST_F(Forwarded, WhatTheHomeRefusesIsRefused) {
  open(home);
  EXPECT_EQ(post(other, request(1, "no/such"))->text(), post(home, request(1, "no/such"))->text());
  auto const foreign = StreamName{std::string(16, 'x'), home.self, 1, {}}.seal(ring) + ".1";
  EXPECT_EQ(end(begin_get(other, foreign))->status(), 400);
  principal = "somebody else";
  EXPECT_EQ(post(other, request(1, "ping"))->status(), 404);
}

}  // namespace
}  // namespace davit::mcp::transport
