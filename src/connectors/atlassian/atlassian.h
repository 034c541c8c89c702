// The connector for Jira and Confluence in Atlassian's cloud.
#pragma once

#include "connector/connector.h"

namespace davit::connectors::atlassian {

extern const connector::Connector connector;

}  // namespace davit::connectors::atlassian
