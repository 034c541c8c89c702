// Render: records as the Table API shows them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sandbox/rest.h"
#include "sandbox/servicenow/store.h"
#include "sandbox/servicenow/values.h"

namespace davit::sandbox::servicenow {

enum class Show { value, display, both };

struct Shape {
  Show show = Show::value;
  bool has_links = true;
  std::vector<std::string> fields;  // all when empty; unknown ones are missing in the answer
};
// Of sysparm_display_value, sysparm_exclude_reference_link and sysparm_fields.
Shape shape_of(const Call& call);

json::Object render(
    const World& world, std::string_view base_url, const Record& record, const Shape& shape
);

// {"display_value", "value"}, which is all that some APIs know.
json::Object both(const World& world, const Field& field);
json::Object both(std::string_view value, std::string_view display_value);

// {"link", "value"} of a record, as APIs refer to it.
json::Object reference_to(std::string_view base_url, std::string_view table, std::string_view id);

}  // namespace davit::sandbox::servicenow
