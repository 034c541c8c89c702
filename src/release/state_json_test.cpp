#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "release/journal.h"
#include "release/state_fixture.h"

namespace davit::release {
namespace {

using rollout::Stage;
using rollout::State;
using ::testing::HasSubstr;

TEST(StateJson, IsTheStateAgain) {
  for (auto const& state : {State(), full_state()}) {
    auto const text = json::to_text(to_json(state));
    auto const read = state_from_json(*json::parse(text));
    ASSERT_TRUE(read) << read.error().message() << text;
    EXPECT_EQ(*read, state);
  }
}

TEST(StateJson, EveryStageAndActionComesBack) {
  auto state = full_state();
  for (int n = 0; n <= static_cast<int>(Stage::failed); ++n) {
    state.stage = static_cast<Stage>(n);
    state.under_way->act = static_cast<rollout::Act>(n % 4);
    auto const read = state_from_json(to_json(state));
    ASSERT_TRUE(read) << read.error().message();
    EXPECT_EQ(*read, state);
  }
}

// Each member taken away, and each made something else.
TEST(StateJson, AMemberThatIsMissingOrForeignIsNamed) {
  auto const whole = to_json(full_state());
  for (auto const& member : whole) {
    for (auto const& foreign :
         {json::Value(),
          json::Value(-1),
          json::Value("x"),
          json::Value(json::Array{1, "x"}),
          json::Value(1e300)}) {
      auto const key = std::string(member.key());
      auto const may_be_so = (foreign.is_null() && (key == "under_way" || key == "deadline")) ||
                             (foreign.is_string() && key == "reason");
      auto broken = whole;
      broken[key] = foreign;
      EXPECT_EQ(state_from_json(broken).has_value(), may_be_so) << json::to_text(broken);
    }
    auto missing = whole;
    missing.erase(member.key());
    auto const read = state_from_json(missing);
    ASSERT_FALSE(read) << member.key();
    EXPECT_EQ(read.error().kind(), ErrorKind::invalid_input);
    EXPECT_THAT(read.error().message(), HasSubstr(std::string(member.key())));
  }
}

TEST(StateJson, WhatTheMachineWouldStumbleOverIsRefused) {
  auto state = full_state();
  state.step = 2;
  EXPECT_FALSE(state_from_json(to_json(state)));
  state = full_state();
  state.plan.steps.clear();
  EXPECT_FALSE(state_from_json(to_json(state)));
}

}  // namespace
}  // namespace davit::release
