// What follows from the slots that the tasks have in HAProxy: who answered what its log tells, and
// what its figures are of each task. For the balancer only.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "targets/local/access_log.h"
#include "targets/local/balancer.h"
#include "targets/local/haproxy_master.h"
#include "targets/local/runtime_socket.h"
#include "targets/local/slots.h"

namespace davit::local {

void tell(AccessLog* log, const std::vector<SlottedBackend>& placed);

// `old` is what workers from before a reload have under way; without a value nobody knows it, and
// each task may have something.
std::map<std::string, Balancer::Seen> seen_of(
    const std::vector<SlottedBackend>& placed,
    const ServerHealths& all,
    const std::optional<HaproxyMaster::Sessions>& old
);

}  // namespace davit::local
