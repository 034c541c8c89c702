// The official test suite of JSON Schema,
// https://github.com/json-schema-org/JSON-Schema-Test-Suite.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <vector>

#include <gtest/gtest.h>

#include "json/schema.h"

namespace davit::json {
namespace {

namespace fs = std::filesystem;

// Where the suite expects its remote documents, see its README.
constexpr std::string_view kRemotes = "http://localhost:1234/";

fs::path suite() {
  auto const* chosen = std::getenv("DAVIT_JSON_SCHEMA_SUITE");
  return chosen != nullptr ? chosen : DAVIT_JSON_SCHEMA_SUITE;
}

std::string read(const fs::path& path) {
  std::ostringstream out;
  out << std::ifstream(path).rdbuf();
  return out.str();
}

std::vector<fs::path> json_files(const fs::path& folder) {
  std::vector<fs::path> files;
  for (auto const& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

class SchemaSuite : public testing::Test {
 protected:
  void SetUp() override {
    auto const remotes = suite() / "remotes";
    if (!fs::is_directory(remotes) || !fs::is_directory(tests())) {
      FAIL() << "The JSON Schema test suite is not in " << suite()
             << ": run tools/fetch_json_schema_suite.py, or let DAVIT_JSON_SCHEMA_SUITE name it.";
    }
    for (auto const& entry : fs::recursive_directory_iterator(remotes)) {
      if (entry.path().extension() != ".json") continue;
      auto const name = std::string(kRemotes) + fs::relative(entry.path(), remotes).string();
      if (auto value = parse(read(entry.path()))) remotes_.emplace(name, *std::move(value));
    }
  }

  static fs::path tests() { return suite() / "tests" / "draft2020-12"; }

  struct Count {
    int passed = 0;
    int all = 0;
  };

  // Runs one file; `told` hears of every test that did not pass.
  void run(const fs::path& file, Count& count, std::vector<std::string>& told) {
    auto const cases = parse(read(file));
    if (!cases) return told.push_back(file.string() + ": " + cases.error().message());
    SchemaOptions options;
    options.resolve = [&](std::string_view uri) -> const Value* {
      auto const found = remotes_.find(uri);
      return found == remotes_.end() ? nullptr : &found->second;
    };
    options.assert_formats = file.parent_path().filename() == "format";
    for (auto const& group : cases->get_array()) {
      auto const schema = Schema::compile(group.at("schema"), options);
      for (auto const& test : group.at("tests").as_array()) {
        ++count.all;
        auto const expected = test.at("valid").as_bool();
        auto const got = schema && schema->accepts(test.at("data"));
        auto const explained = schema && schema->validate(test.at("data")).empty() != got;
        if (schema && got == expected && !explained) {
          ++count.passed;
          continue;
        }
        told.push_back(
            file.filename().string() + ": " + std::string(*find_string(group, "description")) +
            ": " + std::string(*find_string(test, "description")) +
            (schema ? (explained ? ": accepts and validate differ" : "")
                    : ": " + schema.error().message())
        );
      }
    }
  }

  std::map<std::string, Value, std::less<>> remotes_;
};

TEST_F(SchemaSuite, EveryRequiredTestPasses) {
  Count count;
  std::vector<std::string> failed;
  for (auto const& file : json_files(tests())) run(file, count, failed);
  for (auto const& line : failed) ADD_FAILURE() << line;
  EXPECT_GE(count.all, 1200) << "the suite is not whole";
  std::cout << "JSON Schema 2020-12: " << count.passed << " of " << count.all
            << " required tests\n";
}

// For information: optional tests ask for what the specification leaves open, or for what RE2 and
// Boost.JSON do not have (look-around, numbers beyond a double).
TEST_F(SchemaSuite, OptionalTestsAreCounted) {
  Count count;
  std::vector<std::string> failed;
  for (auto const* folder : {"optional", "optional/format"}) {
    for (auto const& file : json_files(tests() / folder)) run(file, count, failed);
  }
  for (auto const& line : failed) std::cout << "optional: " << line << "\n";
  std::cout << "JSON Schema 2020-12: " << count.passed << " of " << count.all
            << " optional tests\n";
}

}  // namespace
}  // namespace davit::json
