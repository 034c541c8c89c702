#include "targets/local/balancer_commands.h"

#include <cstdint>

#include <fmt/format.h>

namespace davit::local {
namespace {

// What gains weight comes first, so that the backend never stands without a task.
std::vector<std::string> commands_for(
    const SlottedBackend& wanted, const std::map<std::string, ServerState>& states
) {
  std::vector<std::string> gains;
  std::vector<std::string> losses;
  auto rest = states;
  for (std::size_t i = 0; i < wanted.slots.size(); ++i) {
    auto const& task = wanted.backend.tasks[i];
    auto const slot = slot_name(wanted.slots[i]);
    auto const server = wanted.backend.name + "/" + slot;
    auto const found = states.find(slot);
    auto const is = found == states.end() ? ServerState{} : found->second;
    rest.erase(slot);
    auto& list = is.in_maintenance || task.weight > is.weight ? gains : losses;
    if (is.port != task.port)
      list.push_back(fmt::format("set server {} addr 127.0.0.1 port {}", server, task.port));
    // Before it is ready: at once it would get what the slot's last task got.
    if (is.weight != task.weight)
      list.push_back(fmt::format("set server {} weight {}", server, task.weight));
    if (is.in_maintenance) list.push_back(fmt::format("set server {} state ready", server));
  }
  for (auto const& [slot, is] : rest) {
    auto const server = wanted.backend.name + "/" + slot;
    // Maintenance ends no connection: there is no `on-marked-down shutdown-sessions`.
    if (!is.in_maintenance) losses.push_back(fmt::format("set server {} state maint", server));
  }
  gains.insert(gains.end(), losses.begin(), losses.end());
  return gains;
}

}  // namespace

std::vector<std::string> commands_for(
    const std::vector<SlottedBackend>& wanted, const ServerStates& states
) {
  std::vector<std::string> all;
  for (auto const& one : wanted) {
    auto const found = states.find(one.backend.name);
    if (found == states.end()) continue;
    auto more = commands_for(one, found->second);
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

std::map<std::string, SlotPorts> ports_of(const ServerStates& states, std::size_t slots) {
  constexpr std::uint16_t kNobody = 9;  // haproxy_config.cpp
  std::map<std::string, SlotPorts> ports;
  for (auto const& [backend, servers] : states) {
    auto& of_backend = ports[backend];
    of_backend.resize(slots);
    for (std::size_t slot = 0; slot < slots; ++slot) {
      auto const found = servers.find(slot_name(slot));
      if (found != servers.end() && found->second.port != kNobody)
        of_backend[slot] = found->second.port;
    }
  }
  return ports;
}

// HAProxy reads 16 KB of commands at once.
std::vector<std::string> in_batches(const std::vector<std::string>& commands) {
  constexpr std::size_t kMost = 8'000;
  std::vector<std::string> batches;
  for (auto const& command : commands) {
    if (batches.empty() || batches.back().size() + command.size() > kMost) batches.emplace_back();
    auto& batch = batches.back();
    if (!batch.empty()) batch += "; ";
    batch += command;
  }
  return batches;
}

}  // namespace davit::local
