// The configuration file of HAProxy, 2.6 or newer: what stands in it, and which of it can only
// change with a reload.
#pragma once

#include <string>
#include <vector>

#include "targets/local/balancer.h"
#include "targets/local/slots.h"

namespace davit::local {

inline constexpr const char* kConfigurationFile = "haproxy.cfg";
inline constexpr const char* kRuntimeSocket = "admin.sock";
inline constexpr const char* kMasterSocket = "master.sock";
inline constexpr const char* kLogSocket = "log.sock";

std::string to_configuration(
    const BalancerOptions& options, const std::vector<SlottedBackend>& backends
);

// A text that differs when a reload is needed. The configuration says it as `description`, which
// the running HAProxy repeats in `show info`.
std::string structure_of(const BalancerOptions& options, const std::vector<Backend>& backends);

}  // namespace davit::local
