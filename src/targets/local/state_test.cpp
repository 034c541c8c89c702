#include "targets/local/state.h"

#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/crypto.h"
#include "targets/local/health.h"
#include "targets/local/log_files.h"

namespace davit::local {
namespace {

namespace fs = std::filesystem;

class Folder : public ::testing::Test {
 protected:
  void SetUp() override { fs::create_directories(folder_ / "logs"); }
  void TearDown() override { fs::remove_all(folder_); }
  void write(const fs::path& file, const std::string& text) { std::ofstream(file) << text; }
  static std::string read(const fs::path& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  fs::path folder_ = fs::temp_directory_path() / ("davit-state-" + random_id(6));
};
using StateFile = Folder;
using LogFiles = Folder;

TEST_F(StateFile, IsReadAsItWasWritten) {
  auto const none = load_state(folder_);
  ASSERT_TRUE(none);
  EXPECT_EQ(none->next_id, 1);
  SavedState state;
  state.next_id = 7;
  state.green = "v2";
  state.blue = "v1";
  state.percent = 10;
  state.wanted = {{"v1", 100}, {"v2", 10}};
  state.counts = {{"davitd", 3}};
  state.tasks.push_back(
      {{"davitd-1", "v1", "davitd", {4001, 4002, 4003}, 12, 345}, 2, true, true, true}
  );
  state.tasks.push_back({{"davitd-2", "v2", "davitd", {4004, 4005, 4006}, 0, 0}});
  ASSERT_TRUE(save_state(folder_, state));
  auto const loaded = load_state(folder_);
  ASSERT_TRUE(loaded) << loaded.error().message();
  EXPECT_EQ(json::to_text(to_json(*loaded)), json::to_text(to_json(state)));
}

TEST(Serving, IsTheOldVersionUntilTheNewOneHasAll) {
  EXPECT_EQ(serving({}), "");
  SavedState state;
  state.green = "v1";
  EXPECT_EQ(serving(state), "v1") << "the first has nobody beside it";
  state = {};
  state.green = "v2";
  state.blue = "v1";
  state.percent = 99;
  EXPECT_EQ(serving(state), "v1");
  state.percent = 100;
  EXPECT_EQ(serving(state), "v2");
}

TEST_F(StateFile, ThatCannotBeReadIsSaidSo) {
  for (auto const* text : {"", "{", "[]", "{\"next_id\": 1}"}) {
    write(folder_ / "state.json", text);
    auto const loaded = load_state(folder_);
    ASSERT_FALSE(loaded) << text;
    EXPECT_EQ(loaded.error().kind(), ErrorKind::protocol);
    EXPECT_NE(loaded.error().message().find("state.json"), std::string::npos);
  }
}

// Each number of the file, made what nobody writes.
TEST_F(StateFile, NumbersThatCannotBeAreRefused) {
  struct Case {
    std::string_view from;
    std::string_view to;
    std::string_view name;
  };
  constexpr Case kCases[] = {
      {R"("next_id":7)", R"("next_id":0)", "next_id"},
      {R"("percent":10)", R"("percent":101)", "percent"},
      {R"("percent":10)", R"("percent":-1)", "percent"},
      {R"("percent":10)", R"("percent":4294967306)", "percent"},
      {R"("percent":10)", R"("percent":"10")", "percent"},
      {R"("v2":30)", R"("v2":101)", "wanted.v2"},
      {R"("v2":30)", R"("v2":null)", "wanted.v2"},
      {R"("davitd":3)", R"("davitd":1000000000)", "counts.davitd"},
      {R"("davitd":3)", R"("davitd":0)", "counts.davitd"},
      {R"("port":4001)", R"("port":69537)", "port"},
      {R"("port":4001)", R"("port":0)", "port"},
      {R"("admin_port":4002)", R"("admin_port":-1)", "admin_port"},
      {R"("peer_port":4003)", R"("peer_port":65536)", "peer_port"},
      {R"("pid":12)", R"("pid":-12)", "pid"},
      {R"("pid":12)", R"("pid":4294967308)", "pid"},
      {R"("started":345)", R"("started":-1)", "started"},
      {R"("restarts":2)", R"("restarts":2147483648)", "restarts"},
  };
  SavedState state;
  state.next_id = 7;
  state.percent = 10;
  state.wanted = {{"v2", 30}};
  state.counts = {{"davitd", 3}};
  state.tasks.push_back({{"davitd-1", "v1", "davitd", {4001, 4002, 4003}, 12, 345}, 2});
  auto const whole = json::to_text(to_json(state));
  write(folder_ / "state.json", whole);
  ASSERT_TRUE(load_state(folder_));
  for (auto const& [from, to, name] : kCases) {
    SCOPED_TRACE(to);
    auto text = whole;
    auto const at = text.find(from);
    ASSERT_NE(at, std::string::npos) << text;
    write(folder_ / "state.json", text.replace(at, from.size(), to));
    auto const loaded = load_state(folder_);
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().kind(), ErrorKind::protocol);
    auto const message = loaded.error().message();
    EXPECT_NE(message.find(fmt::format("`{}`", name)), std::string::npos) << message;
  }
}

TEST_F(LogFiles, TakeTurns) {
  auto const file = log_file(folder_, "x-1");
  for (auto const* text : {"first", "second", "third", "fourth"}) {
    write(file, text);
    rotate(file, 4, 3);
    EXPECT_EQ(read(file), "");
  }
  write(file, "now");
  rotate(file, 4, 3);
  std::string all;
  for (auto const& one : log_files_of(file)) all += read(one) + '|';
  EXPECT_EQ(all, "third|fourth|now|");
}

TEST_F(LogFiles, AloneAreEmptied) {
  auto const file = log_file(folder_, "x-1");
  write(file, "first");
  rotate(file, 4, 1);
  EXPECT_EQ(log_files_of(file), std::vector<fs::path>{file});
  EXPECT_EQ(read(file), "");
}

TEST_F(LogFiles, OfTasksThatAreGoneAreFewInTheEnd) {
  auto age = std::chrono::hours(9);
  for (auto const* id : {"x-1", "x-2", "x-3", "x-4"}) {
    for (auto const& path : {log_file(folder_, id), fs::path(log_file(folder_, id)) += ".1"}) {
      write(path, id);
      fs::last_write_time(path, fs::file_time_type::clock::now() - age);
    }
    age -= std::chrono::hours(1);
  }
  remove_old_logs(folder_, {"x-1"}, 1);
  EXPECT_EQ(log_files_of(log_file(folder_, "x-1")).size(), 2u);
  EXPECT_EQ(log_files_of(log_file(folder_, "x-2")).size(), 0u);
  EXPECT_EQ(log_files_of(log_file(folder_, "x-3")).size(), 0u);
  EXPECT_EQ(log_files_of(log_file(folder_, "x-4")).size(), 2u);
}

TEST(Counters, AreSummedByLabel) {
  constexpr auto kPage =
      "# TYPE davit_mcp_requests_total counter\n"
      "davit_mcp_requests_total{server=\"a\",outcome=\"ok\"} 5\n"
      "davit_mcp_requests_total{server=\"a\",outcome=\"protocol_error\"} 2\n"
      "davit_mcp_requests_total{server=\"b\",outcome=\"protocol_error\"} 3\n"
      "davit_mcp_requests_total_more{outcome=\"protocol_error\"} 100\n";
  EXPECT_EQ(sum_of(kPage, "davit_mcp_requests_total", "outcome=\"protocol_error\""), 5);
  EXPECT_EQ(sum_of("", "davit_mcp_requests_total", "outcome=\"protocol_error\""), 0);
}

}  // namespace
}  // namespace davit::local
