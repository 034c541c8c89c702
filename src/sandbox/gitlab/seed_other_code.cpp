// The repositories of harbor/web and harbor/platform/deploy-tools.
#include "sandbox/gitlab/seed.h"
#include "sandbox/gitlab/seed_history.h"

namespace davit::sandbox::gitlab {
namespace {

void tell_web(Store& store) {
  History history(store, store.projects.at(kWeb));
  history.commit(
      "main",
      kAisha,
      "2024-02-05 10:45",
      "Initial commit",
      {{"README.md", "# Harbor web\n\nThe shop's front end.\n"},
       {"src/app.ts", "import { showBasket } from './basket';\n\nshowBasket();\n"},
       {"src/basket.ts", "export function showBasket(): void {\n  render([]);\n}\n"},
       {".gitlab-ci.yml", "build:\n  script: npm run build\n"}}
  );
  history.branch("seat-map");
  history.commit(
      "seat-map",
      kMina,
      "2026-11-13 10:20",
      "Sketch the seat map",
      {{"src/seat_map.ts", "export const rows = 20;\n"}}
  );
  history.branch("slow-payment-banner");
  history.commit(
      "slow-payment-banner",
      kJonas,
      "2026-11-19 10:25",
      "Add a banner for slow payments",
      {{"src/banner.ts", "export const text = 'Payments take longer than usual.';\n"}}
  );
  history.commit(
      "main",
      kAisha,
      "2026-11-19 11:00",
      "Round prices in the basket",
      {{"src/basket.ts", "export function showBasket(): void {\n  render([], Math.round);\n}\n"}}
  );
}

void tell_deploy_tools(Store& store) {
  History history(store, store.projects.at(kDeployTools));
  history.commit(
      "main",
      kAisha,
      "2024-03-11 14:10",
      "Initial commit",
      {{"README.md", "# Deploy tools\n\n`smoke.sh` calls every service once.\n"},
       {"smoke.sh", "#!/bin/sh\nset -eu\ncurl -fsS \"$TARGET/health\"\n", true},
       {".gitlab-ci.yml", "smoke:\n  script: ./smoke.sh\n"}}
  );
}

}  // namespace

void seed_other_code(Store& store) {
  tell_web(store);
  tell_deploy_tools(store);
  History vault(store, store.projects.at(kVault));
  vault.commit("main", 15, "2024-02-01 09:40", "Initial commit", {{"README.md", "# Secrets\n"}});
}

}  // namespace davit::sandbox::gitlab
