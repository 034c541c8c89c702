// The runbook of the payment provider: one page with everything that an editor can put in.
#include <fmt/format.h>

#include "sandbox/confluence/adf_build.h"
#include "sandbox/confluence/files.h"
#include "sandbox/confluence/seed.h"

namespace davit::sandbox::confluence {
namespace {

constexpr std::string_view kMarker = "3f6b1c9a-77d2-4b0e-8a53-5d2f0c9e4a11";
constexpr std::string_view kSelection = "pool size 4";

constexpr std::string_view kCheckPool =
    "kubectl -n harbor exec deploy/harbor-api -- \\\n"
    "  curl -s localhost:9090/metrics | grep '^payment_pool_'\n"
    "# payment_pool_in_use 4 and payment_pool_waiting > 0: exhausted";

constexpr std::string_view kPoolConfig =
    "payment_provider:\n  base_url: https://pay.example/v2\n  pool:\n    size: 32\n"
    "    keep_alive: false   # see HARB-231 before you turn this on\n  timeout_ms: 2000";

json::Object warning() {
  return with(
      "panel",
      {{"panelType", "warning"}},
      block(
          "paragraph",
          text("Never restart all instances at once: ", mark("strong")),
          text("the provider counts open sessions and locks us out for ten minutes.")
      )
  );
}

json::Object facts() {
  return block(
      "paragraph",
      text("State: "),
      with("status", {{"text", "IN USE"}, {"color", "green"}, {"localId", "st-1"}, {"style", ""}}),
      text(" Last rehearsed "),
      with("date", {{"timestamp", "1761955200000"}}),
      text(" by "),
      mention(story::kTomas, "me-1"),
      text(". Ask "),
      mention(story::kJonas, "me-2"),
      text(" about the client. "),
      with("emoji", {{"shortName", ":ship:"}, {"id", "1f6a2"}, {"text", "\xF0\x9F\x9A\xA2"}})
  );
}

json::Object symptoms_table() {
  auto nested = block(
      "tableCell",
      para("In this order:"),
      block(
          "orderedList",
          item("roll back to the last good version"),
          block(
              "listItem",
              para("only if that is not possible:"),
              block(
                  "bulletList",
                  item("raise pool.size to 32"),
                  item("restart one instance after the other")
              )
          )
      )
  );
  return with(
      "table",
      {{"isNumberColumnEnabled", false},
       {"layout", "default"},
       {"localId", "tb-1"},
       {"width", 760.0}},
      block("tableRow", header("Symptom"), header("Cause"), header("What to do")),
      block(
          "tableRow",
          with(
              "tableCell",
              {{"background", "#ffebe6"}},
              block("paragraph", text(story::kSymptom, mark("code")))
          ),
          block(
              "tableCell",
              block(
                  "paragraph",
                  text("connections are kept open, and "),
                  text(kSelection, mark("em"), annotation(kMarker)),
                  text(" is the default")
              )
          ),
          std::move(nested)
      ),
      block(
          "tableRow",
          cell("503 from the provider"),
          cell("their peak hours, 18:00 to 20:00 UTC"),
          cell("wait; the queue drains by itself")
      )
  );
}

json::Object details() {
  return with(
      "expand",
      {{"title", "How the pool works"}},
      para("A request takes a connection, and gives it back when the answer has been read."),
      code("yaml", kPoolConfig),
      block("blockquote", para("A pool that is never given back to is a queue with extra steps."))
  );
}

json::Object tasks() {
  return with(
      "taskList",
      {{"localId", "tl-1"}},
      task("t-1", true, text("Alarm on payment_pool_waiting")),
      task("t-2", false, text("Load test with keep_alive on"))
  );
}

json::Object picture() {
  return with(
      "mediaSingle",
      {{"layout", "center"}, {"width", 66.67}},
      with(
          "media",
          {{"type", "file"},
           {"id", file_id_of(98902)},
           {"collection", "contentId-98244"},
           {"alt", "pool.png"},
           {"width", 1200},
           {"height", 640}}
      ),
      block("caption", text("The pool during the outage of March"))
  );
}

json::Object excerpt() {
  json::Object params{{"hidden", json::Object{{"value", "false"}}}};
  return with(
      "bodiedExtension",
      {{"layout", "default"},
       {"extensionType", "com.atlassian.confluence.macro.core"},
       {"extensionKey", "excerpt"},
       {"parameters", json::Object{{"macroParams", std::move(params)}}},
       {"localId", "ex-2"}},
      para("If checkout fails with PoolExhaustedError: roll back first, ask later.")
  );
}

json::Object contacts() {
  return block(
      "layoutSection",
      with(
          "layoutColumn",
          {{"width", 50}},
          heading(3, "Inside"),
          block("bulletList", item("Payments, #payments"), item("On call: PagerDuty, Harbor API"))
      ),
      with(
          "layoutColumn",
          {{"width", 50}},
          heading(3, "Outside"),
          block("paragraph", link("Status of the provider", "https://status.pay.example"))
      )
  );
}

json::Value runbook() {
  return document(
      warning(),
      facts(),
      heading(2, "Is it the pool?"),
      code("bash", kCheckPool),
      heading(2, "Symptoms"),
      symptoms_table(),
      details(),
      heading(2, "Roll back"),
      block(
          "orderedList",
          item("Find the last good version in the deploy log."),
          item("Deploy it; the change manager is told by itself."),
          item("Watch the failure rate for ten minutes.")
      ),
      excerpt(),
      heading(2, "Open work"),
      jira_issues("project = HARB AND component = payments AND resolution is EMPTY", "ex-1"),
      tasks(),
      picture(),
      heading(2, "Contacts"),
      contacts(),
      json::Object{{"type", "rule"}},
      block(
          "paragraph",
          text("See also "),
          with("inlineCard", {{"url", "https://pay.example/docs/limits"}})
      )
  );
}

}  // namespace

void seed_runbook(Seed& seed) {
  auto& page = seed.add(
      kRunbookPage,
      kHarbor,
      98240,
      story::kRunbookTitle,
      story::kTomas,
      seed.days_ago(200),
      document(heading(2, "Is it the pool?"), para("To be written."))
  );
  Seed::change(
      page,
      story::kJonas,
      seed.days_ago(120),
      "First full text",
      document(
          heading(2, "Is it the pool?"),
          code("bash", kCheckPool),
          heading(2, "Contacts"),
          para("Payments, #payments")
      )
  );
  Seed::change(page, story::kTomas, seed.days_ago(20), "After the rehearsal", runbook());
  seed.label(page, {"runbook", "payments", "harbor-api"});

  seed.inline_comment(
      98701,
      kRunbookPage,
      story::kAisha,
      seed.days_ago(18),
      "Is 4 still right? The provider gave us 64 sessions in October.",
      kMarker,
      kSelection
  );
  seed.comment(
      98702,
      kRunbookPage,
      98701,
      story::kJonas,
      seed.days_ago(17),
      "It is the default of the client. We set 32 in production."
  );
  seed.comment(
      98703, kRunbookPage, 98701, story::kAisha, seed.days_ago(17), "Then say so here, please."
  );
  seed.comment(
      98704,
      kRunbookPage,
      0,
      story::kTomas,
      seed.days_ago(19),
      "Rehearsed with Lena: 14 minutes from page to rollback."
  );
  seed.comment(98705, kRunbookPage, 98704, story::kMina, seed.days_ago(19), "Good. Aim for ten.");
}

}  // namespace davit::sandbox::confluence
