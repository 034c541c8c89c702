// Rules: the data policies and business rules of the base system that API clients meet.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"
#include "sandbox/servicenow/store.h"

namespace davit::sandbox::servicenow {

// What a new record of the table gets where nothing is said.
void set_defaults(const World& world, std::string_view table, Fields& fields);

// Adds to `changes` what follows from them; `before` is the record as it is.
void derive(const World& world, const Record& before, Fields& changes);

// 403 when the record with `changes` breaks a policy or makes a forbidden step.
std::optional<http::Response> check(
    const World& world, const Record& before, const Fields& changes
);

// What other records do when this one has changed.
void follow_up(World& world, const Record& record, const Fields& changes);

// Where a change request may go from where it is.
std::vector<std::string_view> next_states(const Record& change);
// What keeps it from going there though it is the next state; empty when nothing does.
std::string_view unmet_condition(const Record& change, std::string_view state);

}  // namespace davit::sandbox::servicenow
