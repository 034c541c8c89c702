// Secret: text that must not be printed. It has no formatter and no conversion: `reveal` is the one
// way out, so every use can be found by that word.
#pragma once

#include <string>
#include <utility>

namespace davit {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}

  bool empty() const { return text_.empty(); }
  // For the wire only. The reference lives as long as the Secret.
  const std::string& reveal() const { return text_; }

 private:
  std::string text_;
};

}  // namespace davit
