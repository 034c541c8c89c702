// The methods, as text: testdata/methods/*.case. A section is named by the revisions in question,
// "all" or one of them, and the capabilities of the client; its lines are
//
//   answer <key> <json>      what the client has answered, for the next request
//   task, or is_task         the client takes a task, or the call is one, for the next request
//   <method> <params>
//
// The result has an answer for each request, and says it once for revisions that agree.
#include "mcp/methods.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "async/loop.h"
#include "mcp/call.h"
#include "support/case_file.h"
#include "support/mcp_features.h"

namespace davit::mcp {
namespace {

constexpr const char* kFolder = "testdata/methods";

struct Request {
  std::string method;
  std::string params;
  std::string capabilities = "{}";
  Answers answers;
  bool takes_task = false;
  bool is_task = false;
};

struct World {
  Server server = testing::make_feature_server();
  KeyRing ring = KeyRing::random();
  Dispatcher dispatcher{server, ring, {.page_size = 4}};
  Loop loop;
  std::string cursor;  // the last one; "CURSOR" in cases
};

void replace(std::string& text, std::string_view from, std::string_view to) {
  auto const place = from.empty() ? std::string::npos : text.find(from);
  if (place != std::string::npos) text.replace(place, from.size(), to);
}

std::string show_questions(const Call& call) {
  std::string shown = "asks";
  for (auto const& request : call.asked) {
    auto params = params_for(request, call.revision);
    if (auto* id = params.if_contains("elicitationId")) *id = "ID";
    shown +=
        fmt::format("\n  {}: {} {}", request.key, request.method, json::to_text(std::move(params)));
  }
  return shown;
}

std::string show(World& world, const Call& call, const Result<Outcome>& ran) {
  if (!ran) return fmt::format("no answer: {}", to_string(ran.error().kind()));
  auto const& outcome = *ran;
  if (!outcome) {
    auto const& error = outcome.error();
    auto const data = error.data ? " " + json::to_text(*error.data) : "";
    return fmt::format("error {}: {}{}", error.code, error.message, data);
  }
  if (outcome->kind == Reply::Kind::task) return "becomes a task";
  if (outcome->kind == Reply::Kind::input_required) return show_questions(call);
  auto text = '{' + outcome->members + '}';
  auto const value = json::parse(text);
  EXPECT_TRUE(value) << text;
  if (!value) return text;
  if (auto const cursor = json::find_string(*value, "nextCursor")) {
    world.cursor = *cursor;
    replace(text, world.cursor, "CURSOR");
  }
  // One element of a list a line.
  for (auto const* key : {"tools", "resources", "resourceTemplates", "prompts", "contents"}) {
    auto const* list = json::find_array(*value, key);
    if (list == nullptr) continue;
    for (auto const& element : *list) {
      auto const one = json::to_text(element);
      replace(text, one, "\n  " + one);
    }
  }
  if (!outcome->cache) return text;
  return text + fmt::format(
                    "\n  for {} ms, {}",
                    outcome->cache->ttl.count(),
                    outcome->cache->is_public ? "public" : "private"
                );
}

std::string serve(World& world, Request request, Revision revision) {
  auto call = std::make_shared<Call>();
  replace(request.params, "CURSOR", world.cursor);
  auto const text = fmt::format(
      R"({{"jsonrpc":"2.0","id":1,"method":"{}","params":{}}})", request.method, request.params
  );
  call->message = *jsonrpc::read(*json::parse(text, &call->memory));
  call->revision = revision;
  call->capabilities = read_capabilities(json::parse(request.capabilities)->get_object());
  call->answers = std::move(request.answers);
  call->may_become_task = request.takes_task;
  call->is_task = request.is_task;
  return show(world, *call, world.loop.run(world.dispatcher.dispatch(call)));
}

// "2024-11-05 to 2025-11-25: the answer" for each run of revisions that answer alike.
std::string serve_all(World& world, const Request& request) {
  std::string shown;
  for (std::size_t i = 0; i < kRevisions.size();) {
    auto const answer = serve(world, request, kRevisions[i].revision);
    auto last = i;
    while (last + 1 < kRevisions.size() &&
           serve(world, request, kRevisions[last + 1].revision) == answer) {
      ++last;
    }
    shown += kRevisions[i].name;
    if (last > i) shown.append(" to ").append(kRevisions[last].name);
    shown.append(": ").append(answer) += '\n';
    i = last + 1;
  }
  return shown;
}

std::string run_section(World& world, std::string_view title, std::string_view text) {
  auto const space = std::min(title.find(' '), title.size());
  Request blank;
  if (space < title.size()) blank.capabilities = title.substr(space + 1);
  auto const* revision = find_revision(title.substr(0, space));
  auto request = blank;
  std::string shown;
  for (auto const line : split(text, '\n')) {
    if (line.empty()) continue;
    auto const end = std::min(line.find(' '), line.size());
    auto const word = line.substr(0, end);
    auto const rest = line.substr(std::min(end + 1, line.size()));
    if (word == "answer") {
      auto const key = rest.substr(0, rest.find(' '));
      request.answers.set(std::string(key), json::parse(rest.substr(key.size() + 1))->get_object());
    } else if (word == "task") {
      request.takes_task = true;
    } else if (word == "is_task") {
      request.is_task = true;
    } else {
      request.method = word;
      request.params = rest.empty() ? "{}" : rest;
      shown += fmt::format("> {}\n", line);
      shown += revision == nullptr ? serve_all(world, request)
                                   : serve(world, request, revision->revision) + '\n';
      request = blank;
    }
  }
  return shown;
}

class MethodCases : public ::testing::TestWithParam<std::string> {};

TEST_P(MethodCases, AreAnsweredAsTheFileSays) {
  testing::expect_case(
      fmt::format("{}/{}.case", kFolder, GetParam()),
      [](const testing::CaseFile& file) {
        World world;
        std::string shown;
        for (auto const& [title, text] : file.sections) {
          if (title != "result") shown += run_section(world, title, text);
        }
        return shown;
      }
  );
}

INSTANTIATE_TEST_SUITE_P(
    Methods,
    MethodCases,
    ::testing::ValuesIn(testing::case_names(kFolder)),
    [](const auto& test) { return test.param; }
);

TEST(Dispatcher, OffersWhatTheRevisionAndTheServerHave) {
  testing::Notes notes;
  auto const tools = testing::make_test_server(notes);
  auto const full = testing::make_feature_server();
  Server const empty({{"empty", "1", ""}, ""});
  auto const ring = KeyRing::random();
  Dispatcher const with(full, ring);
  Dispatcher const with_tools(tools, ring);
  Dispatcher const without(empty, ring);
  EXPECT_NE(with.find_method("tools/call", Revision::v2025_11_25), nullptr);
  EXPECT_NE(with.find_method("completion/complete", Revision::v2024_11_05), nullptr);
  EXPECT_NE(with.find_method("server/discover", Revision::v2026_07_28), nullptr);
  EXPECT_EQ(with.find_method("server/discover", Revision::v2025_11_25), nullptr);
  EXPECT_EQ(with.find_method("tools/Call", Revision::v2026_07_28), nullptr);
  EXPECT_EQ(without.find_method("tools/list", Revision::v2026_07_28), nullptr);
  EXPECT_EQ(with_tools.find_method("prompts/list", Revision::v2026_07_28), nullptr);
  EXPECT_EQ(with_tools.find_method("completion/complete", Revision::v2026_07_28), nullptr);
}

TEST(Dispatcher, TellsCapabilitiesByRevision) {
  auto const full = testing::make_feature_server();
  Server const empty({{"empty", "1", ""}, ""});
  auto const ring = KeyRing::random();
  Dispatcher const with(full, ring);
  Dispatcher const without(empty, ring);
  auto const kOldest =
      R"({"logging":{},"tools":{"listChanged":true},"prompts":{"listChanged":true},)"
      R"("resources":{"listChanged":true,"subscribe":true})";
  std::string const old = kOldest;
  EXPECT_EQ(json::to_text(with.capabilities(Revision::v2024_11_05)), old + "}");
  EXPECT_EQ(json::to_text(with.capabilities(Revision::v2025_06_18)), old + R"(,"completions":{}})");
  EXPECT_EQ(
      json::to_text(with.capabilities(Revision::v2025_11_25)),
      old + R"(,"completions":{},"tasks":{"cancel":{},"requests":{"tools":{"call":{}}}}})"
  );
  EXPECT_EQ(
      json::to_text(with.capabilities(Revision::v2026_07_28)),
      old + R"(,"completions":{},"extensions":{"io.modelcontextprotocol/tasks":{}}})"
  );
  EXPECT_EQ(json::to_text(without.capabilities(Revision::v2026_07_28)), R"({"logging":{}})");
}

// A legacy client is asked on its stream, and the same call is then served once more.
TEST(Dispatcher, ServesACallAgainWithItsArguments) {
  testing::Notes notes;
  auto const server = testing::make_test_server(notes);
  auto const ring = KeyRing::random();
  Dispatcher const dispatcher(server, ring);
  Loop loop;
  auto call = std::make_shared<Call>();
  call->revision = Revision::v2025_11_25;
  call->capabilities.bits = ClientCapabilities::roots;
  call->ask_client = [](std::vector<InputRequest>) -> Async<Answers> { co_return Answers(); };
  auto const* text =
      R"({"jsonrpc":"2.0","id":1,"method":"tools/call",
          "params":{"name":"echo","arguments":{"text":"still here"}}})";
  call->message = *jsonrpc::read(*json::parse(text, &call->memory));
  for (auto i = 0; i < 2; ++i) {
    auto const ran = loop.run(dispatcher.dispatch(call));
    ASSERT_TRUE(ran && *ran);
    EXPECT_EQ((*ran)->members, R"("content":[{"type":"text","text":"still here"}])");
  }
}

}  // namespace
}  // namespace davit::mcp
