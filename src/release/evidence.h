// Evidence: the folder that explains a release which did not go well.
#pragma once

#include <filesystem>
#include <optional>

#include "release/gate.h"
#include "release/journal.h"

namespace davit::release {

// What a person reads first: what failed, what serves now, how long each stage took.
std::string summarise(const Record& record);

// Writes FOLDER/RELEASE/{summary.txt, gate.json, target.json, journal.jsonl}; what cannot be
// written or was never learned has a sentence in its place, and keeps nothing else from being
// written.
class Evidence {
 public:
  // `folder` is that of all releases; empty: none is wanted. The journal must outlive this.
  Evidence(const std::filesystem::path& folder, const Journal& journal);

  bool is_wanted() const { return !folder_.empty(); }
  // Also after a driver was killed.
  bool has_target() const;
  // Errors, of these three: not_found, unavailable; with the first file that could not be written.
  Result<> write_gate(const std::optional<GateReport>& report) const;
  Result<> write_target(const json::Object& target) const;
  // The summary and the journal, as they are now.
  Result<> write_story() const;

 private:
  Result<> write(const char* name, const std::string& text) const;

  std::filesystem::path folder_;
  const Journal& journal_;
};

}  // namespace davit::release
