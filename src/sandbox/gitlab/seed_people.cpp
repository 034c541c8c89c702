#include "sandbox/gitlab/seed.h"

namespace davit::sandbox::gitlab {

void seed_people(Store& store) {
  for (auto const& user : {
           User{kMina, "mina", "Mina Okafor", "mina@harbor.example", false, "Engineering manager"},
           User{kJonas, "jonas", "Jonas Berg", "jonas@harbor.example", false, "Backend engineer"},
           User{kAisha, "aisha", "Aisha Rahman", "aisha@harbor.example", false, "Staff engineer"},
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
