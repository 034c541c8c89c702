// The tree of both spaces: what an engineering wiki holds besides the story.
#include <fmt/format.h>

#include "sandbox/confluence/adf_build.h"
#include "sandbox/confluence/seed.h"

namespace davit::sandbox::confluence {
namespace {

struct Row {
  Id id;
  Id space;
  Id parent;
  std::string_view title;
  std::size_t author;  // in story::kPeople
  int days;
  std::string_view text;
};

constexpr Row kRows[] = {
    {98000, kHarbor, 0, "Harbor engineering Home", 0, 900, "Harbor sells tickets. Start here."},
    {98010,
     kHarbor,
     98000,
     "Architecture",
     2,
     800,
     "harbor-web calls harbor-api; harbor-api uses orders-db and the payment-provider."},
    {98011,
     kHarbor,
     98010,
     "Checkout flow",
     1,
     700,
     "Basket, order, payment, ticket. The payment is the only step that may take seconds."},
    {98012,
     kHarbor,
     98011,
     "Payment step in detail",
     1,
     500,
     "authorize, capture, and what happens when the answer is lost."},
    {98013, kHarbor, 98010, "orders-db", 2, 640, "One primary, two replicas. Backups every night."},
    {98014,
     kHarbor,
     98010,
     "Payment provider contract",
     0,
     610,
     "64 sessions, 200 requests a second, two seconds of answer time."},
    {98015,
     kHarbor,
     98012,
     "Idempotency keys",
     2,
     400,
     "One key for each order; the provider keeps them for a day."},
    {98016,
     kHarbor,
     98015,
     "Where the keys are kept",
     1,
     300,
     "In orders-db, table payment_attempts."},
    {98020, kHarbor, 98000, "Decisions", 2, 790, "Each decision is a page and stays."},
    {98021, kHarbor, 98020, "ADR-001 One repository for each service", 2, 780, "Accepted."},
    {98022, kHarbor, 98020, "ADR-002 PostgreSQL for orders", 2, 760, "Accepted."},
    {98023, kHarbor, 98020, "ADR-003 Queue between order and ticket", 1, 720, "Accepted."},
    {98024, kHarbor, 98020, "ADR-004 No shared libraries with state", 2, 650, "Accepted."},
    {98025, kHarbor, 98020, "ADR-005 Dynatrace for everything", 3, 560, "Accepted."},
    {98026, kHarbor, 98020, "ADR-006 Feature flags", 1, 430, "Rejected."},
    {98027,
     kHarbor,
     98020,
     "ADR-007 Connections to the payment provider are not kept",
     2,
     320,
     "Accepted: every request opens its own connection; the pool stays small."},
    {98028, kHarbor, 98020, "ADR-008 Prices in cents", 1, 210, "Accepted."},
    {98030, kHarbor, 98000, "Team Payments", 0, 770, "Who we are and how we work."},
    {98031, kHarbor, 98030, "On-call guide", 3, 600, "Who is on call, and what is expected."},
    {98032, kHarbor, 98030, "Onboarding", 0, 590, "The first two weeks."},
    {98033,
     kHarbor,
     98030,
     "Working agreements",
     0,
     580,
     "Reviews within a day. No deploys after 16:00 UTC."},
    {98240, kHarbor, 98000, "Runbooks", 3, 750, "What to do when it breaks."},
    {98241, kHarbor, 98240, "Runbook: orders-db", 3, 480, "Failover, and what to check first."},
    {98242, kHarbor, 98240, "Runbook: harbor-web", 3, 470, "Caches and certificates."},
    {98243, kHarbor, 98240, "Runbook: ticket printing", 1, 460, "The queue, and how to drain it."},
    {98500, kOps, 0, "Operations Home", 4, 850, "Changes, incidents, and who decides."},
    {98501, kOps, 98500, "On-call guide", 3, 620, "For all teams: rotas, hand-over, pay."},
    {98502, kOps, 98500, "Change calendar", 4, 610, "No changes in the week of a festival."},
    {98503,
     kOps,
     98500,
     "Service desk scripts",
     5,
     540,
     "What to tell customers when checkout fails."},
    {98504,
     kOps,
     98503,
     "When customers cannot pay",
     5,
     330,
     "Open an incident, category checkout; tell the engineer on call."},
    {98505,
     kOps,
     98500,
     "Major incident process",
     4,
     520,
     "Roles: lead, scribe, voice to customers."},
};

json::Value simple(std::string_view words) { return document(heading(2, "Overview"), para(words)); }

// Enough meeting notes that lists have more than one page.
void add_meetings(Seed& seed) {
  seed.add(
      98040,
      kHarbor,
      98030,
      "Meeting notes",
      story::kMina,
      seed.days_ago(765),
      simple("One page a week.")
  );
  for (int week = 1; week <= 14; ++week) {
    auto const day = seed.days_ago(7 * (15 - week));
    auto& page = seed.add(
        98040 + week,
        kHarbor,
        98040,
        fmt::format("{} Payments weekly", to_date_text(day)),
        story::kPeople[static_cast<std::size_t>(week) % std::size(story::kPeople)],
        day,
        document(
            heading(2, "Attendees"),
            block("paragraph", mention(story::kMina, "a"), text(" "), mention(story::kJonas, "b")),
            heading(2, "Notes"),
            block("bulletList", item("Checkout: fine"), item(fmt::format("Week {}", week)))
        )
    );
    seed.label(page, {"meeting-notes"});
  }
}

}  // namespace

void seed_pages(Seed& seed) {
  for (auto const& row : kRows) {
    seed.add(
        row.id,
        row.space,
        row.parent,
        row.title,
        story::kPeople[row.author],
        seed.days_ago(row.days),
        simple(row.text)
    );
  }
  for (Id id = 98241; id <= 98243; ++id) seed.label(seed.store.pages.at(id), {"runbook"});
  for (Id id = 98021; id <= 98028; ++id) seed.label(seed.store.pages.at(id), {"decision"});
  add_meetings(seed);
}

}  // namespace davit::sandbox::confluence
