#include "connectors/atlassian/atlassian.h"

#include <gtest/gtest.h>

#include "connector/definition.h"
#include "support/connector_suite.h"

namespace davit::connectors::atlassian {
namespace {

connector::Settings server() {
  connector::Settings settings{.base_url = "https://acme.atlassian.net"};
  settings.user = "mina@acme.example";
  settings.credential = Secret("example-token");
  return settings;
}

DAVIT_CONNECTOR_TESTS(
    Atlassian,
    (testing::ConnectorFiles{
        .connector = connector,
        .settings = server(),
        .manual = "../../../docs/connectors/atlassian.md",
    })
);

}  // namespace
}  // namespace davit::connectors::atlassian
