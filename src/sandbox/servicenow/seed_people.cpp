// People and groups.
#include <fmt/format.h>

#include "sandbox/servicenow/seed.h"

namespace davit::sandbox::servicenow {
namespace {

struct Group {
  std::string_view name;
  std::string_view description;
  std::string_view manager;
  std::string_view members;  // divided by blanks
};
constexpr Group kGroups[] = {
    {"Payments on call", "First to answer when payments fail", "mina", "mina jonas aisha tomas"},
    {"Service desk", "Takes what customers and staff report", "lena", "lena"},
    {"Change advisory board", "Approves normal changes", "priya", "priya mina"},
};

void add_person(World& world, const story::Person& person) {
  auto const blank = person.name.find(' ');
  world.insert(
      "sys_user",
      {{"sys_id", user_id(person.username)},
       {"user_name", std::string(person.username)},
       {"name", std::string(person.name)},
       {"first_name", std::string(person.name.substr(0, blank))},
       {"last_name", std::string(person.name.substr(blank + 1))},
       {"email", std::string(person.email)},
       {"title", std::string(person.title)},
       {"active", "true"},
       {"time_zone", "Europe/Berlin"},
       {"user_password", "sandbox-never-shown"},
       {"manager", person.username == "mina" ? std::string() : user_id("mina")},
       {"sys_created_by", "system"}}
  );
}

void add_group(World& world, const Group& group) {
  world.insert(
      "sys_user_group",
      {{"sys_id", group_id(group.name)},
       {"name", std::string(group.name)},
       {"description", std::string(group.description)},
       {"manager", user_id(group.manager)},
       {"active", "true"}}
  );
  for (auto const& person : story::kPeople) {
    if (group.members.find(person.username) == group.members.npos) continue;
    world.insert(
        "sys_user_grmember",
        {{"sys_id", make_id(fmt::format("member:{}:{}", group.name, person.username))},
         {"user", user_id(person.username)},
         {"group", group_id(group.name)}}
    );
  }
}

}  // namespace

void seed_people(World& world) {
  for (auto const& person : story::kPeople) add_person(world, person);
  for (auto const& group : kGroups) add_group(world, group);
}

}  // namespace davit::sandbox::servicenow
