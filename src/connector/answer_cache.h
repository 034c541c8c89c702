// AnswerCache: answers of an upstream that will do for a while, with a bound on how many.
#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <string>
#include <string_view>

#include "json/json.h"

namespace davit::connector {

class AnswerCache {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // Null when there is none, or it is older than `age`. Valid until the next `put`.
  const json::Value* get(std::string_view key, std::chrono::seconds age, Time now) const;
  // Copied out of the memory it lives in. The oldest goes when there are too many; an answer over
  // 64 KB is not kept.
  void put(std::string_view key, const json::Value& answer, Time now);
  void clear();

 private:
  static constexpr std::size_t kMost = 256;
  static constexpr std::size_t kLargest = 64 * 1024;

  struct Entry {
    std::string key;
    json::Value answer;
    Time at;
  };
  std::list<Entry> entries_;  // the oldest first
};

}  // namespace davit::connector
