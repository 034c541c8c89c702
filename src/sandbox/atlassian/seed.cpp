#include "sandbox/atlassian/seed.h"

#include "sandbox/atlassian/catalog.h"
#include "sandbox/atlassian/people.h"

namespace davit::sandbox::atlassian {

using std::chrono::days;

void seed_site(Store& store, Time now) {
  for (std::size_t i = 0; i < std::size(kAccountIds); ++i) {
    auto const& person = story::kPeople[i];
    store.people.push_back(
        {.account_id = std::string(kAccountIds[i]),
         .name = std::string(person.name),
         .email = std::string(person.email)}
    );
  }
  // Two that make a name ambiguous, one of them with a hidden address, and one who left.
  store.people.push_back({.account_id = "5b10ac8d82e05b22cc7d4e11", .name = "Mina Ito"});
  store.people.push_back({.account_id = "5b10ac8d82e05b22cc7d4e12", .name = "Tomas Lindqvist"});
  store.people.push_back(
      {.account_id = "5b10ac8d82e05b22cc7d4e13", .name = "Erik Holm", .is_active = false}
  );
  store.people.push_back(
      {.account_id = "557058:f58131cb-b67d-43c7-b30d-6b58d40bd077",
       .name = "Automation for Jira",
       .account_type = "app"}
  );

  store.projects = {
      {kHarbId,
       "HARB",
       "Harbor",
       "Ticket sales: API and web",
       std::string(kMinaId),
       {kEpic, kStory, kTask, kBug, kSubtask},
       0},
      {kOpsId,
       "OPS",
       "Operations",
       "Changes, on-call and follow-ups",
       std::string(kPriyaId),
       {kTask, kBug, kSubtask},
       0},
  };
  store.versions = {
      {10100, kHarbId, "4.1.14", "Refund fixes", true, to_date_text(now - days(9))},
      {10101, kHarbId, "4.2.0", "Provider connections are kept open", true, to_date_text(now)},
      {10102, kHarbId, "4.3.0", "Seat map", false, to_date_text(now + days(20))},
  };
  store.components = {
      {10200, kHarbId, "Payments", std::string(kJonasId)},
      {10201, kHarbId, "Orders", std::string(kAishaId)},
      {10202, kHarbId, "Web", std::string(kAishaId)},
      {10203, kOpsId, "On-call", std::string(kTomasId)},
  };
  store.boards = {{1, "HARB board", "scrum", kHarbId}, {2, "OPS board", "kanban", kOpsId}};
  for (int number = 41; number <= 49; ++number) {
    auto const start = now - days(4) + days(14) * (number - kActiveSprint);
    auto const state = number < kActiveSprint ? "closed" : "future";
    Sprint sprint{
        number,
        1,
        "Sprint " + std::to_string(number),
        number == kActiveSprint ? "active" : state,
        "",
        {},
        {},
        {}
    };
    if (number <= kActiveSprint) {
      sprint.start = start;
      sprint.end = start + days(14);
    }
    if (number < kActiveSprint) sprint.complete = sprint.end;
    if (number == kActiveSprint) sprint.goal = "Checkout stays up while the provider is slow";
    store.sprints.push_back(std::move(sprint));
  }
}

Store make_seed(const Addresses& at, Time now) {
  Store store;
  store.now = now;
  store.site = at.atlassian;
  seed_site(store, now);
  seed_issues(store, now);
  seed_story(store, at, now);
  return store;
}

}  // namespace davit::sandbox::atlassian
