// The post-mortem that waits to be written, and those that were.
#include <fmt/format.h>

#include "sandbox/confluence/adf_build.h"
#include "sandbox/confluence/seed.h"

namespace davit::sandbox::confluence {
namespace {

constexpr std::string_view kMarker = "a41d7e02-95b3-4c6f-b8de-2f7a60c3d915";
constexpr std::string_view kSelection = "How many orders failed";

json::Object placeholder(std::string_view words) {
  return block("paragraph", with("placeholder", {{"text", words}}));
}

json::Object row(std::string_view when, std::string_view what, std::string_view source) {
  return block("tableRow", cell(when), cell(what), cell(source));
}

json::Object timeline(json::Object first) {
  return with(
      "table",
      {{"isNumberColumnEnabled", false}, {"layout", "default"}, {"localId", "pm-table"}},
      block("tableRow", header("Time (UTC)"), header("What happened"), header("Source")),
      std::move(first),
      block(
          "tableRow",
          block("tableCell", json::Object{{"type", "paragraph"}}),
          block("tableCell", json::Object{{"type", "paragraph"}}),
          block("tableCell", json::Object{{"type", "paragraph"}})
      )
  );
}

json::Object about(const Seed& seed) {
  return with(
      "panel",
      {{"panelType", "info"}},
      block(
          "paragraph",
          text("Incident "),
          link(story::kIncident, story::incident_url(seed.at)),
          text(", ticket "),
          link(story::kTicket, story::ticket_url(seed.at)),
          text(", page "),
          link(fmt::format("#{}", story::kPageNumber), story::page_url(seed.at)),
          text(". Owner: "),
          mention(story::kMina, "pm-owner"),
          text(" "),
          with(
              "status",
              {{"text", "DRAFT"}, {"color", "yellow"}, {"localId", "pm-status"}, {"style", ""}}
          )
      )
  );
}

std::string clock_of(Time time) { return to_text(time).substr(11, 5); }

json::Value template_of(const Seed& seed) {
  return document(
      about(seed),
      heading(2, "Summary"),
      placeholder("Two or three sentences: what broke, for whom, how long, why."),
      heading(2, "Impact"),
      block(
          "paragraph",
          text(kSelection, annotation(kMarker)),
          text(", and how much was refunded? To be filled in.")
      ),
      heading(2, "Timeline"),
      timeline(
          row(clock_of(seed.before(story::kPaged)),
              fmt::format("{} is paged", story::kTomas.name),
              fmt::format("PagerDuty #{}", story::kPageNumber))
      ),
      heading(2, "Root cause"),
      placeholder("What made it possible, not who."),
      heading(2, "What went well"),
      block("bulletList", item("The alarm came before the first customer called.")),
      heading(2, "Action items"),
      with(
          "taskList",
          {{"localId", "pm-tasks"}},
          task("pm-t1", false, text("Write the timeline")),
          task("pm-t2", false, text("Decide on a limit for the pool"))
      ),
      jira_issues(fmt::format("key = {} OR parent = {}", story::kTicket, story::kTicket), "pm-jira")
  );
}

struct Old {
  Id id;
  std::string_view title;
  int days;
  std::string_view summary;
  std::string_view cause;
};
constexpr Old kOld[] = {
    {98301,
     "Post-mortem: double charges",
     410,
     "187 customers paid twice.",
     "A retry without an idempotency key."},
    {98302,
     "Post-mortem: lost tickets",
     362,
     "Tickets were not sent for two hours.",
     "The queue was full and nobody watched it."},
    {98303,
     "Post-mortem: slow search",
     301,
     "Search took nine seconds.",
     "An index was dropped by a migration."},
    {98304,
     "Post-mortem: certificate expired",
     255,
     "The shop was not reachable for 26 minutes.",
     "The renewal ran on a machine that was gone."},
    {98305,
     "Post-mortem: orders-db failover",
     190,
     "Orders failed for four minutes.",
     "The connection pool kept dead connections."},
    {98306,
     "Post-mortem: provider outage in March",
     251,
     "Checkout answered 503 at peak hours.",
     "The payment-provider was down; the pool was exhausted by waiting requests."},
    {98307,
     "Post-mortem: wrong prices",
     121,
     "Seats were sold for one euro.",
     "A test price list was imported."},
    {98308,
     "Post-mortem: login loop",
     77,
     "Users of one browser could not log in.",
     "A cookie attribute."},
};

json::Value old_document(const Old& old) {
  return document(
      heading(2, "Summary"),
      para(old.summary),
      heading(2, "Impact"),
      para("See the numbers in the ticket."),
      heading(2, "Timeline"),
      timeline(row("18:04", "First error", "Dynatrace")),
      heading(2, "Root cause"),
      para(old.cause),
      heading(2, "Action items"),
      with("taskList", {{"localId", "old-tasks"}}, task("old-1", true, text("Done as agreed")))
  );
}

}  // namespace

void seed_post_mortems(Seed& seed) {
  seed.add(
      98300,
      kHarbor,
      kHarborHome,
      "Post-mortems",
      story::kMina,
      seed.days_ago(420),
      document(para("One page for each incident that customers noticed. No blame."))
  );
  for (auto const& old : kOld) {
    auto& page = seed.add(
        old.id, kHarbor, 98300, old.title, story::kAisha, seed.days_ago(old.days), old_document(old)
    );
    seed.label(page, {"post-mortem"});
  }
  auto const made = seed.before(std::chrono::minutes(18));
  auto& page = seed.add(
      kPostMortemPage,
      kHarbor,
      98300,
      story::kPostMortemTitle,
      story::kMina,
      made,
      template_of(seed)
  );
  seed.label(page, {"post-mortem", "checkout"});
  seed.inline_comment(
      98711,
      kPostMortemPage,
      story::kAisha,
      seed.before(std::chrono::minutes(9)),
      "Take the number from Dynatrace, not from the support tickets.",
      kMarker,
      kSelection
  );
  seed.comment(
      98712,
      kPostMortemPage,
      0,
      story::kPriya,
      seed.before(std::chrono::minutes(7)),
      "I need the root cause for the change review tomorrow."
  );
}

}  // namespace davit::sandbox::confluence
