// The issues of harbor/api and its neighbours, and what waits for mina.
#include "sandbox/gitlab/seed.h"
#include "sandbox/gitlab/seed_thread.h"

namespace davit::sandbox::gitlab {
namespace {

struct Row {
  std::string_view title;
  Id author;
  Id assignee;  // 0 for nobody
  std::string_view created;
  std::string_view closed;  // empty while it is open
  std::vector<std::string> labels;
};

std::vector<Row> api_issues() {
  return {
      {"Set up the repository", kAisha, kAisha, "2024-02-05 11:00", "2024-02-06 15:10", {}},
      {"Orders need a currency", kMina, kJonas, "2024-02-12 09:00", "2024-02-20 12:00", {"backend"}
      },
      {"Charge cards through the new provider",
       kMina,
       kJonas,
       "2024-02-14 10:00",
       "2024-02-28 17:00",
       {"backend", "payments"}},
      {"Run the tests on every push", kAisha, kAisha, "2024-03-01 08:00", "2024-03-04 11:40", {}},
      {"README does not say how to start",
       kMina,
       kMina,
       "2024-03-20 13:00",
       "2024-03-21 09:00",
       {"documentation"}},
      {"Refunds arrive twice in the ledger",
       kAisha,
       kJonas,
       "2024-05-16 10:20",
       "2024-05-23 16:00",
       {"bug", "payments"}},
      {"Prices with cents are rounded wrongly",
       kMina,
       kJonas,
       "2024-06-03 11:00",
       "2024-06-05 10:00",
       {"bug", "customer"}},
      {"Log a request id with every order",
       kAisha,
       kAisha,
       "2024-07-08 09:30",
       "2024-07-19 14:00",
       {"backend"}},
      {"integration-tests is flaky on Mondays", kJonas, 0, "2024-09-02 07:50", "", {"flaky-test"}},
      {"Upgrade to Node 22", kAisha, kBot, "2025-01-13 10:00", "2025-02-03 12:00", {"backend"}},
      {"Describe the payment contract",
       kMina,
       kMina,
       "2026-07-13 09:00",
       "2026-07-20 08:30",
       {"documentation", "payments"}},
      {"Payments fail with 503 at peak hours",
       kMina,
       kJonas,
       "2026-11-16 08:05",
       "",
       {"bug", "customer", "payments", "priority::high"}},
      {"Charge is repeated when the browser reloads",
       kAisha,
       0,
       "2026-11-16 12:31",
       "",
       {"bug", "payments"}},
      {"Alert when more than 2 % of payments fail",
       kAisha,
       kAisha,
       "2026-11-17 09:12",
       "",
       {"payments"}},
      {"Ask the provider for idempotency keys",
       kAisha,
       kMina,
       "2026-11-18 15:50",
       "",
       {"payments", "priority::high"}},
      {"Load test before Christmas", kMina, kAisha, "2026-11-02 10:00", "", {"backend"}},
      {"PDF tickets show the wrong time zone", kMina, 0, "2026-10-12 10:00", "", {"bug", "customer"}
      },
      {"Seats are held for ever after an error", kJonas, kJonas, "2026-10-14 16:22", "", {"bug"}},
      {"Basket forgets the discount code",
       kMina,
       kMina,
       "2026-09-21 09:00",
       "2026-10-07 11:00",
       {"bug", "customer"}},
      {"Order history is slow for big customers",
       kMina,
       kAisha,
       "2026-09-25 14:00",
       "",
       {"backend", "customer"}},
      {"Delete the legacy checkout", kAisha, 0, "2026-08-10 10:00", "", {"priority::low"}},
      {"Rotate the payment key every quarter", kAisha, kAisha, "2026-08-17 10:00", "", {"payments"}
      },
      {"Health endpoint", kAisha, kAisha, "2026-11-09 11:00", "2026-11-12 09:00", {"backend"}},
      {"Return 409 when a seat is taken",
       kJonas,
       kJonas,
       "2026-08-24 10:00",
       "2026-09-02 10:00",
       {"backend"}},
      {"Explain error codes in the API reference",
       kMina,
       0,
       "2026-08-31 10:00",
       "",
       {"documentation", "good first issue"}},
  };
}

Issue& add(Project& project, Id iid, const Row& row) {
  Issue issue;
  issue.id = project.id * 100 + 80'000 + iid;
  issue.iid = iid;
  issue.project = project.id;
  issue.title = row.title;
  issue.author = row.author;
  if (row.assignee != 0) issue.assignees = {row.assignee};
  issue.labels = row.labels;
  issue.created = at(row.created);
  issue.updated = issue.created;
  if (!row.closed.empty()) {
    issue.state = "closed";
    issue.closed_at = at(row.closed);
    issue.closed_by = row.assignee;
    issue.updated = at(row.closed);
  }
  return project.issues.emplace(iid, std::move(issue)).first->second;
}

// Small ones from the support desk, so that lists have several pages.
void add_support_tickets(Project& api) {
  for (Id i = 0; i < 35; ++i) {
    auto const day = 2 + i % 19;
    auto const hour = 7 + i % 11;
    auto const created = std::string("2026-11-") + (day < 10 ? "0" : "") + std::to_string(day) +
                         (hour < 10 ? " 0" : " ") + std::to_string(hour) + ":15";
    auto const title =
        "Support ticket " + std::to_string(4100 + i) + ": payment did not go through";
    auto& issue = add(api, 26 + i, {title, kBot, 0, created, "", {"customer", "payments"}});
    issue.description = "Imported from the support desk. See #12.";
    if (i % 5 == 4) {
      issue.state = "closed";
      issue.closed_at = issue.created + std::chrono::hours(30);
      issue.closed_by = kMina;
      issue.updated = *issue.closed_at;
    }
  }
}

void tell_the_503(Store& store, Project& api) {
  auto& issue = api.issues.at(12);
  issue.description =
      "Between 18:00 and 20:00 about 3 % of all payments end with an error page. The provider "
      "answers 503 for some seconds.\n\n"
      "- [x] find out whether the money was taken (sometimes!)\n"
      "- [ ] decide what to do\n- [ ] tell support\n\n"
      "Logs: `ProviderUnavailable: payment provider answered 503: /charges`";
  issue.milestone = 302;
  issue.due_date = "2026-11-27";
  issue.weight = 5;
  issue.upvotes = 3;
  Thread(store, issue)
      .comment(
          kJonas, "2026-11-16 09:40", "I see it too. A second try would have worked each time."
      )
      .system(kMina, "2026-11-16 09:45", "assigned to @jonas")
      .comment(
          kAisha,
          "2026-11-16 10:02",
          "Careful with retries: a charge that got a 503 may have gone through."
      )
      .comment(kMina, "2026-11-17 08:30", "14 tickets from support so far.")
      .system(kJonas, "2026-11-18 09:01", "mentioned in merge request !7")
      .comment(kBot, "2026-11-20 07:00", "Failed payments yesterday: 212 of 6 904.");
  issue.updated = at("2026-11-20 07:00");
  issue.links = {
      {9001, kApi, 15, "is_blocked_by"},
      {9002, kApi, 14, "relates_to"},
      {9003, kWeb, 5, "relates_to"}
  };
  api.issues.at(15).links = {{9001, kApi, 12, "blocks"}};
  api.issues.at(14).links = {{9002, kApi, 12, "relates_to"}};
  store.projects.at(kWeb).issues.at(5).links = {{9003, kApi, 12, "relates_to"}};
}

void add_web_issues(Project& web) {
  Id iid = 0;
  for (auto const& row : {
           Row{"Basket jumps on small screens", kMina, kMina, "2026-10-20 09:00", "", {"bug"}},
           Row{"Dark mode", kJonas, 0, "2026-10-21 09:00", "", {"priority::low"}},
           Row{"Seat map is unreadable for the colour-blind",
               kMina,
               kMina,
               "2026-11-03 09:00",
               "",
               {"customer"}},
           Row{"Remove jQuery", kAisha, kAisha, "2026-08-03 09:00", "2026-08-28 09:00", {}},
           Row{"Say something when a payment is slow",
               kMina,
               kJonas,
               "2026-11-17 10:00",
               "",
               {"customer", "payments"}},
       }) {
    add(web, ++iid, row);
  }
}

void add_todos(Store& store) {
  for (auto const& todo : {
           Todo{
               1001,
               kMina,
               kJonas,
               kApi,
               "review_requested",
               "MergeRequest",
               7,
               "Add retry with backoff to the payment client",
               "pending",
               at("2026-11-18 09:02")
           },
           Todo{
               1002,
               kMina,
               kAisha,
               kApi,
               "assigned",
               "Issue",
               15,
               "Ask the provider for idempotency keys",
               "pending",
               at("2026-11-18 15:50")
           },
           Todo{
               1003,
               kMina,
               kJonas,
               kWeb,
               "review_requested",
               "MergeRequest",
               3,
               "Tell customers that payments are slow",
               "pending",
               at("2026-11-19 10:30")
           },
           Todo{
               1004,
               kMina,
               kAisha,
               kApi,
               "mentioned",
               "MergeRequest",
               6,
               "Three seconds are on main now; please rebase.",
               "done",
               at("2026-11-10 16:45")
           },
           Todo{
               1005,
               kJonas,
               kAisha,
               kApi,
               "directly_addressed",
               "MergeRequest",
               7,
               "`attempt` is never incremented, so it still never stops.",
               "pending",
               at("2026-11-19 17:30")
           },
       }) {
    store.todos.emplace(todo.id, todo);
  }
}

}  // namespace

void seed_issues(Store& store) {
  auto& api = store.projects.at(kApi);
  Id iid = 0;
  for (auto const& row : api_issues()) add(api, ++iid, row);
  add_support_tickets(api);
  add_web_issues(store.projects.at(kWeb));
  api.issues.at(13).is_confidential = true;
  api.issues.at(16).milestone = 302;
  tell_the_503(store, api);
  add_todos(store);
}

}  // namespace davit::sandbox::gitlab
