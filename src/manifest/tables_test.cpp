#include "manifest/tables.h"

#include <map>
#include <set>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "config/yaml.h"
#include "manifest/findings.h"
#include "manifest/reader.h"

namespace davit::manifest {
namespace {

config::Node parse(const std::string& text) {
  auto const root = config::parse_yaml(text, "davit.yaml");
  EXPECT_TRUE(root) << root.error().message();
  return *root;
}

// A value that each check takes, by key; the rest go by their kind.
const std::map<std::string_view, std::string_view> kTexts{
    {"name", "mcp"},
    {"region", "eu-central-1"},
    {"account", "'123456789012'"},
    {"domain", "mcp.example.com"},
    {"image", "registry.example.com/mcp:1.0"},
    {"auth.jwt.issuer", "https://login.example.com"},
    {"auth.jwt.jwks", "https://login.example.com/keys"},
    {"auth.api_keys", "['secretsmanager:mcp/callers#keys']"},
    {"network.vpc", "vpc-0123"},
    {"network.cidr", "10.1.0.0/16"},
    {"network.allow", "[10.0.0.0/8]"},
    {"network.endpoints", "[ecr, s3]"},
    {"network.subnets", "[subnet-01, subnet-02]"},
    {"network.public_subnets", "[subnet-03, subnet-04]"},
    {"balancer.tls_policy", "ELBSecurityPolicy-TLS13-1-2-2021-06"},
    {"balancer.certificate", "arn:aws:acm:eu-central-1:123456789012:certificate/x"},
    {"service.connect", "mcp.internal"},
    {"scaling.schedule.weekdays", "'07:00-20:00'"},
    {"scaling.schedule.weekends", "'09:00-12:00'"},
    {"scaling.schedule.timezone", "Europe/Berlin"},
    {"state.store", "valkey"},
    {"state.mount", "/mnt/data"},
    {"state.node", "cache.t4g.small"},
    {"lambda.origins", "['https://app.example.com']"},
    {"local.host", "127.0.0.1"},
    {"servers.x.path", "/mcp"},
    {"registry.prefix", "team/mcp"},
    {"registry.accounts", "['210987654321']"},
    {"secrets.kms", "create"},
    {"logs.level", "debug"},
    {"traces.endpoint", "https://otel.example.com"},
    {"alerts.email", "[oncall@example.com]"},
    {"alerts.topic", "arn:aws:sns:eu-central-1:123456789012:oncall"},
    {"budget.email", "[finance@example.com]"},
    {"dns.zone", "Z0123456789ABC"},
    {"dns.failover", "primary"},
    {"deploy.github", "example/mcp"},
    {"deploy.oidc_provider", "create"},
    {"deploy.principals", "['arn:aws:iam::123456789012:role/builds']"},
    {"servers.x.url", "https://gitlab.example.com"},
    {"servers.x.token", "'secretsmanager:mcp/x#token'"},
    {"servers.x.image", "registry.example.com/x:1.0"},
    {"servers.x.health", "/health"},
    {"servers.x.policies", "['arn:aws:iam::123456789012:policy/x']"},
    {"servers.x.egress", "['10.9.0.0/16:5432']"},
};

std::string valid_value(std::string_view key, const config::Row& row) {
  if (auto const found = kTexts.find(key); found != kTexts.end()) return std::string(found->second);
  switch (row.target.type) {
    case config::Type::text: return "word";
    case config::Type::list: return "[word]";
    case config::Type::flag: return "true";
    case config::Type::choice: return std::string(split(row.choices, '|').front());
    case config::Type::number: return std::to_string(row.range.least);
    case config::Type::size: return fmt::format("{}B", row.range.least);
    case config::Type::duration: return fmt::format("{}ms", row.range.least);
    case config::Type::nested: break;
  }
  return "";
}

// Lines such as "network.zones: 2" as a file of one key.
std::string file_with(std::string_view path, const config::Row& row) {
  auto const key = config::join_key(path, row.key);
  auto const steps = split(key, '.');
  std::string out;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    out += fmt::format("{:{}}{}:{}", "", i * 2, steps[i], i + 1 < steps.size() ? "\n" : " ");
  }
  return out + valid_value(key, row) + '\n';
}

// The problems of a file with this key and little else that are about the key.
void expect_read(std::string_view path, const config::Row& row) {
  auto const key = config::join_key(path, row.key);
  auto text = file_with(path, row);
  if (key != "name") text += "name: mcp\n";
  if (!key.starts_with("servers")) text += "servers: {gitlab: {connector: gitlab}}\n";
  auto const manifest = read_manifest(parse(text), "");
  auto const message = manifest ? std::string() : manifest.error().message();
  // A key by itself may need others; that is said by the checks, with the value read.
  EXPECT_EQ(message.find("unknown key"), std::string::npos) << message;
  EXPECT_EQ(message.find(key + ": expected"), std::string::npos) << message;
  EXPECT_EQ(message.find(key + ": must be"), std::string::npos) << message;
}

TEST(Tables, HaveNoRowThatCannotBeReached) {
  for (auto const& section : sections()) {
    for (auto const& row : section.rows) {
      if (row.target.type != config::Type::nested) expect_read(section.key, row);
    }
  }
  for (auto const& row : connector_rows()) expect_read("servers.x", row);
  for (auto const& row : server_table().rows) expect_read("servers.x", row);
}

TEST(Tables, HaveASectionForEachNestedRow) {
  std::set<std::string_view> known{"servers", "overrides", "environments"};
  for (auto const& section : sections()) known.insert(section.key);
  for (auto const& map : free_maps()) known.insert(map.key);
  for (auto const& row : sections()[0].rows) {
    if (row.target.type == config::Type::nested) EXPECT_TRUE(known.contains(row.key)) << row.key;
  }
}

void expect_default_in_range(const config::Row& row, const void* defaults) {
  if (row.target.type == config::Type::nested || row.required) return;
  auto const value = row.target.get(defaults);
  if (auto const* number = std::get_if<std::int64_t>(&value)) {
    if (row.target.type == config::Type::choice) {
      EXPECT_LT(*number, static_cast<std::int64_t>(split(row.choices, '|').size())) << row.key;
      return;
    }
    EXPECT_GE(*number, row.range.least) << row.key;
    EXPECT_LE(*number, row.range.most) << row.key;
  }
  auto texts = Strings();
  if (auto const* text = std::get_if<std::string>(&value); text != nullptr && !text->empty()) {
    texts.push_back(*text);
  }
  if (auto const* list = std::get_if<Strings>(&value)) texts = *list;
  for (auto const& text : texts) {
    if (row.check != nullptr) EXPECT_EQ(row.check(text), "") << row.key;
  }
}

TEST(Tables, HaveDefaultsThatTheyWouldTake) {
  Manifest manifest;
  for (auto const& section : sections()) {
    for (auto const& row : section.rows) {
      expect_default_in_range(row, section.member(manifest));
    }
  }
  Server const server;
  for (auto const& row : connector_rows()) expect_default_in_range(row, &server.connector);
  for (auto const& row : server_table().rows) expect_default_in_range(row, &server);
}

TEST(Checks, NameSectionsThatThereAre) {
  std::set<std::string_view> known{"", "server"};
  for (auto const& row : sections()[0].rows) known.insert(row.key);
  for (auto const theme :
       {server_checks,
        task_checks,
        scaling_checks,
        network_checks,
        caller_checks,
        secret_checks,
        time_checks,
        lambda_checks,
        local_checks,
        edge_checks,
        operation_checks}) {
    for (auto const& one : theme()) {
      for (auto const section : split(one.reads, ' '))
        EXPECT_TRUE(known.contains(section)) << section;
    }
  }
}

}  // namespace
}  // namespace davit::manifest
