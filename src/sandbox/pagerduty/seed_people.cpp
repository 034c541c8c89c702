// Users, teams and priorities.
#include <fmt/format.h>

#include "base/strings.h"
#include "sandbox/pagerduty/seed.h"

namespace davit::sandbox::pagerduty {
namespace {

struct StoryUser {
  std::string_view id;
  const story::Person& person;
  std::string_view role;
  std::string_view team;
};

constexpr StoryUser kStoryUsers[] = {
    {seed::kMina, story::kMina, "admin", seed::kTeam},
    {seed::kJonas, story::kJonas, "limited_user", seed::kTeam},
    {seed::kAisha, story::kAisha, "user", seed::kTeam},
    {seed::kTomas, story::kTomas, "limited_user", seed::kTeam},
    {seed::kPriya, story::kPriya, "limited_user", seed::kFrontTeam},
    {seed::kLena, story::kLena, "observer", seed::kFrontTeam},
};

// Colleagues who only fill pages.
constexpr std::string_view kFirst[] = {"Ada", "Bilal", "Chen", "Dana", "Emil", "Freya"};
constexpr std::string_view kLast[] = {"Novak", "Silva", "Haddad", "Kim", "Moreau", "Larsen"};

}  // namespace

void add_people(Store& store) {
  store.teams = {
      {std::string(seed::kTeam), std::string(story::kTeam), "Orders, payments and tickets"},
      {std::string(seed::kFrontTeam), "Front end", "The web shop"},
      {"PTPLATF", "Platform", "Clusters and pipelines"}
  };
  for (auto const& [id, person, role, team] : kStoryUsers) {
    store.users.push_back(
        {.id = std::string(id),
         .name = std::string(person.name),
         .email = std::string(person.email),
         .title = std::string(person.title),
         .role = std::string(role),
         .teams = {std::string(team)}}
    );
  }
  for (auto const first : kFirst) {
    for (auto const last : kLast) {
      store.users.push_back(
          {.id = store.new_id(),
           .name = fmt::format("{} {}", first, last),
           .email = to_lower(fmt::format("{}.{}@harbor.example", first, last)),
           .title = "Engineer",
           .teams = {"PTPLATF"}}
      );
    }
  }
  store.priorities = {
      {"PRIO0P1", "P1", "Customers cannot buy"},
      {"PRIO0P2", "P2", "Many customers are hindered"},
      {"PRIO0P3", "P3", "Some customers are hindered"},
      {"PRIO0P4", "P4", "Nobody is hindered yet"},
      {"PRIO0P5", "P5", "Cosmetic"}
  };
}

}  // namespace davit::sandbox::pagerduty
