// Values: what a field shows, and which field a dotted name means.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sandbox/servicenow/dictionary.h"
#include "sandbox/servicenow/store.h"

namespace davit::sandbox::servicenow {

// A field of a record. `record` is null behind an empty reference: the name is right, there is only
// nothing.
struct Field {
  const Record* record = nullptr;
  const Column* column = nullptr;
};

// A name, dotted to walk through references: "caller_id.manager.name". Null when a step of it is no
// column.
const Column* resolve_column(std::string_view table, std::string_view path);
std::optional<Field> resolve(const World& world, const Record& record, std::string_view path);

// What stands for a record where another one refers to it.
std::string display_name(const World& world, const Record& record);

// "" for a field that is empty. Times are in the caller's zone.
std::string display_value(const World& world, const Field& field);
// As the Table API returns it: a journal has no value, and a secret is not told.
std::string stored_value(const Field& field);

// What a display value stands for, or the text itself: sysparm_input_display_value.
std::string from_display(const World& world, const Column& column, std::string_view text);

// A time of the database moved by the caller's zone; other text as it is.
std::string in_zone(std::string_view value);
std::string from_zone(std::string_view value);

}  // namespace davit::sandbox::servicenow
