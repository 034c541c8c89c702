// Case: input and expected output of one test as a text file:
//
//   What the file shows, in a sentence or two.
//   ---------- davit.yaml
//   port: 99999
//   ---------- result
//   davit.yaml:1: port: must be from 0 to 65535
//
// To write one: everything but the result, then run the test with DAVIT_UPDATE=1, which fills it
// in, and read what it wrote. Everything is inline, so that tests of low modules link nothing more.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/strings.h"

namespace davit::testing {

struct CaseFile {
  static constexpr std::string_view kRule = "---------- ";

  std::string purpose;
  std::vector<std::pair<std::string, std::string>> sections;  // title and text, in order

  // Empty when there is none.
  std::string section(std::string_view title) const {
    for (auto const& [name, text] : sections) {
      if (name == title) return text;
    }
    return "";
  }

  static CaseFile parse(std::string_view text) {
    CaseFile file;
    auto* open = &file.purpose;
    if (text.ends_with('\n')) text.remove_suffix(1);
    for (auto const line : split(text, '\n')) {
      if (line.starts_with(kRule)) {
        open = &file.sections.emplace_back(line.substr(kRule.size()), "").second;
      } else {
        open->append(line) += '\n';
      }
    }
    return file;
  }

  std::string to_text() const {
    auto text = purpose;
    for (auto const& [name, content] : sections) {
      text.append(kRule).append(name).append("\n").append(content);
    }
    return text;
  }
};

inline std::string read_text_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// Fails the test when the file has another text; DAVIT_UPDATE=1 rewrites it instead.
inline void expect_file(const std::string& path, const std::string& text) {
  if (std::getenv("DAVIT_UPDATE") != nullptr) std::ofstream(path, std::ios::binary) << text;
  EXPECT_EQ(read_text_file(path), text) << path << " differs; DAVIT_UPDATE=1 rewrites it";
}

// Runs a case and compares its last section, `result`, with what `run` returns.
inline void expect_case(
    const std::string& path, const std::function<std::string(const CaseFile&)>& run
) {
  auto file = CaseFile::parse(read_text_file(path));
  auto result = run(file);
  if (!result.empty() && !result.ends_with('\n')) result += '\n';
  if (file.sections.empty() || file.sections.back().first != "result") {
    file.sections.emplace_back("result", "");
  }
  file.sections.back().second = std::move(result);
  expect_file(path, file.to_text());
}

// The names of the `.case` files in a folder, sorted, without the ending.
inline std::vector<std::string> case_names(const std::string& folder) {
  std::vector<std::string> names;
  for (auto const& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".case") names.push_back(entry.path().stem().string());
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace davit::testing
