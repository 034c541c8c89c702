// A planned release, described before its first effect.
#include <fmt/format.h>

#include "app/local/deploy_request.h"
#include "app/local/picture.h"

namespace davit::app {
namespace {

std::string steps_text(const rollout::Plan& plan) {
  std::string out;
  auto number = 1;
  for (auto const& step : plan.steps) {
    out += fmt::format(
        "  step {}: {} % of the new tasks run, {} % of the traffic goes to them, {} % of the old "
        "stay",
        number++,
        step.green_runs,
        step.green_weight,
        step.blue_runs
    );
    out += step.bake.count() == 0 ? "\n" : fmt::format("; watched for {}\n", to_text(step.bake));
  }
  return out;
}

std::string services_text(const local::Version& version) {
  std::string out;
  for (auto const& service : version.services) {
    out += fmt::format(
        "  {}: {} task{} with {}\n",
        service.name,
        service.tasks,
        service.tasks == 1 ? "" : "s",
        fmt::join(service.servers, ", ")
    );
  }
  return out;
}

std::string hook_text(const release::Hook& hook) {
  return fmt::format(
      "  {}: {}\n",
      to_string(hook.when),
      hook.url.empty() ? fmt::format("{}", fmt::join(hook.command, " ")) : "POST " + hook.url
  );
}

std::string call_text(const release::SmokeCall& call) {
  return fmt::format(
      "  gate calls {}{}{}{}\n",
      call.server.empty() ? "" : call.server + "/",
      call.tool,
      call.arguments.empty() ? "" : ' ' + json::to_text(call.arguments),
      call.contains.empty() ? "" : ", whose answer has to contain '" + call.contains + "'"
  );
}

}  // namespace

std::string describe(
    const Planned& planned, const local::Version& version, const release::DriverOptions& options
) {
  auto const& plan = planned.plan;
  auto out = fmt::format("release  {}, {}\n", plan.release, to_string(planned.strategy));
  out += plan.previous.empty() ? "over     nothing: it is the first\n"
                               : fmt::format("over     {}\n", plan.previous);
  for (auto const& remark : planned.remarks) out += "note     " + remark + '\n';
  out += "services\n" + services_text(version);
  out += "steps\n" + steps_text(plan);
  if (plan.pauses) {
    out += fmt::format(
        "  paused after the gate, for at most {}, until `davit continue`\n",
        to_text(plan.pause_limit)
    );
  }
  out += "checks\n  gate: health, server/discover, initialize, tools/list of every server\n";
  for (auto const& call : options.calls) out += call_text(call);
  if (!plan.previous.empty()) {
    out += options.allows_breaking
               ? "  tools are compared with those that serve; breaking changes are allowed\n"
               : "  tools are compared with those that serve; a breaking change ends the release\n";
  }
  if (!options.hooks.empty()) out += "hooks\n";
  for (auto const& hook : options.hooks) out += hook_text(hook);
  out += fmt::format(
      "limits   start {}, gate {}, shift {}, retire {}\n",
      to_text(plan.start_limit),
      to_text(plan.gate_limit),
      to_text(plan.shift_limit),
      to_text(plan.retire_limit)
  );
  return out;
}

json::Object to_json(
    const Planned& planned, const local::Version& version, const release::DriverOptions& options
) {
  auto const& plan = planned.plan;
  json::Array steps;
  for (auto const& step : plan.steps) {
    json::Object one;
    one["green_runs"] = step.green_runs;
    one["green_weight"] = step.green_weight;
    one["blue_runs"] = step.blue_runs;
    one["bake_ms"] = step.bake.count();
    steps.push_back(std::move(one));
  }
  json::Array services;
  for (auto const& service : version.services) {
    json::Object one;
    one["name"] = service.name;
    one["tasks"] = service.tasks;
    json::Array servers;
    for (auto const& server : service.servers) servers.emplace_back(server);
    one["servers"] = std::move(servers);
    services.push_back(std::move(one));
  }
  json::Object object;
  object["version"] = 1;
  object["dry_run"] = true;
  object["release"] = plan.release;
  object["previous"] = plan.previous;
  object["strategy"] = to_string(planned.strategy);
  object["pauses"] = plan.pauses;
  object["steps"] = std::move(steps);
  object["services"] = std::move(services);
  json::Array remarks;
  for (auto const& remark : planned.remarks) remarks.emplace_back(remark);
  object["remarks"] = std::move(remarks);
  object["calls"] = options.calls.size();
  object["allows_breaking"] = options.allows_breaking;
  object["start_limit_ms"] = plan.start_limit.count();
  object["gate_limit_ms"] = plan.gate_limit.count();
  object["shift_limit_ms"] = plan.shift_limit.count();
  object["retire_limit_ms"] = plan.retire_limit.count();
  return object;
}

}  // namespace davit::app
