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
  if (own != of_principal_.end() && own->second.tasks >= limits_.max_per_principal) {
    auto const oldest = oldest_ended_of(principal);
    if (!oldest) {
      return fmt::format(
          "too many tasks: {} of yours have not ended yet", limits_.max_per_principal
      );
    }
    evict(oldest);
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
  ++of_principal_[entry->state.principal.id].tasks;
  auto const* id = &entry->state.id;
  by_id_.emplace(*id, std::move(entry));
  level_.set(static_cast<std::int64_t>(by_id_.size()));
}

void TaskTable::note_end(const Entry& entry) {
  entry->place_among_ended = ended_.insert(ended_.end(), entry);
  auto const& principal = entry->state.principal.id;
  auto& own = of_principal_[principal];
  own.result_bytes += entry->state.result.size();
  result_bytes_ += entry->state.result.size();
  while (own.result_bytes > max_result_bytes_of_one(limits_)) evict(oldest_ended_of(principal));
  while (result_bytes_ > limits_.max_result_bytes) evict(Entry(ended_.front()));
  bytes_level_.set(static_cast<std::int64_t>(result_bytes_));
}

TaskTable::Entry TaskTable::oldest_ended_of(std::string_view principal) const {
  auto const is_own = [&](const Entry& entry) { return entry->state.principal.id == principal; };
  auto const place = std::ranges::find_if(ended_, is_own);
  return place == ended_.end() ? nullptr : *place;
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
  auto const own = of_principal_.find(entry->state.principal.id);
  if (is_final(entry->state.status)) {
    ended_.erase(entry->place_among_ended);
    result_bytes_ -= entry->state.result.size();
    own->second.result_bytes -= entry->state.result.size();
  }
  by_expiry_.erase({entry->expires_at, entry});
  by_id_.erase(entry->state.id);
  if (--own->second.tasks == 0) of_principal_.erase(own);
  level_.set(static_cast<std::int64_t>(by_id_.size()));
  bytes_level_.set(static_cast<std::int64_t>(result_bytes_));
}

}  // namespace davit::mcp
