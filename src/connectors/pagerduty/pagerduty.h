// PagerDuty: incidents, who is on call, services. REST API v2 and Events API v2.
// https://developer.pagerduty.com/api-reference/
#pragma once

#include "connector/connector.h"

namespace davit::connectors::pagerduty {

extern const connector::Connector connector;

}  // namespace davit::connectors::pagerduty
