// Incidents as a request names them.
#pragma once

#include <string>
#include <string_view>

#include "sandbox/pagerduty/world.h"

namespace davit::sandbox::pagerduty {

// Both an id and a number do.
Incident* find_incident(World& world, std::string_view id_or_number);
// Of the path.
Or<Incident*> incident_of(World& world, const Call& call);
// "priority" of a body, a reference or a name, as an id; "" without one.
Or<std::string> priority_of(const World& world, const json::Value& given);

}  // namespace davit::sandbox::pagerduty
