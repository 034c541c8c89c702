#include <cstdio>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "config/reader.h"
#include "config/servers.h"
#include "config/units.h"
#include "config/yaml.h"
#include "support/case_file.h"

namespace davit::config {
namespace {

using namespace std::chrono_literals;

enum class Colour { red, green };

// One member of each kind.
struct Sample {
  std::string name;
  std::uint16_t port = 80;
  std::optional<int> workers;
  std::size_t max_bytes = 4096;
  std::chrono::milliseconds patience{250};
  std::chrono::seconds age{60};
  bool is_quiet = false;
  Colour colour = Colour::green;
  std::optional<Colour> other_colour;
  std::vector<std::string> hosts;
};

std::string_view check_lower(std::string_view text) {
  auto const is_lower = text.find_first_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string_view::npos;
  return is_lower ? "" : "must be lower case";
}

constexpr Row kRows[] = {
    {.key = "name",
     .target = to<&Sample::name>(),
     .doc = "What it is called.",
     .required = true,
     .check = check_lower},
    {.key = "port", .target = to<&Sample::port>(), .doc = "Where it listens.", .range = {1}},
    {.key = "workers", .target = to<&Sample::workers>(), .doc = "Threads.", .range = {-1, 64}},
    {.key = "limits.max_body",
     .target = bytes<&Sample::max_bytes>(),
     .doc = "Body.",
     .range = {1024, 1024 * 1024}},
    {.key = "limits.patience",
     .target = to<&Sample::patience>(),
     .doc = "Wait.",
     .range = between(100ms, 1h)},
    {.key = "limits.age", .target = to<&Sample::age>(), .doc = "Age."},
    {.key = "quiet", .target = to<&Sample::is_quiet>(), .doc = "Says nothing."},
    {.key = "colour", .target = to<&Sample::colour>(), .doc = "Paint.", .choices = "red|green"},
    {.key = "other_colour",
     .target = to<&Sample::other_colour>(),
     .doc = "More paint.",
     .choices = "red|green"},
    {.key = "hosts", .target = to<&Sample::hosts>(), .doc = "Friends.", .check = check_lower},
    {.key = "servers", .target = nested<Sample>(), .doc = "Servers."},
};
constexpr Table<Sample> kTable = kRows;

// The problems, and what was read all the same.
std::string run_reader(const std::string& yaml) {
  auto const root = parse_yaml(yaml, "davit.yaml");
  if (!root) return root.error().message();
  Sample sample;
  Report report;
  read(*root, "", kTable, sample, report);
  std::vector<ServerConfig> servers;
  if (auto const* node = root->find("servers"); node != nullptr && node->kind == Node::Kind::map) {
    servers = read_servers(*node, "servers", report);
  }
  std::string out;
  if (!report.problems.empty()) out += to_text(report.problems) + "\n\n";
  print(out, 0, "", kTable, sample, report.origins);
  for (auto const& server : servers) {
    out += fmt::format("server {}:\n", server.name);
    if (server.error) out += server.error->message() + '\n';
    print(out, 2, "servers." + server.name, server_table(), server, report.origins);
  }
  return out;
}

class Case : public ::testing::TestWithParam<std::string> {};
TEST_P(Case, ReadsAsRecorded) {
  davit::testing::expect_case(
      "testdata/" + GetParam() + ".case",
      [](const davit::testing::CaseFile& file) { return run_reader(file.section("davit.yaml")); }
  );
}
INSTANTIATE_TEST_SUITE_P(
    Config,
    Case,
    ::testing::ValuesIn(davit::testing::case_names("testdata")),
    [](const auto& info) { return info.param; }
);

std::string problem_of(std::string_view yaml) {
  auto const root = parse_yaml(yaml, "f");
  return root ? "" : root.error().message();
}

std::string nested_lists(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

TEST(Yaml, DepthIsBounded) {
  EXPECT_EQ(problem_of(nested_lists(kMaxYamlDepth)), "");
  EXPECT_EQ(problem_of(nested_lists(kMaxYamlDepth + 1)), "f:1: nested more than 32 levels deep");
  EXPECT_EQ(problem_of(std::string(500'000, '[')), "f:1: nested more than 32 levels deep");
  auto const half = nested_lists(kMaxYamlDepth / 2);
  EXPECT_EQ(problem_of("- &a " + half + "\n- [*a]"), "");
  auto const shifted = "- &a " + half + "\n- " + std::string(16, '[') + "*a" + std::string(16, ']');
  EXPECT_EQ(problem_of(shifted), "f:2: nested more than 32 levels deep");
}

TEST(Yaml, SizeIsBounded) {
  EXPECT_EQ(problem_of("a: " + std::string(kMaxYamlBytes - 3, 'x')), "");
  EXPECT_EQ(problem_of(std::string(kMaxYamlBytes + 1, ' ')), "f:1: larger than 1MB");
  std::string many = "[";
  for (std::size_t i = 0; i <= kMaxYamlNodes; ++i) many += "a,";
  EXPECT_EQ(problem_of(many + "]"), "f:1: more than 50000 values, with aliases");
}

TEST(Yaml, AliasesCountAsWhatTheyStandFor) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    bomb += fmt::format("a{0}: &a{0} [*a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}]\n", i, i - 1);
  }
  EXPECT_TRUE(problem_of(bomb).ends_with("more than 50000 values, with aliases"))
      << problem_of(bomb);
  std::string wide = "- &a " + std::string(100'000, 'x') + "\n";
  for (int i = 0; i < 20; ++i) wide += "- *a\n";
  EXPECT_TRUE(problem_of(wide).ends_with("more than 1MB of text, with aliases"))
      << problem_of(wide);
}

TEST(Yaml, OnlyUtf8IsText) {
  EXPECT_EQ(problem_of("a: \xFF"), "f:1: is not UTF-8 text");
  EXPECT_EQ(
      problem_of(std::string(
          "\xFF\xFE"
          "a\0",
          4
      )),
      "f:1: is not UTF-8 text"
  );
  EXPECT_EQ(problem_of(std::string("a\0b", 3)), "f:1: is not UTF-8 text");
  EXPECT_EQ(
      problem_of("\xEF\xBB\xBF"
                 "a: \xC3\xA9"),
      ""
  );
}

TEST(Yaml, NodesKnowTheirPlace) {
  auto const root = parse_yaml("a: 1\nb:\n  - x\n  - 'y'\nc: &c {d: 2}\ne: *c\nf:\n", "davit.yaml");
  ASSERT_TRUE(root) << root.error().message();
  ASSERT_EQ(root->items.size(), 5U);
  auto const& list = *root->find("b");
  EXPECT_EQ(place_of(list), "davit.yaml:2");
  EXPECT_EQ(place_of(list.items[1]), "davit.yaml:4");
  EXPECT_EQ(list.items[1].column, 5);
  EXPECT_TRUE(list.items[1].quoted);
  EXPECT_FALSE(list.items[0].quoted);
  EXPECT_EQ(place_of(*root->find("e")), "davit.yaml:6");
  EXPECT_EQ(root->find("e")->find("d")->text, "2");
  EXPECT_EQ(root->find("f")->kind, Node::Kind::null);
  EXPECT_EQ(root->find("g"), nullptr);
}

TEST(Yaml, AnEmptyFileIsNothing) {
  EXPECT_EQ(parse_yaml("# only words\n", "f")->kind, Node::Kind::null);
  EXPECT_EQ(parse_yaml("", "f")->kind, Node::Kind::null);
}

TEST(Yaml, FilesThatCannotBeReadAreErrors) {
  EXPECT_EQ(read_yaml("testdata/none.yaml").error().kind(), ErrorKind::not_found);
  EXPECT_EQ(
      read_yaml("testdata/none.yaml").error().message(),
      "reading testdata/none.yaml: No such file or directory"
  );
  EXPECT_EQ(read_yaml("testdata").error().kind(), ErrorKind::unavailable);
}

TEST(Units, DurationsReadAndWrite) {
  for (auto const* text : {"0ms", "250ms", "25s", "61m", "24h", "7d"}) {
    ASSERT_TRUE(parse_duration(text)) << text;
    EXPECT_EQ(format_duration(*parse_duration(text)), text == std::string("24h") ? "1d" : text);
  }
  EXPECT_EQ(parse_duration("5m"), 5min);
  for (auto const* bad : {"", "s", "25", "25 s", "-1s", "1.5s", "1h30m", "25S", "9999999999s"}) {
    EXPECT_FALSE(parse_duration(bad)) << bad;
  }
}

TEST(Units, SizesReadAndWrite) {
  for (auto const* text : {"0B", "512B", "32KB", "4MB", "1GB"}) {
    ASSERT_TRUE(parse_size(text)) << text;
    EXPECT_EQ(format_size(*parse_size(text)), text);
  }
  EXPECT_EQ(parse_size("4MB"), 4 * 1024 * 1024);
  for (auto const* bad : {"", "KB", "4096", "4 KB", "4kb", "4KiB", "4TB", "-4KB"}) {
    EXPECT_FALSE(parse_size(bad)) << bad;
  }
}

TEST(Reader, KeysGiveTheNamesOfVariablesAndFlags) {
  EXPECT_EQ(environment_name("limits.max_body"), "DAVIT_LIMITS_MAX_BODY");
  EXPECT_EQ(flag_name("limits.max_body"), "--limits-max-body");
}

TEST(Reader, TextFromElsewhereIsReadByTheSameRows) {
  Sample sample;
  Report report;
  auto const read_from = [&](std::string_view key, std::string_view text) {
    for (auto const& row : kRows) {
      if (row.key == key) read_text(row, text, "environment X", sample, report);
    }
  };
  read_from("hosts", "a.example.com, b.example.com");
  read_from("limits.patience", "2s");
  EXPECT_TRUE(report.problems.empty());
  EXPECT_EQ(sample.hosts, (std::vector<std::string>{"a.example.com", "b.example.com"}));
  EXPECT_EQ(sample.patience, 2s);
  EXPECT_EQ(report.origins.at("limits.patience"), "environment X");
  read_from("hosts", "a,,b");
  read_from("port", "70000\n");
  read_from("name", "\xFF");
  EXPECT_EQ(
      to_text(report.problems),
      "environment X: hosts: is empty; leave it out to take the default\n"
      "environment X: port: expected a whole number, found `70000?`\n"
      "environment X: name: is not UTF-8 text"
  );
}

TEST(Reader, WhatIsPrintedReadsBackTheSame) {
  Sample sample{.name = "a: # b\n\"c\" \\ null", .workers = 3, .patience = 59min};
  sample.hosts = {"null", "true", "1.20", "-", "*", "a, b", "[x]", "c:", "~", "\xC3\xA9"};
  std::string text;
  print(text, 0, "", kTable, sample, {});
  auto const root = parse_yaml(text, "f");
  ASSERT_TRUE(root) << root.error().message() << text;
  Sample again;
  Report report;
  read(*root, "", kTable, again, report);
  EXPECT_EQ(to_text(report.problems), "");
  EXPECT_EQ(again.name, sample.name);
  EXPECT_EQ(again.hosts, sample.hosts);
  EXPECT_EQ(again.patience, sample.patience);
  EXPECT_EQ(again.workers, sample.workers);
}

TEST(Reader, TheReferenceSaysWhatEachRowMayBe) {
  EXPECT_EQ(
      describe(kTable),
      "| Key | Kind | Default | Meaning |\n"
      "| --- | --- | --- | --- |\n"
      "| `name` | text | required | What it is called. |\n"
      "| `port` | a whole number, from 1 to 65535 | `80` | Where it listens. |\n"
      "| `workers` | a whole number, from -1 to 64 | | Threads. |\n"
      "| `limits.max_body` | a size such as 32KB, from 1KB to 1MB | `4KB` | Body. |\n"
      "| `limits.patience` | a duration such as 25s, from 100ms to 1h | `250ms` | Wait. |\n"
      "| `limits.age` | a duration such as 25s | `1m` | Age. |\n"
      "| `quiet` | true or false | `false` | Says nothing. |\n"
      "| `colour` | one of red, green | `green` | Paint. |\n"
      "| `other_colour` | one of red, green | | More paint. |\n"
      "| `hosts` | a list of texts | `[]` | Friends. |\n"
      "| `servers` | a map | | Servers. |\n"
  );
}

}  // namespace
}  // namespace davit::config
