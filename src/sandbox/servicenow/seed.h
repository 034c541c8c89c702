// Seed: the data at the start. Times count back from `world.now`.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "sandbox/servicenow/store.h"

namespace davit::sandbox::servicenow {

// Everything, in the right order.
void fill(World& world);

void seed_dictionary(World& world);
void seed_people(World& world);
void seed_systems(World& world);
void seed_changes(World& world);
void seed_incidents(World& world);
void seed_problems(World& world);
void seed_knowledge(World& world);
void seed_catalog(World& world);
void seed_attachments(World& world);

// The ids of records that others refer to.
std::string user_id(std::string_view user_name);
std::string group_id(std::string_view name);
std::string system_id(std::string_view name);
std::string number_id(std::string_view number);

// "2026-11-21 08:15:00", so long before the start.
std::string before(const World& world, std::chrono::minutes ago);

// An entry of a journal: `element` is "comments" or "work_notes".
void say(
    World& world,
    const Record& record,
    std::string_view element,
    std::string_view user_name,
    std::chrono::minutes ago,
    std::string_view text
);

}  // namespace davit::sandbox::servicenow
