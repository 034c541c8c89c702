// Reports: what commands tell from the state folder and the supervisor, without changing anything.
#pragma once

#include <string>

#include "app/local/client.h"
#include "release/journal.h"

namespace davit::app {

struct StatusRequest {
  Place place;
  bool watches = false;
};
// With a supervisor what it says; without one what the journals and the tasks that are left say.
Result<int> run_status(const StatusRequest& request);

// What serves when no supervisor runs.
View look_without_supervisor(const StateFolder& folder);

struct HistoryRequest {
  Place place;
  std::size_t most = 20;
};
Result<int> run_history(const HistoryRequest& request);
std::string describe_history(
    const std::vector<release::Record>& history,
    const release::Figures& figures,
    std::size_t most,
    const Look& look
);

struct VersionDiffRequest {
  Place place;
  std::string program;     // davitd
  bool exit_code = false;  // 2 when there are differences
};
// What a release of the manifest as it is would change in what serves.
Result<int> run_version_diff(const VersionDiffRequest& request);

struct LogsRequest {
  Place place;
  std::string task;  // empty: all
  std::size_t lines = 50;
  bool follows = false;
};
Result<int> run_logs(const LogsRequest& request);

}  // namespace davit::app
