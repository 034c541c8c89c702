// DeployRequest: what a person wants to be released and how, and the plan that is made of it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "json/json.h"
#include "manifest/manifest.h"
#include "release/driver.h"
#include "release/journal.h"
#include "rollout/rollout.h"
#include "targets/local/version.h"

namespace davit::app {

// What is not given comes from the manifest.
struct DeployRequest {
  std::string file;  // the manifest, an absolute path
  std::string environment;
  std::string program;   // davitd
  std::string release;   // empty: a name is made
  std::string strategy;  // "canary"
  std::optional<int> percent;
  std::optional<rollout::milliseconds> bake;
  std::optional<rollout::milliseconds> step_bake;
  bool pauses = false;
  bool allows_breaking = false;
  bool supersedes = false;
  bool is_dry = false;
  std::string actor;
  std::string command;
};
json::Object to_json(const DeployRequest& request);
DeployRequest deploy_request_from(const json::Object& object);

// "canary"; nothing for what is none.
std::optional<rollout::Strategy> parse_strategy(std::string_view name);
std::string_view to_string(rollout::Strategy strategy);

struct Planned {
  rollout::Plan plan;
  rollout::Strategy strategy = rollout::Strategy::all_at_once;
  std::vector<std::string> remarks;  // what a person should know before it begins
};
// What runs now.
struct Serving {
  std::map<std::string, int> tasks;  // of each service: `davit scale` may have said another number
  std::vector<std::string> in_memory;  // servers whose sessions live in their task
};
// The servers of `version` whose sessions live in their task.
std::vector<std::string> servers_in_memory(const local::Version& version);
// How `version` comes in the place of `previous`, which is empty when nothing serves. Errors:
// invalid_input.
Result<Planned> make_plan(
    const DeployRequest& request,
    const manifest::Manifest& manifest,
    const local::Version& version,
    const std::string& previous,
    const Serving& serving = {}
);

// What the driver does beside the plan: the gate's calls, hooks, limits. Errors: invalid_input (a
// call that cannot be read).
Result<release::DriverOptions> make_driver_options(
    const manifest::Manifest& manifest, const std::filesystem::path& evidence, bool allows_breaking
);

// What would happen, for a person; and for a program.
std::string describe(
    const Planned& planned, const local::Version& version, const release::DriverOptions& options
);
json::Object to_json(
    const Planned& planned, const local::Version& version, const release::DriverOptions& options
);

}  // namespace davit::app
