// Change events as several resources list them.
#pragma once

#include <vector>

#include "sandbox/pagerduty/store.h"

namespace davit::sandbox::pagerduty {

std::vector<const ChangeEvent*> newest_changes(const Store& store);

}  // namespace davit::sandbox::pagerduty
