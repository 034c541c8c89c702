#include "targets/local/backends.h"

#include <algorithm>
#include <map>

namespace davit::local {
namespace {

bool takes_part(const Entry& entry, const Shares& shares) {
  auto const& release = entry.record.release;
  return !entry.is_leaving && entry.was_healthy && !release.empty() &&
         (release == shares.green || release == shares.blue);
}

Backend to_backend(const Service& service) {
  Backend backend;
  backend.name = service.name;
  backend.check = service.ready.empty() ? service.health : service.ready;
  if (service.is_davitd) return backend;
  backend.paths = {"/" + service.name, "/mcp/" + service.name};
  backend.rewrite_to = service.mcp_path;
  return backend;
}

int share_of_green(const std::vector<BalancedTask>& tasks, const Shares& shares) {
  auto const has = [&tasks](const std::string& release) {
    return std::ranges::find(tasks, release, &BalancedTask::release) != tasks.end();
  };
  if (!has(shares.green)) return 0;
  return has(shares.blue) || shares.percent == 0 ? shares.percent : 100;
}

// One path for all of a service: that of the version which has the traffic. While both have some,
// they have the same (Tasks::shift).
std::string rewrite_to(const std::vector<const Entry*>& entries, const Shares& shares) {
  auto const& first = shares.percent > 0 ? shares.green : shares.blue;
  auto const& second = shares.percent > 0 ? shares.blue : shares.green;
  for (auto const& release : {first, second}) {
    for (auto const* entry : entries) {
      if (entry->record.release == release) return to_backend(entry->service).rewrite_to;
    }
  }
  return to_backend(entries.front()->service).rewrite_to;
}

}  // namespace

std::vector<Backend> to_backends(const std::vector<EntryPtr>& entries, const Shares& shares) {
  std::map<std::string, std::vector<const Entry*>> services;
  for (auto const& entry : entries) services[entry->service.name].push_back(entry.get());
  std::vector<Backend> backends;
  for (auto const& [name, all] : services) {
    // Where versions differ in the check, connecting has to be enough.
    auto backend = to_backend(all.front()->service);
    backend.rewrite_to = rewrite_to(all, shares);
    std::vector<BalancedTask> idle;
    for (auto const* entry : all) {
      if (to_backend(entry->service).check != backend.check) backend.check.clear();
      BalancedTask task{entry->record.id, entry->record.release, entry->record.ports.port, 0};
      (takes_part(*entry, shares) ? backend.tasks : idle).push_back(std::move(task));
    }
    set_weights(backend.tasks, shares.green, share_of_green(backend.tasks, shares));
    std::ranges::move(idle, std::back_inserter(backend.tasks));
    std::ranges::sort(backend.tasks, {}, &BalancedTask::id);
    backends.push_back(std::move(backend));
  }
  return backends;
}

}  // namespace davit::local
