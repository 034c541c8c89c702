// The file of a journal: whole lines only, appended, on the disk before the call returns.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/posix.h"
#include "base/result.h"
#include "json/json.h"

namespace davit::release {

// FOLDER/RELEASE.jsonl. Errors: invalid_input: 1 to 128 of A-Z a-z 0-9 . _ -, the first no dot, so
// that no name leads out of the folder.
Result<std::filesystem::path> journal_path(
    const std::filesystem::path& folder, std::string_view release
);

inline constexpr std::string_view kJournalEnding = ".jsonl";

struct JournalText {
  std::vector<json::Object> lines;
  std::size_t bytes = 0;  // that they have in the file; what follows was cut off while written
};
// Errors: not_found, unavailable; protocol, with the line that is none.
Result<JournalText> read_journal(const std::filesystem::path& file);

class JournalFile {
 public:
  // A new file appears with its first line or not at all. Errors: conflict, unavailable.
  static Result<JournalFile> create(const std::filesystem::path& file, std::string_view line);
  // Cuts it off behind `bytes`. Errors: not_found, unavailable.
  static Result<JournalFile> open(const std::filesystem::path& file, std::size_t bytes);

  // Adds the line break. Errors: unavailable.
  Result<> append(std::string_view line);

  const std::filesystem::path& path() const { return path_; }

 private:
  JournalFile(Descriptor opened, std::filesystem::path path)
      : opened_(std::move(opened)), path_(std::move(path)) {}

  Descriptor opened_;
  std::filesystem::path path_;
};

}  // namespace davit::release
