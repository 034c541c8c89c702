// Holds the conversations of testdata/dialogues over every transport that can carry them. Each has
// to go exactly as its file says. testdata/dialogues/README.md describes the form.
#include <csignal>
#include <map>

#include <fmt/format.h>

#include "mcp/store/memory.h"
#include "support/carriers.h"
#include "support/case_file.h"
#include "support/mcp_features.h"

namespace davit::mcp::transport {
namespace {

using namespace std::chrono_literals;

// So long nothing has to come before no more is expected; longer when it is not known what will.
const auto kQuiet = std::getenv("DAVIT_UPDATE") == nullptr ? 4ms : 50ms;
constexpr auto kPatience = 5s;

class StillClock final : public Clock {
 public:
  std::chrono::system_clock::time_point now() const override {
    return std::chrono::sys_days(std::chrono::year(2026) / 11 / 21);
  }
  std::chrono::steady_clock::time_point steady_now() const override { return {}; }
};

// Ids that are sealed differ in every run: they go by names, numbered as they come.
class Names {
 public:
  std::string hide(std::string text) {
    auto const value = json::parse(text);
    if (!value || !value->is_object()) return text;
    if (json::find(*value, "method") != nullptr) note("ask", json::find(*value, "id"));
    note("cursor", json::find(*value, "result.nextCursor"));
    note("state", json::find(*value, "result.requestState"));
    for (auto const* path : {"result.taskId", "result.task.taskId", "params.taskId"})
      note("task", json::find(*value, path));
    for (auto const& [name, id] : ids_) replace(text, id, name);
    return text;
  }
  std::string show(std::string text) const {
    for (auto const& [name, id] : ids_) replace(text, name, id);
    return text;
  }

 private:
  void note(const char* kind, const json::Value* value) {
    if (value == nullptr || !value->is_string()) return;
    std::string id(json::view(value->get_string()));
    for (auto const& [name, known] : ids_) {
      if (known == id) return;
    }
    ids_.emplace_back(fmt::format("${}{}", kind, ++count_[kind]), std::move(id));
  }
  static void replace(std::string& text, std::string_view from, std::string_view to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
      text.replace(at, from.size(), to);
  }

  std::vector<std::pair<std::string, std::string>> ids_;
  std::map<std::string, int> count_;
};

class Dialogue {
 public:
  explicit Dialogue(std::string_view carrier) {
    testing::add_feature_tools(server_);
    testing::add_feature_resources(server_);
    testing::add_feature_prompts(server_);
    EXPECT_TRUE(server_.add_tool(testing::tools::make(
        "touches",
        R"({"type":"object"})",
        [this](Context context, json::Object) { return touch(std::move(context)); }
    )));
    EndpointParts parts{
        .executor = loop_.executor(),
        .ring = ring_,
        .clock = clock_,
        .store = *store_,
        .self = {"", "aaaaaa"},
        .counters = counters_,
        .logger = log::Logger(),
    };
    EndpointOptions options;
    options.dispatch.page_size = 4;
    endpoint_ = std::make_unique<Endpoint>(server_, parts, options);
    carrier_ = testing::make_carrier(carrier, *endpoint_, [this](std::string text) {
      (text.find("\"method\"") == std::string::npos ? answers_ : said_).push_back(std::move(text));
    });
  }
  ~Dialogue() {
    EXPECT_TRUE(run(carrier_->close()));
    EXPECT_TRUE(run(endpoint_->stop(0s)));
    carrier_.reset();
    EXPECT_EQ(counters_.at("davit_mcp_calls_running").value(), 0);
  }

  testing::CaseFile hold(const testing::CaseFile& file) {
    testing::CaseFile held{file.purpose, {}};
    std::size_t expected = 0;
    for (std::size_t i = 0; i < file.sections.size(); ++i) {
      auto const& [title, text] = file.sections[i];
      if (title == "receive") continue;
      held.sections.emplace_back(title, text);
      if (title == "carriers") continue;
      SCOPED_TRACE(title);
      auto const next = i + 1 < file.sections.size() ? file.sections[i + 1] : file.sections[i];
      expected = next.first == "receive" ? count_messages(next.second) : 0;
      if (title.starts_with("connect ")) {
        connect(title.substr(8), text);
      } else {
        for (auto const line : split(text, '\n')) {
          if (!line.empty()) say(std::string(line));
        }
      }
      wait(expected);
      if (auto const received = take(); !received.empty())
        held.sections.emplace_back("receive", received);
    }
    return held;
  }

 private:
  Async<ToolResult> touch(Context) {
    server_.resource_updated("test://text");
    server_.announce({Change::Kind::tools});
    co_return ToolResult::text("touched");
  }

