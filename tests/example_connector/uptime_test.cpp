#include "uptime.h"

#include "support/connector_suite.h"

namespace davit::connectors::uptime {
namespace {

DAVIT_CONNECTOR_TESTS(
    Uptime,
    (testing::ConnectorFiles{
        .connector = connector,
        .settings = {.base_url = "https://api.uptime.example/v1"},
        .manual = "testdata/manual.md",
    })
);

}  // namespace
}  // namespace davit::connectors::uptime
