#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "connectors/atlassian/adf/check.h"
#include "connectors/atlassian/adf/edit.h"
#include "connectors/atlassian/adf/from_markdown.h"
#include "connectors/atlassian/adf/outline.h"
#include "connectors/atlassian/adf/random_doc_fixture.h"
#include "connectors/atlassian/adf/to_markdown.h"
#include "json/pretty.h"
#include "support/case_file.h"

namespace davit::connectors::atlassian::adf {
namespace {

constexpr std::pair<std::string_view, Op> kOps[] = {
    {"replace_text", Op::replace_text},
    {"replace_section", Op::replace_section},
    {"append", Op::append},
    {"insert_after", Op::insert_after},
    {"set_task", Op::set_task},
    {"set_cell", Op::set_cell},
};

std::string string_at(const json::Value& value, std::string_view key) {
  return std::string(json::find_string(value, key).value_or(""));
}

std::vector<Edit> read_edits(const std::string& text) {
  std::vector<Edit> edits;
  auto const list = json::parse(text);
  EXPECT_TRUE(list && list->is_array()) << text;
  if (!list || !list->is_array()) return edits;
  for (auto const& each : list->get_array()) {
    auto& edit = edits.emplace_back();
    for (auto const& [name, op] : kOps) {
      if (string_at(each, "op") == name) edit.op = op;
    }
    edit.anchor = string_at(each, "anchor");
    edit.text = string_at(each, "text");
    edit.row = string_at(each, "row");
    edit.column = string_at(each, "column");
    edit.occurrence = std::size_t(json::find_int(each, "occurrence").value_or(0));
    edit.table = std::size_t(json::find_int(each, "table").value_or(1));
  }
  return edits;
}

std::string run_edits(json::Value doc, const std::string& edits) {
  auto const before = doc;
  auto const report = apply_edits(doc, read_edits(edits));
  if (!report) {
    EXPECT_EQ(json::to_text(doc), json::to_text(before));
    return "error: " + report.error().message();
  }
  EXPECT_TRUE(check(doc)) << check(doc).error().message();
  std::string out;
  for (auto const& [was, is] : report->changes) out += "before: " + was + "\nafter: " + is + "\n";
  for (auto const& loss : losses(before, doc)) out += "lost: " + loss + "\n";
  return out + json::pretty(doc);
}

// markdown: to ADF and, where that is not the same, back. adf: to Markdown and, unless `lossy` says
// what is lost, exactly back; with edits, what they make of it.
std::string run(const testing::CaseFile& file) {
  auto const markdown = file.section("markdown");
  if (!markdown.empty()) {
    auto const doc = from_markdown(markdown);
    if (!doc) return "error: " + doc.error().message();
    EXPECT_TRUE(check(*doc)) << check(*doc).error().message();
    auto const again = to_markdown(*doc);
    return json::pretty(*doc) + (again == markdown ? "" : "\nagain:\n" + again);
  }
  auto const doc = json::parse(file.section("adf"));
  if (!doc) return "error: " + doc.error().message();
  auto const edits = file.section("edits");
  if (!edits.empty()) return run_edits(*doc, edits);
  if (auto const checked = check(*doc); !checked) return "error: " + checked.error().message();
  auto const text = to_markdown(*doc);
  Opaque const originals(*doc);
  auto const back = from_markdown(text, &originals);
  EXPECT_TRUE(back) << back.error().message();
  if (back && file.section("lossy").empty()) EXPECT_EQ(json::to_text(*back), json::to_text(*doc));
  std::string out = text + "outline:\n";
  for (auto const& section : outline(*doc)) {
    out += section.path + " (" + std::to_string(section.characters) + ")\n";
  }
  return out;
}

class AdfCase : public ::testing::TestWithParam<std::string> {};
TEST_P(AdfCase, IsAsTheFileSays) { testing::expect_case("testdata/" + GetParam() + ".case", run); }
INSTANTIATE_TEST_SUITE_P(
    Files,
    AdfCase,
    ::testing::ValuesIn(testing::case_names("testdata")),
    [](const auto& each) { return each.param; }
);

TEST(Adf, MarkdownMakesADocumentWhoseMarkdownMakesItAgain) {
  RandomDoc random(4);
  for (int i = 0; i < 10000 && !HasFailure(); ++i) {
    auto const text = random.words(25);
    auto const doc = from_markdown(text);
    if (!doc) continue;
    EXPECT_TRUE(check(*doc)) << text << "\n" << check(*doc).error().message();
    auto const once = to_markdown(*doc);
    auto const again = from_markdown(once);
    ASSERT_TRUE(again) << once << "\n" << again.error().message();
    EXPECT_EQ(json::to_text(*again), json::to_text(*doc)) << "---- from:\n"
                                                          << text << "\n---- by way of:\n"
                                                          << once;
    EXPECT_EQ(to_markdown(*again), once);
  }
}

TEST(Adf, ADocumentComesBackFromItsMarkdown) {
  RandomDoc random(5);
  int failures = 0;
  for (int i = 0; i < 2500 && failures < 4; ++i) {
    auto const doc = random.doc();
    ASSERT_EQ(json::to_text(*json::parse(json::to_text(doc))), json::to_text(doc));
    EXPECT_TRUE(check(doc)) << json::to_text(doc) << check(doc).error().message();
    auto const text = to_markdown(doc);
    Opaque const originals(doc);
    auto const back = from_markdown(text, &originals);
    EXPECT_TRUE(back) << text << "\n" << back.error().message();
    if (back) EXPECT_EQ(json::to_text(*back), json::to_text(doc)) << text;
    if (!back || *back != doc) ++failures;
    EXPECT_TRUE(losses(doc, doc).empty());
  }
}

double seconds_of(const std::function<void()>& work) {
  auto const start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::string repeat(std::string_view what, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += what;
  return out;
}

TEST(Adf, BombsAreBoundedInTime) {
  constexpr double kMost =
      20;  // unoptimised and with sanitizers; each takes well below a second else
  auto const text =
      R"({"type":"text","text":"a","marks":[{"type":"strong"}]},{"type":"text","text":"b"},)";
  std::string const documents[] = {
      R"({"type":"doc","version":1,"content":[{"type":"paragraph","content":[)" +
          repeat(text, 50000) + R"({"type":"text","text":"c"}]}]})",
      R"({"type":"doc","version":1,"content":[)" + repeat(R"({"type":"extension"},)", 100000) +
          R"({"type":"rule"}]})",
      R"({"type":"doc","version":1,"content":[{"type":"table","content":[)" +
          repeat(
              R"({"type":"tableRow","content":[{"type":"tableCell","attrs":{"colspan":1000000,"rowspan":1000000}}]},)",
              5000
          ) +
          R"({"type":"tableRow"}]}]})",
      repeat(R"({"type":"blockquote","content":[)", 31) + repeat("]}", 31),
      R"({"type":"doc","version":1,"content":[{"type":"paragraph","content":[{"type":"text","text":"a","marks":[)" +
          repeat(R"({"type":"em"},)", 100000) + R"({"type":"strong"}]}]}]})",
  };
  for (auto const& document : documents) {
    auto const doc = json::parse(document);
    ASSERT_TRUE(doc) << document.substr(0, 60);
    EXPECT_LT(
        seconds_of([&] {
          (void)to_markdown(*doc);
          (void)outline(*doc);
          (void)losses(*doc, *doc);
        }),
        kMost
    ) << document.substr(0, 60);
  }
  for (auto const* unit :
       {"> ",       "- ",          "* a\n",    "[STATUS: ", "<details>\n\n", "</details>\n\n",
        "<strong>", "@[a](b:c)",   "`",        "**a ",      "[a](",          "&#32;",
        "\\",       "| ",          "1. a\n\n", "![",        "<!--",          "~~a",
        "_a",       "[~accountid:"}) {
    auto const markdown = repeat(unit, 60000 / std::string_view(unit).size());
    EXPECT_LT(
        seconds_of([&] {
          auto const doc = from_markdown(markdown);
          if (doc) EXPECT_LE(json::to_text(*doc).size(), 60U << 20U);
          if (doc) EXPECT_TRUE(json::parse(json::to_text(*doc))) << unit;
        }),
        kMost
    ) << unit;
  }
}

TEST(Adf, WideTablesAreRefused) {
  auto const wide =
      "|" + repeat("a|", 100) + "\n|" + repeat("---|", 100) + "\n" + repeat("|a\n", 2000);
  EXPECT_FALSE(from_markdown(wide));
}

// An extra check, where the schema and a checker for it are at hand.
TEST(Adf, DocumentsPassThePublishedSchema) {
  auto const* folder = std::getenv("DAVIT_SPECS");
  auto const schema = std::string(folder == nullptr ? "" : folder) + "/openapi/adf-schema.json";
  if (folder == nullptr || !std::filesystem::exists(schema) ||
      std::system("python3 -c 'import jsonschema' 2>/dev/null") != 0) {
    GTEST_SKIP(
    ) << "left out: it needs DAVIT_SPECS with openapi/adf-schema.json, and python's jsonschema";
  }
  auto const path =
      std::filesystem::temp_directory_path() /
      ("adf_test_" + std::to_string(std::chrono::steady_clock::now().time_since_epoch().count()));
  {
    std::ofstream out(path);
    RandomDoc random(6);
    for (int i = 0; i < 400; ++i) {
      if (auto const doc = from_markdown(random.words(25))) out << json::to_text(*doc) << "\n";
    }
  }
  auto const command =
      "python3 -c 'import json,sys,jsonschema\n"
      "check=jsonschema.Draft4Validator(json.load(open(sys.argv[1])))\n"
      "bad=[line for line in open(sys.argv[2]) if not check.is_valid(json.loads(line))]\n"
      "print(*bad[:3]);sys.exit(1 if bad else 0)' " +
      schema + " " + path.string();
  EXPECT_EQ(std::system(command.c_str()), 0);
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace davit::connectors::atlassian::adf
