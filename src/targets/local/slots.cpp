#include "targets/local/slots.h"

#include <algorithm>
#include <set>
#include <string_view>

#include <fmt/format.h>

namespace davit::local {
namespace {

constexpr std::string_view kLetters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

// Made of letters, digits and `more`: nothing that quotes, ends a word, or begins a variable.
bool is_plain(std::string_view text, std::string_view more) {
  return !text.empty() && text.size() <= 200 && std::ranges::all_of(text, [more](char c) {
    return kLetters.find(c) != std::string_view::npos || more.find(c) != std::string_view::npos;
  });
}
bool is_name(std::string_view text) { return is_plain(text, "-_."); }
bool is_path(std::string_view text) { return is_plain(text, "-_.~/") && text.front() == '/'; }

Error wrong(const Backend& backend, std::string_view what) {
  return Error(
      ErrorKind::invalid_input, fmt::format("the balancer's backend '{}': {}", backend.name, what)
  );
}

Result<> check_tasks(const Backend& backend, std::set<std::string>& ids) {
  std::set<std::uint16_t> ports;
  for (auto const& task : backend.tasks) {
    if (!is_name(task.id) || !ids.insert(task.id).second)
      return wrong(backend, fmt::format("'{}' is no id of a task, or is there twice", task.id));
    if (task.port == 0 || !ports.insert(task.port).second)
      return wrong(backend, fmt::format("{} has no port of its own ({})", task.id, task.port));
    if (task.weight < 0 || task.weight > 256)
      return wrong(backend, fmt::format("{} has the weight {}", task.id, task.weight));
  }
  return {};
}

std::size_t free_slot(const SlotPorts& ports, const std::vector<bool>& taken) {
  std::size_t used_before = taken.size();
  for (std::size_t slot = 0; slot < taken.size(); ++slot) {
    if (taken[slot]) continue;
    if (slot >= ports.size() || ports[slot] == 0) return slot;
    if (used_before == taken.size()) used_before = slot;
  }
  return used_before;
}

SlottedBackend assign(const Backend& backend, const SlotPorts& ports, std::size_t slots) {
  SlottedBackend out{backend, std::vector<std::size_t>(backend.tasks.size(), slots)};
  std::vector<bool> taken(slots, false);
  for (std::size_t i = 0; i < backend.tasks.size(); ++i) {
    auto const found = std::ranges::find(ports, backend.tasks[i].port);
    auto const slot = static_cast<std::size_t>(found - ports.begin());
    if (found == ports.end() || slot >= slots || taken[slot]) continue;
    out.slots[i] = slot;
    taken[slot] = true;
  }
  for (auto& slot : out.slots) {
    if (slot < slots) continue;
    slot = free_slot(ports, taken);
    if (slot < slots) taken[slot] = true;
  }
  return out;
}

}  // namespace

std::vector<SlottedBackend> assign_slots(
    const std::vector<Backend>& backends,
    const std::map<std::string, SlotPorts>& before,
    std::size_t slots
) {
  std::vector<SlottedBackend> out;
  for (auto const& backend : backends) {
    auto const found = before.find(backend.name);
    out.push_back(assign(backend, found == before.end() ? SlotPorts{} : found->second, slots));
  }
  return out;
}

Result<> check_backends(const std::vector<Backend>& backends, std::size_t slots) {
  std::set<std::string> names;
  std::set<std::string> ids;
  std::size_t without_path = 0;
  for (auto const& backend : backends) {
    if (!is_name(backend.name) || !names.insert(backend.name).second)
      return wrong(backend, "its name is none for HAProxy, or is there twice");
    if (backend.paths.empty()) ++without_path;
    for (auto const& path : backend.paths) {
      if (!is_path(path) || path.ends_with('/')) return wrong(backend, "the path '" + path + "'");
    }
    if (!backend.check.empty() && !is_path(backend.check))
      return wrong(backend, "the path of its check");
    if (!backend.rewrite_to.empty() && !is_path(backend.rewrite_to))
      return wrong(backend, "the path that requests are rewritten to");
    if (backend.tasks.size() > slots) {
      return wrong(
          backend, fmt::format("{} tasks, and there is room for {}", backend.tasks.size(), slots)
      );
    }
    DAVIT_CHECK(check_tasks(backend, ids));
  }
  if (without_path > 1)
    return Error(ErrorKind::invalid_input, "two backends of the balancer want all other paths");
  return {};
}

}  // namespace davit::local
