#include "telemetry/prometheus.h"

#include <cstdlib>

#include <gtest/gtest.h>

#include "base/strings.h"
#include "support/case_file.h"

namespace davit::telemetry {
namespace {

using davit::testing::CaseFile;

// Each line is `NAME LABEL NUMBER...`, with `-` for no label: one number for a counter, and
// `record` in front of the values of a histogram.
std::string run(const CaseFile& file) {
  Counters counters;
  auto const lines = file.section("counters");
  for (auto const line : split(lines, '\n')) {
    auto const words = split(line, ' ');
    if (words.size() < 3) continue;
    auto const label = words[1] == "-" ? std::string_view() : words[1];
    if (words[2] != "record") {
      counters.at(words[0], label).set(std::atoll(std::string(words[2]).c_str()));
      continue;
    }
    auto& histogram = counters.histogram(words[0], label);
    for (std::size_t i = 3; i < words.size(); ++i) {
      histogram.record(std::strtod(std::string(words[i]).c_str(), nullptr));
    }
  }
  return to_prometheus(counters);
}

class Case : public ::testing::TestWithParam<std::string> {};
TEST_P(Case, IsWrittenAsRecorded) {
  davit::testing::expect_case("testdata/" + GetParam() + ".case", run);
}
INSTANTIATE_TEST_SUITE_P(
    Prometheus,
    Case,
    ::testing::ValuesIn(davit::testing::case_names("testdata")),
    [](const auto& info) { return info.param; }
);

TEST(Histogram, AValueOnABoundBelongsBelowIt) {
  constexpr double kBounds[] = {1, 2};
  Histogram histogram(kBounds);
  for (double const value : {0.0, 1.0, 1.5, 2.0, 2.5, 1e9}) histogram.record(value);
  EXPECT_EQ(histogram.counts()[0], 2U);
  EXPECT_EQ(histogram.counts()[1], 2U);
  EXPECT_EQ(histogram.counts()[2], 2U);
  EXPECT_EQ(histogram.count(), 6U);
  EXPECT_DOUBLE_EQ(histogram.sum(), 1e9 + 7);
}

TEST(Counters, KeepHistogramsApartByLabel) {
  Counters counters;
  auto& first = counters.histogram("seconds", "tool=\"a\"");
  counters.histogram("seconds", "tool=\"b\"").record(1);
  EXPECT_EQ(first.count(), 0U);
  EXPECT_EQ(&first, &counters.histogram("seconds", "tool=\"a\""));
}

TEST(Label, IsWellFormedWhateverTheValue) {
  Counters counters;
  counters.at("seen", make_label("what", "a\"b\\c\nd,e=\"f\"")).add();
  EXPECT_EQ(
      to_prometheus(counters), "# TYPE seen gauge\nseen{what=\"a\\\"b\\\\c\\nd,e=\\\"f\\\"\"} 1\n"
  );
}

TEST(Part, CountsInTheWholeUnderItsOwnLabel) {
  Counters whole;
  Counters a(whole, make_label("server", "a"));
  Counters b(whole, make_label("server", "b"));
  a.at("davit_mcp_tasks").set(3);
  b.at("davit_mcp_tasks").set(4);
  a.at("seen", make_label("what", "x")).add();
  a.histogram("seconds").record(1);
  EXPECT_EQ(whole.at("davit_mcp_tasks", "server=\"a\"").value(), 3);
  EXPECT_EQ(whole.at("davit_mcp_tasks", "server=\"b\"").value(), 4);
  EXPECT_EQ(whole.at("seen", "server=\"a\",what=\"x\"").value(), 1);
  EXPECT_EQ(whole.histogram("seconds", "server=\"a\"").count(), 1U);
}

constexpr auto kDocument = "../../docs/metrics.md";
constexpr std::string_view kGenerated =
    "<!-- Written by telemetry_test from here on: DAVIT_UPDATE=1 brings it up to date. -->\n";

TEST(Document, ListsEveryMetric) {
  auto const text = davit::testing::read_text_file(kDocument);
  auto const introduction = text.substr(0, text.find(kGenerated));
  davit::testing::expect_file(
      kDocument, introduction + std::string(kGenerated) + '\n' + describe_metrics()
  );
}

}  // namespace
}  // namespace davit::telemetry
