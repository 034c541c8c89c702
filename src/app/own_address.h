// The address of this machine for others, which a task of ECS or a pod knows only once it runs.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace davit::app {

// All addresses, "0.0.0.0" or "::": good for listening, and nothing that others could connect to.
bool is_wildcard(const std::string& address);

// The first of IPv4, or else of IPv6, that another machine could connect to; empty when there is
// none. Loopback and link-local addresses are none: a task on Fargate has one of the latter for
// itself (ECS developer guide, "Task metadata endpoint").
std::string reachable_address(std::span<const std::string> addresses);

// reachable_address of this machine's interfaces that are up. Errors: not_found.
Result<std::string> own_address();

}  // namespace davit::app
