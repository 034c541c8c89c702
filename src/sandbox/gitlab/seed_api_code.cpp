// The history of harbor/api, its branches and its merge requests.
#include <fmt/format.h>

#include "sandbox/gitlab/seed.h"
#include "sandbox/gitlab/seed_files.h"
#include "sandbox/gitlab/seed_history.h"

namespace davit::sandbox::gitlab {
namespace {

constexpr int kPackages = 180;

// Characters that have to be encoded in a path: blank, plus, percent, hash, umlauts.
constexpr std::string_view kOddPath =
    "docs/examples/100% off + gift #1 (gr\xC3\xB6\xC3\x9F"
    "e).md";

std::string png() {
  constexpr std::string_view kBytes =
      "\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\6\0\0\0\x1F\x15\xC4\x89\0\0\0\nIDATx"
      "\x9C"
      "c\0\1\0\0\5\0\1\r\n-\xB4\0\0\0\0IEND\xAE"
      "B`\x82";
  return std::string(kBytes.data(), 67);
}

// A patch release every six days: enough history for more than one page.
void frequent_releases(History& history) {
  for (int patch = 1; patch <= 14; ++patch) {
    auto const next = fmt::format("4.1.{}", patch);
    auto const to = fmt::format("\"version\": \"{}\"", next);
    auto const when = to_text(at("2026-08-03 10:00") + std::chrono::days(6 * (patch - 1)));
    auto const package = files::edited(files::kPackage, "\"version\": \"4.1.0\"", to);
    history.commit("main", kBot, when, "Release " + next, {{"package.json", package}});
    if (patch % 7 == 0) history.tag("v" + next, "Release " + next, when);
  }
}

void tell_main(History& history) {
  using namespace files;
  history.commit(
      "main",
      kAisha,
      "2024-02-05 10:20",
      "Initial commit",
      {{"README.md", "# Harbor API\n"}, {"assets/logo.png", png()}}
  );
  history.commit(
      "main",
      kAisha,
      "2024-02-06 15:02",
      "Add the server and the order service",
      {{"README.md", std::string(kReadme)},
       {"package.json", std::string(kPackage)},
       {"package-lock.json", lock_file(kPackages, 1)},
       {"src/server.ts", std::string(kServer)},
       {"src/orders/service.ts", std::string(kOrderService)},
       {"bin/migrate.sh", std::string(kMigrate), true}}
  );
  history.commit(
      "main",
      kJonas,
      "2024-02-19 09:45",
      "Add the payment client\n\nOne place that talks to the provider.\n",
      {{"src/payments/client.ts", std::string(kPaymentClient)},
       {"src/payments/errors.ts", std::string(kPaymentErrors)},
       {"src/payments/legacy_timeout.ts", std::string(kLegacyTimeout)},
       {"test/payments/client.test.ts", std::string(kClientTest)},
       {"test/helpers/http_stub.ts", std::string(kHttpStub)}}
  );
  history.commit(
      "main",
      kAisha,
      "2024-03-04 11:30",
      "Build and test on every push",
      {{".gitlab-ci.yml", std::string(kCi)}}
  );
  history.tag("v4.0.0", "", "2024-03-11 12:00");
  history.commit(
      "main",
      kMina,
      "2026-07-20 08:15",
      "Document payments and what to do when the provider is down",
      {{"docs/payments.md", std::string(kPaymentsDoc)},
       {"docs/runbooks/payment provider down.md", std::string(kRunbook)},
       {std::string(kOddPath), "A name that clients have to encode.\n"}}
  );
  history.tag("v4.1.0", "Shop 4.1", "2026-07-27 10:00");
}

void tell_retry_branch(History& history) {
  using namespace files;
  history.branch("retry-payment-client");
  history.commit(
      "retry-payment-client",
      kJonas,
      "2026-11-18 08:52",
      "Add retry with backoff to the payment client\n\nThe provider answers 503 at peak hours.\n",
      {{"src/payments/retry.ts", std::string(kRetry)},
       {"src/payments/client.ts", std::string(kPaymentClientWithRetry)},
       {"src/payments/legacy_timeout.ts", std::nullopt}}
  );
  history.commit(
      "retry-payment-client",
      kJonas,
      "2026-11-18 13:20",
      "Test the retry",
      {{"test/payments/retry.test.ts", std::string(kRetryTest)},
       {"test/helpers/http_stub.ts", std::nullopt},
       {"test/support/http_stub.ts",
        edited(kHttpStub, "// Answers one", "// A provider for tests: answers one")},
       {"test/payments/client.test.ts",
        edited(kClientTest, "../helpers/http_stub.js", "../support/http_stub.js")},
       {"package-lock.json", lock_file(kPackages, 2)}}
  );
  history.commit(
      "retry-payment-client",
      kJonas,
      "2026-11-19 16:05",
      "Stop after ten attempts",
      {{"src/payments/retry.ts", std::string(kRetryAfterReview)}}
  );
}

void tell_other_branches(History& history) {
  using namespace files;
  history.branch("split-transport");
  history.commit(
      "split-transport",
      kAisha,
      "2026-11-17 14:10",
      "Take the HTTP part out of the payment client",
      {{"src/payments/transport.ts", "export interface Transport {\n  send(): Promise<void>;\n}\n"}}
  );
  history.branch("log-request-id");
  history.commit(
      "log-request-id",
      kAisha,
      "2026-11-16 10:31",
      "Keep the provider's request id in errors",
      {{"src/payments/errors.ts",
        edited(
            kPaymentErrors,
            "readonly status: number,\n",
            "readonly status: number,\n    readonly requestId?: string,\n"
        )}}
  );
  history.branch("bump-undici");
  history.commit(
      "bump-undici",
      kBot,
      "2026-11-20 03:00",
      "Bump undici from 6.19.8 to 6.21.0",
      {{"package.json", edited(edited(kPackage, "6.19.8", "6.21.0"), "4.1.0", "4.1.14")}}
  );
  history.branch("try-axios");
  history.commit(
      "try-axios",
      kJonas,
      "2026-10-02 12:00",
      "Try axios",
      {{"src/payments/axios.ts",
        "import axios from 'axios';\n\nexport const http = axios.create();\n"}}
  );
  history.branch("feature/ticket-pdf");
  history.commit(
      "feature/ticket-pdf",
      kMina,
      "2026-11-12 17:45",
      "Sketch PDF tickets",
      {{"src/tickets/pdf.ts",
        "export function renderTicket(orderId: string): string {\n"
        "  return `ticket for ${orderId}`;\n}\n"}}
  );
}

// Both sides change the same line.
void tell_timeouts(History& history) {
  auto const start = files::edited(files::kPaymentClient, "TIMEOUT_MS = 3000", "TIMEOUT_MS = 2000");
  history.commit(
      "main",
      kJonas,
      "2026-11-04 09:00",
      "Wait two seconds for the provider",
      {{"src/payments/client.ts", start}}
  );
  history.branch("raise-payment-timeout");
  history.commit(
      "raise-payment-timeout",
      kMina,
      "2026-11-09 09:20",
      "Wait five seconds for the provider",
      {{"src/payments/client.ts", files::edited(start, "TIMEOUT_MS = 2000", "TIMEOUT_MS = 5000")}}
  );
  history.commit(
      "main",
      kAisha,
      "2026-11-10 16:40",
      "Wait three seconds for the provider",
      {{"src/payments/client.ts", std::string(files::kPaymentClient)}}
  );
}

}  // namespace

void seed_api_code(Store& store) {
  History history(store, store.projects.at(kApi));
  tell_main(history);
  frequent_releases(history);
  history.branch("release/4.1");
  tell_timeouts(history);
  history.branch("health-endpoint");
  history.commit(
      "health-endpoint",
      kAisha,
      "2026-11-11 10:00",
      "Add a health endpoint",
      {{"src/health.ts", std::string(files::kHealth)}}
  );
  tell_other_branches(history);
  tell_retry_branch(history);
}

}  // namespace davit::sandbox::gitlab
