// What the files of the Change Management API share.
#pragma once

#include <string_view>

#include "sandbox/rest.h"
#include "sandbox/servicenow/store.h"

namespace davit::sandbox::servicenow {

// The change of the path; 404 without one.
Or<Record*> change_of(const World& world, const Call& call);

// Each field as {"display_value", "value"}, also those that are references.
json::Object show_both(const World& world, const Call& call, const Record& record);

}  // namespace davit::sandbox::servicenow
