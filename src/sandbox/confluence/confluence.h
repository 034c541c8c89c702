// Confluence Cloud in memory: REST API v2 under /wiki/api/v2, what is left of v1 under
// /wiki/rest/api, and the host of files under /media. It acts as story::kCaller for everybody: who
// may come in is checked in front of it.
#pragma once

#include <memory>

#include "base/clock.h"
#include "sandbox/control.h"
#include "sandbox/story.h"

namespace davit::sandbox::confluence {

// `addresses` and `clock` outlive the service.
std::unique_ptr<sandbox::Service> make_service(const Addresses& addresses, const Clock& clock);

}  // namespace davit::sandbox::confluence
