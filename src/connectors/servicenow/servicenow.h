// The ServiceNow connector: ITSM, CMDB, knowledge, catalog and tables of an instance of release
// Washington DC or later.
#pragma once

#include "connector/connector.h"

namespace davit::connectors::servicenow {

extern const connector::Connector connector;

}  // namespace davit::connectors::servicenow
