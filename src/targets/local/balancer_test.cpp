#include "targets/local/balancer.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "targets/local/access_log.h"
#include "targets/local/runtime_socket.h"
#include "targets/local/slots.h"

namespace davit::local {
namespace {

std::vector<BalancedTask> tasks_of(int greens, int blues) {
  std::vector<BalancedTask> tasks;
  for (int i = 0; i < greens + blues; ++i) {
    tasks.push_back({
        "t-" + std::to_string(i),
        i < greens ? "green" : "blue",
        static_cast<std::uint16_t>(1000 + i),
        7,
    });
  }
  return tasks;
}

// With weights of 1 to 256 on both sides, two neighbouring shares that can be had lie at most so
// far apart, and never beyond what 256 to 1 gives.
double tolerance(int greens, int blues, double share) {
  auto const most = 256.0 * greens / (256.0 * greens + blues);
  auto const least = greens / (greens + 256.0 * blues);
  auto const outside = std::max({0.0, share - most, least - share});
  return outside + 1.0 / 256;
}

TEST(Weights, GiveGreenItsShareWhateverTheNumbersOfTasks) {
  for (int greens = 0; greens <= 8; ++greens) {
    for (int blues = 0; blues <= 8; ++blues) {
      for (int percent = 0; percent <= 100; ++percent) {
        SCOPED_TRACE(testing::Message() << greens << " " << blues << " " << percent);
        auto tasks = tasks_of(greens, blues);
        set_weights(tasks, "green", percent);
        int green = 0;
        int blue = 0;
        for (auto const& task : tasks) {
          auto const is_green = task.release == "green";
          auto const wanted = is_green ? percent : 100 - percent;
          ASSERT_GE(task.weight, 0);
          ASSERT_LE(task.weight, 256);
          ASSERT_EQ(task.weight > 0, wanted > 0);
          (is_green ? green : blue) += task.weight;
        }
        if (greens == 0 || blues == 0 || percent == 0 || percent == 100) continue;
        auto const share = static_cast<double>(green) / (green + blue);
        ASSERT_NEAR(share, percent / 100.0, tolerance(greens, blues, percent / 100.0));
      }
    }
  }
}

TEST(Slots, StayWithTheirTasksAndAreUsedInTurn) {
  Backend backend{.name = "a", .check = "/", .tasks = {{"x", "r", 10, 1}, {"y", "r", 20, 1}}};
  // s1 had 30, which has ended; s2 has 20; s3 and s4 had nobody.
  auto const slotted = assign_slots({backend}, {{"a", {30, 20, 0, 0}}}, 4);
  EXPECT_EQ(slotted[0].slots, (std::vector<std::size_t>{2, 1}));
  auto const full = assign_slots({backend}, {{"a", {30, 20, 31, 32}}}, 4);
  EXPECT_EQ(full[0].slots, (std::vector<std::size_t>{0, 1}));
}

TEST(AccessLog, TakesItsOwnLinesOnly) {
  auto const line = parse_access_line("davit davitd s2 41002 200 12 ---- POST -\n");
  ASSERT_TRUE(line);
  EXPECT_EQ(line->slot, "s2");
  EXPECT_EQ(line->port, 41002);
  EXPECT_EQ(line->time_ms, 12);
  EXPECT_FALSE(line->is_stream);
  EXPECT_TRUE(parse_access_line("davit davitd s2 41002 200 +12 ---- GET stream")->is_stream);
  EXPECT_EQ(parse_access_line("davit davitd <NOSRV> - 503 0 SC-- POST -")->port, 0);
  EXPECT_EQ(parse_access_line("davit davitd s1 41002 -1 5 CD-- POST -")->status, -1);
  for (auto const* bad : {
           "",
           "davit",
           "davit davitd s2 41002 200 12 ---- POST",
           "davit davitd s2 41002 200 12 ---- POST - more",
           "other davitd s2 41002 200 12 ---- POST -",
           "davit davitd s2 41002 two 12 ---- POST -",
           "davit davitd s2 41002 200 99999999999999999999 ---- POST -",
       })
    EXPECT_FALSE(parse_access_line(bad)) << bad;
}

constexpr const char* kState =
    "1\n# be_id be_name srv_id srv_name srv_admin_state srv_uweight srv_port\n"
    "3 davitd 1 s1 0 128 41001\n3 davitd 2 s2 5 0 9\n3 davitd 3 s3 4 256 41003\n\n";

TEST(RuntimeSocket, ReadsTheStateOfServers) {
  auto const states = parse_servers_state(kState);
  ASSERT_TRUE(states);
  auto const& servers = states->at("davitd");
  EXPECT_EQ(servers.at("s1").port, 41001);
  EXPECT_EQ(servers.at("s1").weight, 128);
  EXPECT_TRUE(servers.at("s2").in_maintenance);
  EXPECT_FALSE(servers.at("s3").in_maintenance);  // only at first, by the configuration
}

TEST(RuntimeSocket, KnowsTheWorkersFromBefore) {
  constexpr auto kProcesses =
      "#<PID>          <type>          <reloads>       <uptime>        <version>\n"
      "10814           master          1 [failed: 0]   0d00h00m03s     2.6.12\n"
      "# workers\n10915           worker          0               0d00h00m01s     2.6.12\n"
      "# old workers\n10858           worker          1               0d00h00m03s     2.6.12\n"
      "10859           worker          2               0d00h00m03s     2.6.12\n# programs\n\n";
  EXPECT_EQ(parse_old_workers(kProcesses), (std::vector<int>{10858, 10859}));
  EXPECT_TRUE(parse_old_workers("").empty());
}

TEST(RuntimeSocket, BelievesNoAnswerThatIsNotWhole) {
  std::string const state = kState;
  for (std::string const& bad : {
           std::string(),
           std::string("garbage\n"),
           std::string("2\n# be_name\n"),
           std::string("1\n# be_name srv_name\n"),
           state.substr(0, state.size() - 5),
           state + "3 davitd\n",
           state + "3 davitd 4 s4 0 x 41004\n",
           state + "3 davitd 4 s4 0 1 99999\n",
       }) {
    auto const parsed = parse_servers_state(bad);
    ASSERT_FALSE(parsed) << bad;
    EXPECT_EQ(parsed.error().kind(), ErrorKind::protocol);
  }
  EXPECT_FALSE(parse_stat(""));
  EXPECT_FALSE(parse_stat("# pxname,svname\n"));
  EXPECT_FALSE(parse_stat("# pxname,svname,scur,status,weight,addr\na,s1,0,UP,1,x:1"));
  EXPECT_FALSE(parse_stat("# pxname,svname,scur,status,weight,addr\na,s1,many,UP,1,127.0.0.1:9\n"));
  EXPECT_FALSE(parse_description("Name: HAProxy\n"));
}

}  // namespace
}  // namespace davit::local
