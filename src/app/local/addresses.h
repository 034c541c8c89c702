// Addresses: where clients find the servers of a running deployment, and what to tell them.
#pragma once

#include <cstdint>
#include <string>

#include "app/local/client.h"
#include "manifest/manifest.h"

namespace davit::app {

// `host` is where the balancer listens, `place` what the commands that are shown have to find.
std::string describe_addresses(
    const manifest::Manifest& manifest,
    const std::string& host,
    std::uint16_t port,
    const Place& place
);

}  // namespace davit::app
