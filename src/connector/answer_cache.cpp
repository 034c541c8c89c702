#include "connector/answer_cache.h"

#include <algorithm>

#include "connector/budget.h"

namespace davit::connector {

const json::Value* AnswerCache::get(std::string_view key, std::chrono::seconds age, Time now)
    const {
  auto const found = std::ranges::find(entries_, key, &Entry::key);
  if (found == entries_.end() || now - found->at > age) return nullptr;
  return &found->answer;
}

void AnswerCache::put(std::string_view key, const json::Value& answer, Time now) {
  std::erase_if(entries_, [&](auto const& entry) { return entry.key == key; });
  if (json_size(answer) > kLargest) return;
  if (entries_.size() >= kMost) entries_.pop_front();
  entries_.push_back({std::string(key), json::Value(answer, boost::json::storage_ptr()), now});
}

void AnswerCache::clear() { entries_.clear(); }

}  // namespace davit::connector
