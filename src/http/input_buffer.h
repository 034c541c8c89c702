// InputBuffer: bytes that were read and not yet used, without clearing memory that a read is about
// to fill. Inside the server only.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace davit::http {

class InputBuffer {
 public:
  std::string_view view() const { return {bytes_.get() + begin_, end_ - begin_}; }
  std::size_t size() const { return end_ - begin_; }
  bool empty() const { return begin_ == end_; }

  // Room for `count` bytes behind what is there. Ends the life of every earlier view.
  std::span<char> prepare(std::size_t count) {
    if (capacity_ - end_ < count) grow(count);
    return {bytes_.get() + end_, count};
  }
  // The first `count` bytes of the room have been filled.
  void commit(std::size_t count) { end_ += count; }
  // The first `count` bytes have been used.
  void consume(std::size_t count) {
    begin_ += count;
    if (empty()) begin_ = end_ = 0;
  }
  void clear() { begin_ = end_ = 0; }
  // Gives the memory back if nothing is in it, unless it is at most `kept` bytes.
  void release(std::size_t kept = 0) {
    if (!empty() || capacity_ <= kept) return;
    bytes_.reset();
    capacity_ = 0;
  }

 private:
  void grow(std::size_t count) {
    auto const used = size();
    if (capacity_ < used + count) {
      auto const wanted = std::max(used + count, 2 * used);
      auto larger = std::unique_ptr<char[]>(new char[wanted]);
      std::ranges::copy(view(), larger.get());
      bytes_ = std::move(larger);
      capacity_ = wanted;
    } else {
      std::memmove(bytes_.get(), bytes_.get() + begin_, used);
    }
    begin_ = 0;
    end_ = used;
  }

  std::unique_ptr<char[]> bytes_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace davit::http
