#include "connectors/servicenow/servicenow.h"

#include <gtest/gtest.h>

#include "connector/definition.h"
#include "support/connector_suite.h"
#include "support/connector_world.h"

namespace davit::connectors::servicenow {
namespace {

connector::Settings settings() {
  return {
      .base_url = "https://acme.service-now.com",
      .user = "mina",
      .credential = Secret("example-password"),
  };
}

DAVIT_CONNECTOR_TESTS(
    ServiceNow,
    (testing::ConnectorFiles{
        .connector = connector,
        .settings = settings(),
        .manual = "../../../docs/connectors/servicenow.md",
    })
);
}  // namespace
}  // namespace davit::connectors::servicenow
