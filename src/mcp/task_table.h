// TaskTable: the tasks of one replica, within bounds: in all, for each principal, and the bytes of
// their results. When it is full, the tasks that ended longest ago make room; those that have not
// ended stay. Inside mcp only.
#pragma once

#include <chrono>
#include <list>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "async/event.h"
#include "async/task_scope.h"
#include "base/counters.h"
#include "mcp/call.h"
#include "mcp/task_state.h"
#include "mcp/tasks.h"

namespace davit::mcp {

struct TaskEntry {
  TaskState state;
  std::chrono::steady_clock::time_point expires_at;

  std::shared_ptr<Call> call;  // null once the task has ended
  Task run;
  bool is_cancel_wanted = false;

  // Those who wait in tasks/result, an event for each: an Event has one waiter at a time.
  std::list<Event*> waiters;
  bool is_asking = false;  // one of them is putting the questions to the client

  bool is_saving = false;
  bool is_dirty = false;  // changed since it was saved last

  std::list<std::shared_ptr<TaskEntry>>::iterator place_among_ended;  // once it has ended
};

class TaskTable {
 public:
  using Entry = std::shared_ptr<TaskEntry>;
  using TimePoint = std::chrono::steady_clock::time_point;

  TaskTable(const TaskLimits& limits, Counters& counters);

  // Drops ended tasks until one more fits. When that cannot be: the bound that is in the way.
  std::optional<std::string> make_room(const std::string& principal);
  void add(Entry entry);
  // The task has ended, with a result of at most `max_result_bytes_of_one`. Drops those that ended
  // before it as far as their results take up too much: its principal's own first.
  void note_end(const Entry& entry);
  // Null pointer when there is none.
  Entry find(std::string_view id) const;
  // Removes and returns them.
  std::vector<Entry> take_expired(TimePoint now);
  std::optional<TimePoint> next_expiry() const;
  // Those that have not ended.
  std::vector<Entry> unfinished() const;
  std::size_t size() const { return by_id_.size(); }

 private:
  Entry oldest_ended_of(std::string_view principal) const;
  void drop(const Entry& entry);
  void evict(const Entry& entry);

  TaskLimits limits_;
  Counter& level_;
  Counter& bytes_level_;
  Counter& evicted_;
  std::size_t result_bytes_ = 0;
  std::unordered_map<std::string_view, Entry> by_id_;  // the keys are those of the entries
  std::set<std::pair<TimePoint, Entry>> by_expiry_;
  std::list<Entry> ended_;  // the oldest first
  struct Share {
    std::size_t tasks = 0;
    std::size_t result_bytes = 0;
  };
  std::unordered_map<std::string, Share> of_principal_;
};

}  // namespace davit::mcp
