#include <algorithm>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cost/estimate.h"
#include "cost/prices.h"
#include "infra/build.h"

namespace davit::cost {
namespace {

using infra::Layer;
using infra::ref_of;
using infra::Stack;
using ::testing::Contains;
using ::testing::HasSubstr;

using manifest::Manifest;
using manifest::Target;

Manifest deployment(Target target, void (*change)(Manifest&) = nullptr) {
  Manifest manifest;
  manifest.name = "mcp";
  manifest.target = target;
  manifest.auth.is_none = true;
  auto& server = manifest.servers.emplace_back();
  server.connector.name = "gitlab";
  server.connector.connector = "gitlab";
  if (change != nullptr) change(manifest);
  return manifest;
}

Manifest on_ecs(void (*change)(Manifest&) = nullptr) { return deployment(Target::ecs, change); }

struct TaskSize {
  std::string cpu = "256";
  std::string memory = "512";
  std::string_view arch = "ARM64";
};

void add_service(Stack& stack, int low, int high, const TaskSize& size = {}) {
  stack.add(
      Layer::compute,
      "Task",
      "AWS::ECS::TaskDefinition",
      {{"Cpu", size.cpu},
       {"Memory", size.memory},
       {"RuntimePlatform", json::Object{{"CpuArchitecture", size.arch}}}}
  );
  stack
      .add(
          Layer::compute,
          "GitlabService",
          "AWS::ECS::Service",
          {{"DesiredCount", low}, {"TaskDefinition", ref_of("Task")}}
      )
      .of_server("gitlab");
  stack.add(
      Layer::compute,
      "Target",
      "AWS::ApplicationAutoScaling::ScalableTarget",
      {{"ResourceId", infra::substitute("service/mcp/${GitlabService.Name}")},
       {"MinCapacity", low},
       {"MaxCapacity", high}}
  );
}

std::vector<Stack> one_stack(void (*fill)(Stack&)) {
  std::vector<Stack> stacks;
  fill(stacks.emplace_back("mcp", "Servers."));
  return stacks;
}

// The sum of the lines whose text has `what` in it.
Dollars sum_of(const Estimate& estimate, std::string_view what) {
  Dollars sum;
  for (auto const& line : estimate.lines) {
    if (line.what.find(what) != std::string::npos) sum += line.amount_low;
  }
  return sum;
}

std::string text_of(const Estimate& estimate, std::string_view what) {
  return to_text(sum_of(estimate, what));
}

TEST(Money, IsExact) {
  EXPECT_EQ(usd("0.0000133334").parts, 133334);
  EXPECT_EQ(usd("3").parts, 3 * kDollar);
  EXPECT_EQ(to_text(times(usd("0.04048"), ratio(1, 4)), 5), "0.01012");
  EXPECT_EQ(to_text(to_cents(usd("0.005"))), "0.01");
  EXPECT_EQ(to_text(to_cents(usd("0.0049999999"))), "0.00");
  EXPECT_EQ(to_text(usd("1.25") - usd("2"), 2), "-0.75");
  EXPECT_EQ(to_text(ratio(1, 4)), "0.25");
  EXPECT_EQ(to_text(count_of(365)), "365");
}

TEST(Prices, HaveASourceAndOneRowEach) {
  for (auto const& row : prices()) {
    EXPECT_FALSE(row.source.empty()) << row.key;
    EXPECT_FALSE(row.unit.empty()) << row.key;
    EXPECT_GT(row.price, Dollars{}) << row.key;
    EXPECT_EQ(std::ranges::count(prices(), row.key, &Price::key), 1) << row.key;
  }
  EXPECT_EQ(prices_date(), "2026-06");
}

TEST(Fargate, TwoSmallTasksOnArm) {
  auto const found = estimate(on_ecs(), one_stack([](Stack& stack) { add_service(stack, 2, 2); }));
  EXPECT_EQ(text_of(found, "Fargate"), "14.42");
  EXPECT_EQ(found.lines[0].server, "gitlab");
}

TEST(Fargate, TwoSmallTasksOnX86) {
  auto const found = estimate(on_ecs(), one_stack([](Stack& stack) {
                                add_service(stack, 2, 2, {.arch = "X86_64"});
                              }));
  EXPECT_EQ(text_of(found, "Fargate"), "18.02");
}

TEST(Fargate, OneLargerTask) {
  auto const arm = estimate(on_ecs(), one_stack([](Stack& stack) {
                              add_service(stack, 1, 1, {.cpu = "1024", .memory = "2048"});
                            }));
  EXPECT_EQ(text_of(arm, "Fargate"), "28.84");
  auto const x86 =
      estimate(on_ecs(), one_stack([](Stack& stack) {
                 add_service(stack, 1, 1, {.cpu = "1024", .memory = "2048", .arch = "X86_64"});
               }));
  EXPECT_EQ(text_of(x86, "Fargate"), "36.04");
}

TEST(Fargate, ScalesBetweenTheFewestTasksAndTheMost) {
  auto const found = estimate(on_ecs(), one_stack([](Stack& stack) { add_service(stack, 2, 10); }));
  EXPECT_EQ(to_text(found.lines[0].low), "365");
  EXPECT_EQ(to_text(found.lines[0].high), "1825");
  // 1825 x 0.03238 = 59.0935, and 3650 x 0.00356 = 12.994.
  EXPECT_EQ(to_text(found.lines[0].amount_high), "59.09");
  EXPECT_EQ(to_text(found.lines[1].amount_high), "12.99");
}

TEST(Fargate, ScheduleTakesHoursAway) {
  auto const found = estimate(
      on_ecs([](Manifest& manifest) { manifest.scaling.weekdays = "07:00-20:00"; }),
      one_stack([](Stack& stack) { add_service(stack, 2, 2); })
  );
  // 65 of 168 hours: 365 x 65 / 168.
  EXPECT_EQ(to_text(found.lines[0].low), "141.220238");
  EXPECT_THAT(found.assumptions, Contains(HasSubstr("65 hours a week")));
}

TEST(Fargate, SpotIsARange) {
  auto const found = estimate(
      on_ecs([](Manifest& manifest) { manifest.service.capacity = manifest::Capacity::mixed; }),
      one_stack([](Stack& stack) {
        add_service(stack, 5, 5);
        auto& service = *stack.find("GitlabService");
        service.properties["CapacityProviderStrategy"] = json::Array{
            json::Object{{"CapacityProvider", "FARGATE"}, {"Weight", 1}, {"Base", 1}},
            json::Object{{"CapacityProvider", "FARGATE_SPOT"}, {"Weight", 3}}
        };
      })
  );
  // Two of five on Fargate, three on Spot.
  EXPECT_EQ(to_text(found.lines[0].low), "365");
  EXPECT_EQ(to_text(found.lines[2].low), "547.5");
  // 547.5 x 0.03238 = 17.72805, of which 30 and 50 per cent.
  EXPECT_EQ(to_text(found.lines[2].amount_low), "5.32");
  EXPECT_EQ(to_text(found.lines[2].amount_high), "8.86");
}

TEST(Release, BakeOfHalfAnHour) {
  auto const stacks = one_stack([](Stack& stack) { add_service(stack, 2, 2); });
  auto const found = estimate(
      on_ecs([](Manifest& manifest) { manifest.release.bake = std::chrono::minutes(30); }), stacks
  );
  EXPECT_EQ(found.release.overlap, std::chrono::minutes(30));
  EXPECT_EQ(to_text(found.release.low, 4), "0.0099");
  auto const rolling =
      on_ecs([](Manifest& manifest) { manifest.release.strategy = manifest::Strategy::rolling; });
  EXPECT_EQ(estimate(rolling, stacks).release.low, Dollars{});
}

TEST(Lambda, AMillionCalls) {
  auto const found = estimate(
      deployment(Target::lambda),
      one_stack([](Stack& stack) {
        stack.add(
            Layer::compute,
            "Gitlab",
            "AWS::Lambda::Function",
            {{"MemorySize", 512}, {"Architectures", json::Array{"arm64"}}}
        );
        stack.add(
            Layer::compute, "Live", "AWS::Lambda::Alias", {{"FunctionName", ref_of("Gitlab")}}
        );
      }),
      {.calls = 1'000'000, .call_time = std::chrono::milliseconds(300)}
  );
  EXPECT_EQ(text_of(found, "runs"), "2.00");
  EXPECT_EQ(text_of(found, "requests"), "0.20");
}

TEST(Network, FixedParts) {
  auto const found = estimate(on_ecs(), one_stack([](Stack& stack) {
                                stack.add(
                                    Layer::edge,
                                    "Balancer",
                                    "AWS::ElasticLoadBalancingV2::LoadBalancer",
                                    {{"Scheme", "internet-facing"},
                                     {"Subnets", json::Array{"subnet-1", "subnet-2"}}}
                                );
                                stack.add(Layer::network, "Nat", "AWS::EC2::NatGateway", {});
                                stack.add(Layer::network, "NatAddress", "AWS::EC2::EIP", {});
                              }));
  EXPECT_EQ(to_text(found.lines[0].amount_low), "16.43");
  EXPECT_EQ(text_of(found, "addresses of the balancer"), "7.30");
  EXPECT_EQ(text_of(found, "NAT gateway"), "32.85");
  EXPECT_EQ(text_of(found, "address of NAT"), "3.65");
}

TEST(Network, FourEndpointsInTwoZones) {
  auto const found = estimate(
      on_ecs(), one_stack([](Stack& stack) {
        for (auto const* id : {"EcrApi", "EcrDkr", "Logs", "Secrets"}) {
          stack.add(
              Layer::network,
              id,
              "AWS::EC2::VPCEndpoint",
              {{"VpcEndpointType", "Interface"}, {"SubnetIds", json::Array{"subnet-1", "subnet-2"}}}
          );
        }
        stack.add(Layer::network, "S3", "AWS::EC2::VPCEndpoint", {{"VpcEndpointType", "Gateway"}});
      })
  );
  EXPECT_EQ(text_of(found, "endpoint"), "58.40");
}

TEST(Network, PublicAddressesOfTasks) {
  auto const found = estimate(
      on_ecs(), one_stack([](Stack& stack) {
        add_service(stack, 2, 2);
        stack.find("GitlabService")->properties["NetworkConfiguration"] =
            json::Object{{"AwsvpcConfiguration", json::Object{{"AssignPublicIp", "ENABLED"}}}};
      })
  );
  EXPECT_EQ(text_of(found, "addresses of tasks"), "7.30");
}

TEST(Estimate, WhatHasNoPriceIsCountedAsUnknown) {
  auto const found =
      estimate(on_ecs(), one_stack([](Stack& stack) {
                 stack.add(
                     Layer::shared,
                     "Store",
                     "AWS::ElastiCache::ReplicationGroup",
                     {{"CacheNodeType", "cache.t4g.micro"}, {"NumCacheClusters", 2}}
                 );
                 stack.add(Layer::shared, "Cache", "AWS::ElastiCache::ServerlessCache", {});
               }));
  EXPECT_EQ(found.unknown, 2);
  EXPECT_FALSE(found.lines[0].is_known);
  EXPECT_EQ(found.lines[0].what, "Valkey: 2 x cache.t4g.micro");
  EXPECT_EQ(found.lines[1].what, "AWS::ElastiCache::ServerlessCache");
}

TEST(Estimate, OtherRegionsAreSaidToBeUnknown) {
  auto const found = estimate(
      on_ecs([](Manifest& manifest) { manifest.region = "eu-central-1"; }), one_stack([](Stack&) {})
  );
  EXPECT_FALSE(found.is_region_known);
  EXPECT_THAT(found.assumptions, Contains(HasSubstr("those of eu-central-1 are not known")));
}

// Of everything that is built, nothing is left out: the sums are those of the lines, and each line
// without a price is counted.
TEST(Estimate, OfAWholeDeploymentAddsUp) {
  for (auto const target : {Target::ecs, Target::lambda, Target::hybrid}) {
    auto const manifest = deployment(target, [](Manifest& manifest) {
      manifest.budget.monthly = 100;
      manifest.budget.email = {"a@example.com"};
    });
    auto const stacks = infra::build_stacks(manifest);
    ASSERT_TRUE(stacks);
    auto const found = estimate(manifest, *stacks);
    Dollars low;
    Dollars high;
    auto unknown = 0;
    for (auto const& line : found.lines) {
      low += line.amount_low;
      high += line.amount_high;
      unknown += line.is_known ? 0 : 1;
      EXPECT_EQ(line.amount_low, to_cents(line.amount_low)) << line.what;
      EXPECT_LE(line.amount_low, line.amount_high) << line.what;
    }
    EXPECT_EQ(found.low, low);
    EXPECT_EQ(found.high, high);
    EXPECT_EQ(found.unknown, unknown);
    EXPECT_FALSE(found.assumptions.empty());
  }
}

TEST(Advice, NamesCheaperChoicesWithTheirAmounts) {
  auto const found = estimate(on_ecs(), one_stack([](Stack& stack) {
                                add_service(stack, 2, 2, {.arch = "X86_64"});
                                stack.add(Layer::network, "Nat", "AWS::EC2::NatGateway", {});
                                stack.add(Layer::network, "NatAddress", "AWS::EC2::EIP", {});
                              }));
  ASSERT_EQ(found.advice.size(), 3U);
  // 36.50 and 0.90 for 20 GB through NAT, without 7.30 for two addresses.
  EXPECT_EQ(to_text(found.advice[0].saving), "30.10");
  EXPECT_THAT(found.advice[0].text, HasSubstr("public_ip: true"));
  EXPECT_EQ(to_text(found.advice[1].saving), "3.60");
  EXPECT_THAT(found.advice[1].text, HasSubstr("cost 14.42 instead of 18.02"));
  EXPECT_THAT(found.advice[2].text, HasSubstr("capacity: mixed"));
}

}  // namespace
}  // namespace davit::cost
