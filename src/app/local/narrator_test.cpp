#include "app/local/narrator.h"

#include <gtest/gtest.h>

namespace davit::app {
namespace {

TEST(Narrator, SaysWhetherATaskEndedOrCouldNotBeStarted) {
  local::TaskStatus task;
  task.record.id = "davitd-1";
  task.restarts = 1;
  EXPECT_EQ(describe_restart(task), "davitd-1 ended (nobody saw how) and is started again\n");
  task.last_exit = "signal 9";
  EXPECT_EQ(describe_restart(task), "davitd-1 ended (signal 9) and is started again\n");
  task.not_begun = task.last_exit = "cannot write /srv/davitd-1.log";
  EXPECT_EQ(
      describe_restart(task),
      "davitd-1 cannot be started: cannot write /srv/davitd-1.log; it is tried again\n"
  );
}

}  // namespace
}  // namespace davit::app
