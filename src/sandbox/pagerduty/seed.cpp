#include "sandbox/pagerduty/seed.h"

namespace davit::sandbox::pagerduty {
namespace {

using std::chrono::hours;

constexpr std::string_view kUpdate =
    "<p>Card payments fail for some customers. We are working on it.</p>";

}  // namespace

void add_plans(Store& store, Time now) {
  store.windows = {
      {.id = "PMPAST1",
       .number = 1,
       .start = now - hours(200),
       .end = now - hours(198),
       .description = "Upgrade of the orders database",
       .services = {std::string(seed::kDatabaseService)},
       .created_by = std::string(seed::kPriya)},
      {.id = "PMNOW01",
       .number = 2,
       .start = now - hours(1),
       .end = now + hours(3),
       .description = "Load test of the waiting room",
       .services = {store.services.back().id},
       .created_by = std::string(seed::kPriya)},
      {.id = "PMNEXT1",
       .number = 3,
       .start = now + hours(48),
       .end = now + hours(50),
       .description = "Payment provider renews its certificates",
       .services = {std::string(seed::kProviderService), std::string(story::kPageService)},
       .created_by = std::string(seed::kMina)}
  };
  store.workflows = {
      {"PWROOM1", "Open a war room", "Opens a conference and calls the team.", now - hours(4000)},
      {"PWTELL1", "Tell the stakeholders", "Posts to the status page.", now - hours(3000)},
      {"PWROLL1", "Roll back harbor-api", "Deploys the version before.", now - hours(2000)}
  };
  store.posts = {
      {.id = "PPOST01",
       .page = std::string(seed::kStatusPage),
       .title = "Payments are delayed",
       .post_type = "incident",
       .starts = now - hours(900),
       .updates = {json::Object{
           {"id", "PPOSTU1"},
           {"type", "status_page_post_update"},
           {"message", kUpdate},
           {"reported_at", to_text(now - hours(900))}
       }}}
  };
}

Store make_seed(const Options& options, const Addresses& at, Time now) {
  Store store;
  add_people(store);
  add_on_call(store, now);
  add_services(store, options, now);
  add_history(store, now);
  add_changes(store, at, now);
  add_story(store, at, now);
  add_plans(store, now);
  return store;
}

}  // namespace davit::sandbox::pagerduty
