// The merge requests of harbor/api and harbor/web, with their reviews.

#include "sandbox/gitlab/issuables.h"
#include "sandbox/gitlab/merging.h"
#include "sandbox/gitlab/seed.h"
#include "sandbox/gitlab/seed_rows.h"
#include "sandbox/gitlab/seed_thread.h"

namespace davit::sandbox::gitlab {
namespace {

void review_the_retry(Store& store, const Project& project, MergeRequest& mr) {
  Thread(store, mr)
      .system(kJonas, "2026-11-18 09:02", "requested review from @aisha and @mina")
      .comment(kBot, "2026-11-18 09:20", "Coverage of `src/payments` fell from 91.2 % to 84.0 %.")
      .thread(
          kAisha,
          "2026-11-18 15:12",
          "This also repeats `POST /charges`. The provider has no idempotency key "
          "(docs/payments.md), and it sometimes answers 503 after it took the money. "
          "We would charge customers twice. Retry only `GET`."
      )
      .on_line(project, mr, "src/payments/client.ts", "withRetry(() => this.send")
      .reply(kJonas, "2026-11-18 15:40", "Refunds too? They are idempotent on their side.")
      .reply(kAisha, "2026-11-18 15:44", "Refunds are fine, charges are not.")
      .thread(kAisha, "2026-11-18 15:15", "This loop has no end. Where do we give up?")
      .on_line(project, mr, "src/payments/retry.ts", "while (attempt <= MAX_ATTEMPTS)")
      .reply(kJonas, "2026-11-19 16:06", "Stops after ten attempts now.")
      .resolve(kJonas, "2026-11-19 16:07")
      .thread(
          kAisha,
          "2026-11-19 17:30",
          "`attempt` is never incremented, so it still never stops. The unit test hangs for "
          "that reason."
      )
      .on_line(project, mr, "src/payments/retry.ts", "let attempt = 0")
      .thread(
          kAisha,
          "2026-11-19 17:32",
          "The pause never grows: this is 400 ms each time. And without jitter all instances "
          "come back at the same moment.\n\n"
          "```suggestion:-0+0\n      delay = Math.min(delay * 2, MAX_DELAY) * Math.random();\n"
          "```"
      )
      .on_line(project, mr, "src/payments/retry.ts", "delay = BASE_DELAY * 2")
      .thread(
          kMina,
          "2026-11-20 08:10",
          "Can this be in before the weekend? Support has 14 tickets about failed payments."
      )
      .system(kJonas, "2026-11-20 08:12", "changed milestone to %\"Christmas readiness\"");
  mr.reviewer_states[kAisha] = "reviewed";
  mr.upvotes = 1;
}

void merge_in_the_past(
    Store& store, Project& project, MergeRequest& mr, Id by, std::string_view when
) {
  mr.approvals.push_back({by, at(when) - std::chrono::hours(1)});
  merge_now(store, project, mr, by, at(when), "");
}

void add_past(Store& store, Project& api) {
  auto& first = add_merge_request(
      api,
      7000,
      {1,
       "Add a health endpoint",
       "health-endpoint",
       kAisha,
       "2026-11-11 10:05",
       "2026-11-11 10:05",
       {kAisha},
       {kMina},
       {"backend"},
       301,
       "The balancer needs it."}
  );
  merge_in_the_past(store, api, first, kMina, "2026-11-12 09:00");
  auto& closed = add_merge_request(
      api,
      7000,
      {2,
       "Switch to axios",
       "try-axios",
       kJonas,
       "2026-10-02 12:10",
       "2026-10-05 09:00",
       {kJonas},
       {kAisha},
       {"backend", "priority::low"},
       0,
       "Would it be simpler with axios?"}
  );
  Thread(store, closed).comment(kAisha, "2026-10-05 08:58", "undici does all we need.");
  set_state(store, closed, kJonas, at("2026-10-05 09:00"), "closed", "closed");
}

void add_open(Store& store, Project& api) {
  add_merge_request(
      api,
      7000,
      {5,
       "Draft: Split the payment client into transport and policy",
       "split-transport",
       kAisha,
       "2026-11-17 14:15",
       "2026-11-17 14:15",
       {kAisha},
       {},
       {"backend", "payments"},
       302,
       "So that the policy can be tested without a server.\n\n- [x] transport\n- [ ] policy\n"}
  );
  auto& timeout = add_merge_request(
      api,
      7000,
      {6,
       "Wait five seconds for the payment provider",
       "raise-payment-timeout",
       kMina,
       "2026-11-09 09:30",
       "2026-11-10 16:45",
       {kMina},
       {kJonas},
       {"payments"},
       302,
       ""}
  );
  Thread(store, timeout)
      .comment(kAisha, "2026-11-10 16:45", "Three seconds are on main now; please rebase.");
  auto& retry = add_merge_request(
      api,
      7000,
      {7,
       "Add retry with backoff to the payment client",
       "retry-payment-client",
       kJonas,
       "2026-11-18 09:01",
       "2026-11-20 08:12",
       {kJonas},
       {kAisha, kMina},
       {"backend", "payments", "priority::high"},
       302,
       "The provider answers 503 for some seconds at peak hours, and the shop shows an error "
       "although the second try would work.\n\nThis wraps every call in `withRetry`, with a "
       "growing pause between the tries.\n\nCloses #12"}
  );
  review_the_retry(store, api, retry);
  auto& logging = add_merge_request(
      api,
      7000,
      {8,
       "Keep the provider's request id in errors",
       "log-request-id",
       kAisha,
       "2026-11-16 10:40",
       "2026-11-18 11:00",
       {kAisha},
       {kJonas},
       {"backend", "payments"},
       302,
       "Their support asks for it. Related to #12"}
  );
  logging.approvals = {{kJonas, at("2026-11-18 11:00")}};
  logging.reviewer_states[kJonas] = "approved";
  Thread(store, logging).system(kJonas, "2026-11-18 11:00", "approved this merge request");
  auto& bump = add_merge_request(
      api,
      7000,
      {9,
       "Bump undici from 6.19.8 to 6.21.0",
       "bump-undici",
       kBot,
       "2026-11-20 03:01",
       "2026-11-20 09:30",
       {},
       {kAisha},
       {"backend"},
       0,
       "Opened by the dependency robot."}
  );
  bump.approvals = {{kAisha, at("2026-11-20 09:30")}};
  bump.reviewer_states[kAisha] = "approved";
}

void add_web(Store& store, Project& web) {
  auto& banner = add_merge_request(
      web,
      7100,
      {3,
       "Tell customers that payments are slow",
       "slow-payment-banner",
       kJonas,
       "2026-11-19 10:30",
       "2026-11-19 11:05",
       {kMina},
       {kMina},
       {"customer"},
       311,
       "A banner while the provider is down. See harbor/api!7."}
  );
  Thread(store, banner).thread(kMina, "2026-11-19 11:05", "Who turns it off again?");
  add_merge_request(
      web,
      7100,
      {4,
       "Draft: New seat map",
       "seat-map",
       kMina,
       "2026-11-13 10:30",
       "2026-11-13 10:30",
       {kMina},
       {},
       {},
       0,
       ""}
  );
}

}  // namespace

MergeRequest& add_merge_request(Project& project, Id first_id, const MergeRequestRow& row) {
  MergeRequest mr;
  mr.id = first_id + row.iid;
  mr.iid = row.iid;
  mr.project = project.id;
  mr.title = row.title;
  mr.description = row.description;
  mr.author = row.author;
  mr.assignees = row.assignees;
  mr.reviewers = row.reviewers;
  for (auto const reviewer : row.reviewers) mr.reviewer_states[reviewer] = "unreviewed";
  mr.labels = row.labels;
  mr.milestone = row.milestone;
  mr.source_branch = row.source;
  mr.target_branch = project.repository.default_branch;
  mr.created = at(row.created);
  mr.updated = at(row.updated);
  mr.prepared_at = mr.created + std::chrono::seconds(4);
  mr.remove_source_branch = true;
  auto& stored = project.merge_requests.emplace(row.iid, std::move(mr)).first->second;
  refresh(project, stored);
  return stored;
}

void seed_merge_requests(Store& store) {
  auto& api = store.projects.at(kApi);
  add_past(store, api);
  add_open(store, api);
  add_web(store, store.projects.at(kWeb));
}

}  // namespace davit::sandbox::gitlab
