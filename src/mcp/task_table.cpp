#include "mcp/task_table.h"

#include <algorithm>

#include <fmt/format.h>

namespace davit::mcp {

TaskTable::TaskTable(const TaskLimits& limits, Counters& counters)
    : limits_(limits),
      level_(counters.at("davit_mcp_tasks")),
      bytes_level_(counters.at("davit_mcp_task_result_bytes")),
      evicted_(counters.at("davit_mcp_tasks_evicted_total")) {}

std::optional<std::string> TaskTable::make_room(const std::string& principal) {
  auto const own = of_principal_.find(principal);
  if (own != of_principal_.end() && own->second >= limits_.max_per_principal) {
    auto const is_own = [&](const Entry& entry) { return entry->state.principal.id == principal; };
    auto const place = std::ranges::find_if(ended_, is_own);
    if (place == ended_.end()) {
      return fmt::format(
          "too many tasks: {} of yours have not ended yet", limits_.max_per_principal
      );
    }
    evict(Entry(*place));
  }
  if (by_id_.size() >= limits_.max) {
    if (ended_.empty()) {
      return fmt::format("too many tasks: {} have not ended yet on this server", limits_.max);
    }
    evict(Entry(ended_.front()));
  }
  return std::nullopt;
}

void TaskTable::add(Entry entry) {
  by_expiry_.emplace(entry->expires_at, entry);
  ++of_principal_[entry->state.principal.id];
  auto const* id = &entry->state.id;
  by_id_.emplace(*id, std::move(entry));
  level_.set(static_cast<std::int64_t>(by_id_.size()));
}

void TaskTable::note_end(const Entry& entry) {
  entry->place_among_ended = ended_.insert(ended_.end(), entry);
  result_bytes_ += entry->state.result.size();
  while (result_bytes_ > limits_.max_result_bytes) evict(Entry(ended_.front()));
  bytes_level_.set(static_cast<std::int64_t>(result_bytes_));
}

TaskTable::Entry TaskTable::find(std::string_view id) const {
  auto const place = by_id_.find(id);
  return place == by_id_.end() ? nullptr : place->second;
}

std::vector<TaskTable::Entry> TaskTable::take_expired(TimePoint now) {
  std::vector<Entry> expired;
  while (!by_expiry_.empty() && by_expiry_.begin()->first <= now) {
    auto const entry = by_expiry_.begin()->second;
    drop(entry);
    expired.push_back(entry);
  }
  return expired;
}

std::optional<TaskTable::TimePoint> TaskTable::next_expiry() const {
  if (by_expiry_.empty()) return std::nullopt;
  return by_expiry_.begin()->first;
}

std::vector<TaskTable::Entry> TaskTable::unfinished() const {
  std::vector<Entry> found;
  for (auto const& [id, entry] : by_id_) {
    if (!is_final(entry->state.status)) found.push_back(entry);
  }
  return found;
}

void TaskTable::evict(const Entry& entry) {
  drop(entry);
  evicted_.add();
}

void TaskTable::drop(const Entry& entry) {
  if (is_final(entry->state.status)) {
    ended_.erase(entry->place_among_ended);
    result_bytes_ -= entry->state.result.size();
  }
  by_expiry_.erase({entry->expires_at, entry});
  by_id_.erase(entry->state.id);
  auto const own = of_principal_.find(entry->state.principal.id);
  if (--own->second == 0) of_principal_.erase(own);
  level_.set(static_cast<std::int64_t>(by_id_.size()));
  bytes_level_.set(static_cast<std::int64_t>(result_bytes_));
}

}  // namespace davit::mcp
