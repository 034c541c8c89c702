// Hours in which a service runs, as scheduled actions of its scaling.
#pragma once

#include "infra/unit.h"

namespace davit::infra {

// Empty when it always runs.
json::Array scheduled_actions(const manifest::Scaling& scaling, const Unit& unit);

}  // namespace davit::infra
