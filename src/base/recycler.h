// Recycler: an allocator that keeps the memory of objects which have gone, for the next ones. For
// objects over 1 KB that come and go with every call: below, malloc keeps it by itself.
#pragma once

#include <cstddef>
#include <new>

namespace davit {

// For std::allocate_shared, one object at a time. Each thread keeps its own.
template <class T>
class Recycler {
 public:
  using value_type = T;
  Recycler() = default;
  template <class Other>
  Recycler(const Recycler<Other>&) {}

  T* allocate(std::size_t count) {
    if (count == 1 && kept_.size > 0) return static_cast<T*>(kept_.blocks[--kept_.size]);
    return static_cast<T*>(::operator new(count * sizeof(T)));
  }
  void deallocate(T* block, std::size_t count) {
    if (count == 1 && kept_.size < kMostKept) {
      kept_.blocks[kept_.size++] = block;
    } else {
      ::operator delete(block);
    }
  }
  bool operator==(const Recycler&) const { return true; }

 private:
  static_assert(alignof(T) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__);
#if __has_feature(address_sanitizer)
  static constexpr std::size_t kMostKept = 0;  // it is to see what is used after its end
#else
  static constexpr std::size_t kMostKept = 32;
#endif
  struct Kept {
    ~Kept() {
      while (size > 0) ::operator delete(blocks[--size]);
    }
    void* blocks[kMostKept + 1];
    std::size_t size = 0;
  };
  static inline thread_local Kept kept_;
};

}  // namespace davit
