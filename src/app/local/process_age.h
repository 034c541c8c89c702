// How long a process has been running.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace davit::app {

// `started` is field 22 of /proc/PID/stat: clock ticks since the machine booted (proc(5)).
std::optional<std::chrono::milliseconds> process_age(std::uint64_t started);

}  // namespace davit::app
