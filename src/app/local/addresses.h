// Addresses: where clients find the servers of a running deployment, and what to tell them.
#pragma once

#include <cstdint>
#include <string>

#include "manifest/manifest.h"

namespace davit::app {

// `flags` go behind the commands that are shown.
std::string describe_addresses(
    const manifest::Manifest& manifest,
    const std::string& host,
    std::uint16_t port,
    const std::string& flags
);

}  // namespace davit::app
