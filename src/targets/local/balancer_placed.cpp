#include "targets/local/balancer_placed.h"

#include <cstdint>
#include <set>
#include <utility>

namespace davit::local {

void tell(AccessLog* log, const std::vector<SlottedBackend>& placed) {
  std::map<std::string, std::string> by_slot;
  std::map<std::uint16_t, std::string> by_port;
  std::map<std::string, std::vector<std::string>> charged;
  for (auto const& one : placed) {
    std::set<std::string> versions;
    for (std::size_t i = 0; i < one.slots.size(); ++i) {
      auto const& task = one.backend.tasks[i];
      by_slot[one.backend.name + "/" + slot_name(one.slots[i])] = task.id;
      by_port[task.port] = task.id;
      if (task.weight > 0 && versions.insert(task.release).second)
        charged[one.backend.name].push_back(task.id);
    }
  }
  log->set_tasks(std::move(by_slot), std::move(by_port));
  log->set_charged(std::move(charged));
}

std::map<std::string, Balancer::Seen> seen_of(
    const std::vector<SlottedBackend>& placed,
    const ServerHealths& all,
    const std::optional<HaproxyMaster::Sessions>& old
) {
  std::map<std::string, Balancer::Seen> seen;
  for (auto const& one : placed) {
    auto const backend = all.find(one.backend.name);
    if (backend == all.end()) continue;
    for (std::size_t i = 0; i < one.slots.size(); ++i) {
      auto const server = backend->second.find(slot_name(one.slots[i]));
      if (server == backend->second.end()) continue;
      auto const& is = server->second;
      auto const& task = one.backend.tasks[i];
      auto sessions = is.sessions;
      if (!old) ++sessions;
      if (old && old->contains(task.port)) sessions += old->at(task.port);
      seen[task.id] = Balancer::Seen{is.weight, is.is_up, sessions};
    }
  }
  return seen;
}

}  // namespace davit::local
