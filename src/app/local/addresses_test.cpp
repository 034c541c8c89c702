#include "app/local/addresses.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace davit::app {
namespace {

using ::testing::HasSubstr;

manifest::Manifest two_servers() {
  manifest::Manifest manifest;
  for (auto const* name : {"gitlab", "billing"}) {
    manifest.servers.emplace_back().connector.name = name;
  }
  manifest.servers[0].connector.connector = "gitlab";
  return manifest;
}

TEST(Addresses, AreThoseOnWhichAClientHereFindsTheServers) {
  for (auto const& [host, found] :
       {std::pair("127.0.0.1", "127.0.0.1"), {"0.0.0.0", "127.0.0.1"}}) {
    auto const text = describe_addresses(two_servers(), host, 8080, {});
    EXPECT_THAT(text, HasSubstr(std::string("  gitlab   http://") + found + ":8080/gitlab/mcp\n"));
    EXPECT_THAT(text, HasSubstr(std::string("  billing  http://") + found + ":8080/billing/mcp\n"));
  }
}

// Each line is there to be copied.
TEST(Addresses, NameCommandsWithTheFlagsThatTheyTake) {
  Place const place{.file = "other.yaml", .environment = "test"};
  auto const text = describe_addresses(two_servers(), "127.0.0.1", 8080, place);
  EXPECT_THAT(text, HasSubstr("  davit deploy --file other.yaml -e test  "));
  EXPECT_THAT(text, HasSubstr("  davit rollback --file other.yaml -e test  "));
  EXPECT_THAT(text, HasSubstr("  davit status --file other.yaml  "));
  EXPECT_THAT(text, HasSubstr("  davit logs --file other.yaml -f  "));
}

}  // namespace
}  // namespace davit::app
