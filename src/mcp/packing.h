// Packing: the plain form of what is sealed into tokens. Numbers of fixed width, big end first, and
// texts with their length in two bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace davit::mcp {

class Packer {
 public:
  void number(std::uint64_t value, int bytes) {
    while (bytes-- > 0) out_ += static_cast<char>(value >> (8 * bytes) & 0xFF);
  }
  // At most 65535 bytes.
  void text(std::string_view value) {
    number(value.size(), 2);
    out_ += value;
  }
  void raw(std::string_view bytes) { out_ += bytes; }
  const std::string& out() const { return out_; }

 private:
  std::string out_;
};

// Reads what a Packer wrote. Beyond the end everything is empty, and `is_clean` false.
class Unpacker {
 public:
  explicit Unpacker(std::string_view bytes) : rest_(bytes) {}

  std::string_view raw(std::size_t size) {
    if (size > rest_.size()) {
      failed_ = true;
      rest_ = {};
      return {};
    }
    auto const bytes = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return bytes;
  }
  std::uint64_t number(std::size_t bytes) {
    std::uint64_t value = 0;
    for (char const c : raw(bytes)) value = value << 8 | static_cast<unsigned char>(c);
    return value;
  }
  std::string text() { return std::string(raw(number(2))); }
  // What has not been read yet.
  std::string_view rest() const { return rest_; }
  bool is_clean() const { return !failed_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace davit::mcp