  template <class T>
  Result<T> run(Async<T> op) {
    return loop_.run(with_timeout(std::move(op), 20s));
  }

  static std::size_t count_messages(std::string_view text) {
    std::size_t lines = 0;
    for (auto const line : split(text, '\n')) lines += line.empty() ? 0 : 1;
    return lines;
  }

  void connect(const std::string& revision, const std::string& text) {
    capabilities_ = *json::parse(text.empty() ? "{}" : text);
    is_modern_ = revision == to_string(Revision::v2026_07_28);
    if (is_modern_) return;
    json::Object const params{
        {"protocolVersion", revision},
        {"capabilities", capabilities_},
        {"clientInfo", {{"name", "c"}, {"version", "1"}}},
    };
    say(json::to_text(json::Object{{"id", 0}, {"method", "initialize"}, {"params", params}}));
    wait(1);
    say(R"({"method":"notifications/initialized"})");
  }

  // Adds what every message has.
  void say(std::string text) {
    auto value = json::parse(names_.show(std::move(text)));
    ASSERT_TRUE(value);
    if (value->is_object()) {
      complete(value->get_object());
    } else if (value->is_array()) {
      for (auto& item : value->get_array()) complete(item.get_object());
    }
    ASSERT_TRUE(run(carrier_->send(json::to_text(*value))));
    EXPECT_TRUE(run(sleep_for(1ms)));
  }
  void complete(json::Object& message) {
    message["jsonrpc"] = "2.0";
    if (!is_modern_ || !message.contains("method")) return;
    auto& params = message["params"];
    if (!params.is_object()) params.emplace_object();
    auto& meta = params.get_object()["_meta"];
    if (!meta.is_object()) meta.emplace_object();
    meta.get_object()[kMetaVersion] = to_string(Revision::v2026_07_28);
    meta.get_object()[kMetaCapabilities] = capabilities_;
  }

  // Until so many messages have come, and then until it is quiet.
  void wait(std::size_t count) {
    auto const end = std::chrono::steady_clock::now() + kPatience;
    auto const is_here = [&] { return said_.size() + answers_.size() >= count; };
    while (!is_here() && std::chrono::steady_clock::now() < end) EXPECT_TRUE(run(sleep_for(1ms)));
    for (auto seen = count + 1; seen != said_.size() + answers_.size();) {
      seen = said_.size() + answers_.size();
      EXPECT_TRUE(run(sleep_for(kQuiet)));
    }
  }

  // What came: first what the server said, then its answers. Which of them came first is another
  // matter over each transport.
  std::string take() {
    std::string out;
    for (auto* const list : {&said_, &answers_}) {
      for (auto const& text : std::exchange(*list, {})) {
        EXPECT_EQ(text.find('\n'), std::string::npos);
        out += names_.hide(text) + '\n';
      }
    }
    return out;
  }

  Loop loop_;
  StillClock clock_;
  KeyRing ring_ = KeyRing::random();
  Counters counters_;
  std::unique_ptr<Store> store_ = make_memory_store(loop_.executor(), clock_);
  testing::Notes notes_;
  Server server_ = testing::make_test_server(notes_);
  std::unique_ptr<Endpoint> endpoint_;
  std::unique_ptr<testing::Carrier> carrier_;
  json::Value capabilities_;
  bool is_modern_ = false;
  Names names_;
  std::vector<std::string> said_;
  std::vector<std::string> answers_;
};

// Each dialogue with each of its carriers.
struct Case {
  std::string name;
  std::string carrier;
};

constexpr const char* kFolder = "testdata/dialogues/";

std::vector<Case> cases() {
  std::signal(SIGPIPE, SIG_IGN);
  std::vector<Case> all;
  for (auto const& name : testing::case_names(kFolder)) {
    auto const file = testing::CaseFile::parse(testing::read_text_file(kFolder + name + ".case"));
    auto const text = file.section("carriers");
    for (auto const carrier : split(std::string_view(text).substr(0, text.find('\n')), ' '))
      all.push_back({name, std::string(carrier)});
  }
  return all;
}

class Over : public ::testing::TestWithParam<Case> {};

TEST_P(Over, ItGoesAsWritten) {
  auto const path = kFolder + GetParam().name + ".case";
  auto const file = testing::CaseFile::parse(testing::read_text_file(path));
  Dialogue dialogue(GetParam().carrier);
  testing::expect_file(path, dialogue.hold(file).to_text());
}

INSTANTIATE_TEST_SUITE_P(
    Dialogue,
    Over,
    ::testing::ValuesIn(cases()),
    [](const ::testing::TestParamInfo<Case>& info) {
      return info.param.name + "_" + info.param.carrier;
    }
);

}  // namespace
}  // namespace davit::mcp::transport
