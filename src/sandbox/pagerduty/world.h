// What the handlers of the PagerDuty sandbox work with.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "sandbox/pagerduty/pagerduty.h"
#include "sandbox/pagerduty/store.h"
#include "sandbox/rest.h"

namespace davit::sandbox::pagerduty {

struct World {
  Options options;
  Addresses at;
  Store store;
  // Of the present request.
  const User* caller = nullptr;  // null with a key of the account
  std::string base_url;
};

using Routes = std::span<const Route<World>>;

// One table for each resource, at the end of its file.
Routes analytics_routes();
Routes change_routes();
Routes event_routes();  // of the Events API
Routes incident_routes();
Routes incident_change_routes();
Routes incident_part_routes();
Routes insight_routes();
Routes log_routes();
Routes maintenance_routes();
Routes oncall_routes();
Routes people_routes();
Routes policy_routes();
Routes response_routes();
Routes schedule_routes();
Routes service_routes();
Routes status_page_routes();
Routes type_routes();
Routes workflow_routes();

}  // namespace davit::sandbox::pagerduty
