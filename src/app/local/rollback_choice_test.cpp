#include "app/local/rollback_choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace davit::app {
namespace {

using rollout::Stage;
using ::testing::HasSubstr;

release::Record record(const std::string& name, Stage stage) {
  release::Record record;
  record.origin.release = name;
  record.state.plan.release = name;
  record.state.stage = stage;
  return record;
}

TEST(RollbackChoice, TakesTheLastThatServedBefore) {
  std::vector<release::Record> const history{
      record("a", Stage::done),
      record("b", Stage::done),
      record("bad", Stage::rolled_back),
      record("c", Stage::done),
  };
  std::vector<std::string> const all{"a", "b", "bad", "c"};
  EXPECT_EQ(*choose_rollback(history, "c", "", all), "b");
  EXPECT_EQ(*choose_rollback(history, "c", "previous", all), "b");
  EXPECT_EQ(*choose_rollback(history, "c", "a", all), "a");
  EXPECT_EQ(*choose_rollback(history, "c", "", {"a", "c"}), "a") << "the files of b are gone";
  EXPECT_EQ(choose_rollback(history, "c", "c", all).error().kind(), ErrorKind::invalid_input);
  EXPECT_THAT(
      choose_rollback(history, "c", "bad", all).error().message(), HasSubstr("there are b, a")
  );
  EXPECT_EQ(choose_rollback({}, "", "", {}).error().kind(), ErrorKind::not_found);
}

}  // namespace
}  // namespace davit::app
