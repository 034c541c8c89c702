#include "sandbox/gitlab/seed.h"
#include "sandbox/story.h"

namespace davit::sandbox::gitlab {
namespace {

User employee(Id id, const story::Person& person) {
  User user;
  user.id = id;
  user.username = person.username;
  user.name = person.name;
  user.email = person.email;
  user.job_title = person.title;
  return user;
}

}  // namespace

void seed_people(Store& store) {
  for (auto const& user : {
           employee(kMina, story::kMina),
           employee(kJonas, story::kJonas),
           employee(kAisha, story::kAisha),
           employee(kTomas, story::kTomas),
           User{
               kBot, "group_10_bot_release", "release-bot", "release-bot@harbor.example", true, ""
           },
           User{15, "root", "Administrator", "admin@harbor.example", false, ""},
       }) {
    store.users.emplace(user.id, user);
  }
  store.tokens = {
      {.id = 501, .value = "sandbox-token", .name = "sandbox", .user = kMina, .scopes = {"api"}},
      {.id = 502,
       .value = "read-only-token",
       .name = "reader",
       .user = kMina,
       .scopes = {"read_api"}},
      {.id = 503, .value = "jonas-token", .name = "jonas", .user = kJonas, .scopes = {"api"}},
      {.id = 504, .value = "aisha-token", .name = "aisha", .user = kAisha, .scopes = {"api"}},
      {.id = 505,
       .value = "expired-token",
       .name = "old",
       .user = kMina,
       .scopes = {"api"},
       .is_expired = true},
  };
}

}  // namespace davit::sandbox::gitlab
