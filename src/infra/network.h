// Network: what other concerns ask about the network beside the ids in the parts.
#pragma once

#include <string_view>

#include "infra/parts.h"

namespace davit::infra {

// Functions run in the network when they share something that is in it, or when one is named for
// them. Otherwise they stay outside, where they reach the internet without NAT.
bool has_functions_in_network(const manifest::Manifest& manifest);

// Whether there is a network at all. Without one, all of Parts::network and Parts::groups is null
// or empty. Tasks always have one.
bool has_network(const manifest::Manifest& manifest);

// Whether one of `network.endpoints` has addresses in the subnets, and so needs a security group.
// S3 is a route.
bool has_interface_endpoints(const manifest::Manifest& manifest);

// Where stands what only tasks and functions reach, the store and the endpoints: in the private
// subnets, or beside the tasks when a network that exists was given without private ones.
const Values& inner_subnets(const Network& network);

// Of the new network, with the way to the internet. Absent when nothing needs one.
inline constexpr std::string_view kPublicRouteTable = "PublicRouteTable";

}  // namespace davit::infra
