// Pattern: a regular expression of JSON Schema, which is ECMA-262 with Unicode (Core 6.4), run by
// RE2 in time linear in the text.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace re2 {
class RE2;
}

namespace davit::json {

class Pattern {
 public:
  // `max_memory` bytes bound the compiled program, and again the states that matching builds up.
  // Errors: invalid_input, for what is malformed, too large, or cannot be done in linear time:
  // look-around, back references.
  static Result<Pattern> compile(std::string_view ecma, std::size_t max_memory);

  Pattern(Pattern&&) noexcept;
  Pattern& operator=(Pattern&&) noexcept;
  ~Pattern();

  // What found_in costs at most for so many bytes, in steps of about 10 ns.
  std::size_t steps(std::size_t bytes) const { return 1 + bytes * size_ / kSizePerStep; }

  // True when it matches anywhere in `text`. May be called by several threads at once.
  bool found_in(std::string_view text) const;

 private:
  // RE2 may visit every instruction for every byte when its memory does not suffice for a DFA.
  static constexpr std::size_t kSizePerStep = 128;

  explicit Pattern(std::unique_ptr<re2::RE2> program);

  std::unique_ptr<re2::RE2> program_;
  std::size_t size_;  // instructions
};

// The same expression in RE2's syntax. Errors: as Pattern::compile.
Result<std::string> to_re2(std::string_view ecma);

}  // namespace davit::json
