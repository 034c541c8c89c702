#include "app/smoke_command.h"

#include <gtest/gtest.h>

#include "base/strings.h"
#include "support/case_file.h"

namespace davit::app {
namespace {

using release::Check;

// "failed | 12 | call search | HTTP 500": outcome, milliseconds, name, detail.
Check read_check(std::string_view line) {
  auto const parts = split(line, '|');
  auto const part = [&](std::size_t i) {
    return i < parts.size() ? std::string(trim(parts[i])) : std::string();
  };
  Check check{.name = part(2)};
  if (part(0) == "failed") check.outcome = Check::Outcome::failed;
  if (part(0) == "skipped") check.outcome = Check::Outcome::skipped;
  check.detail = part(3);
  check.took = std::chrono::milliseconds(std::atoi(part(1).c_str()));
  return check;
}

class SmokeTrees : public ::testing::TestWithParam<std::string> {};

TEST_P(SmokeTrees, AreAsTheyWere) {
  testing::expect_case("testdata/smoke/" + GetParam() + ".case", [](const testing::CaseFile& file) {
    release::GateReport report;
    auto const checks = file.section("checks");
    for (auto const line : split(checks, '\n')) {
      if (!line.empty()) report.checks.push_back(read_check(line));
    }
    auto const look = file.section("look");
    auto const columns = std::atoi(look.c_str());
    auto text = draw_smoke(
        "http://127.0.0.1:8080/gitlab/mcp",
        report,
        look.find("coloured") != look.npos,
        columns == 0 ? std::string::npos : static_cast<std::size_t>(columns)
    );
    // Escapes are written out, so that they can be read and reviewed.
    for (std::size_t at = 0; (at = text.find('\x1b', at)) != text.npos;) text.replace(at, 1, "\\e");
    return text;
  });
}

INSTANTIATE_TEST_SUITE_P(
    All,
    SmokeTrees,
    ::testing::ValuesIn(testing::case_names("testdata/smoke")),
    [](const auto& param) { return param.param; }
);

}  // namespace
}  // namespace davit::app
