// Units: durations and sizes as people write them in a configuration.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace davit::config {

// "250ms", "25s", "5m", "24h", "7d". Nothing for everything else, a missing unit included.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
// In the largest unit that needs no fraction.
std::string format_duration(std::chrono::milliseconds duration);

// Bytes: "512B", "32KB", "4MB", "1GB", where 1KB is 1024 bytes.
std::optional<std::int64_t> parse_size(std::string_view text);
std::string format_size(std::int64_t bytes);

}  // namespace davit::config
