// A folder of its own for a test, gone with it; and the texts of files in it.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

namespace davit::release {

class Folder {
 public:
  Folder() {
    auto name = (std::filesystem::temp_directory_path() / "davit_release_XXXXXX").string();
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    path = name;
  }
  ~Folder() { std::filesystem::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::filesystem::path path;
};

// Empty when it is not there.
inline std::string text_of(const std::filesystem::path& file) {
  std::string text;
  auto* const in = std::fopen(file.c_str(), "rb");
  if (in == nullptr) return text;
  for (int c = std::fgetc(in); c != EOF; c = std::fgetc(in)) text += static_cast<char>(c);
  std::fclose(in);
  return text;
}

inline void write_text(const std::filesystem::path& file, const std::string& text) {
  auto* const out = std::fopen(file.c_str(), "wb");
  ASSERT_NE(out, nullptr) << file;
  EXPECT_EQ(std::fwrite(text.data(), 1, text.size(), out), text.size());
  EXPECT_EQ(std::fclose(out), 0);
}

}  // namespace davit::release
