#include "release/gate.h"

#include <algorithm>

#include <fmt/format.h>

#include "async/gather.h"
#include "release/gate_endpoint.h"

namespace davit::release {
namespace {

std::string_view to_string(Check::Outcome outcome) {
  switch (outcome) {
    case Check::Outcome::ok: return "ok";
    case Check::Outcome::failed: return "failed";
    case Check::Outcome::skipped: return "skipped";
  }
  return "";
}

bool is_failed(const Check& check) { return check.outcome == Check::Outcome::failed; }

// A call that no endpoint was asked for.
void add_lost_calls(const GateOptions& options, GateReport& report) {
  for (auto const& call : options.calls) {
    auto const name = "call " + call.tool;
    auto const was_asked = std::ranges::any_of(report.checks, [&](const Check& check) {
      return check.name == name && (call.server.empty() || call.server == check.server);
    });
    if (was_asked) continue;
    auto why = call.server.empty() ? std::string("no server has such a tool")
                                   : fmt::format("there is no server '{}'", call.server);
    report.checks.push_back({call.server, name, Check::Outcome::failed, std::move(why), {}});
  }
}

}  // namespace

bool GateReport::passed() const {
  return !checks.empty() && std::ranges::none_of(checks, is_failed);
}

std::string GateReport::reason() const {
  auto const first = std::ranges::find_if(checks, is_failed);
  if (first == checks.end()) return checks.empty() ? "nothing was asked" : "";
  auto const where = first->server.empty() ? std::string() : first->server + ": ";
  return fmt::format("{}{}: {}", where, first->name, first->detail);
}

json::Value to_json(const GateReport& report) {
  json::Array checks;
  for (auto const& check : report.checks) {
    checks.push_back(json::Object{
        {"server", check.server},
        {"name", check.name},
        {"outcome", to_string(check.outcome)},
        {"detail", check.detail},
        {"ms", check.took.count()},
    });
  }
  json::Object changes;
  for (auto const& [server, list] : report.changes) changes[server] = to_json(list);
  json::Object object{{"passed", report.passed()}, {"checks", std::move(checks)}};
  if (!report.passed()) object["reason"] = report.reason();
  if (!changes.empty()) object["changes"] = std::move(changes);
  return object;
}

Async<GateReport> run_gate(
    Executor executor, http::Client* client, GateOptions options, log::Logger logger
) {
  std::vector<std::unique_ptr<EndpointGate>> gates;
  std::vector<Async<>> asking;
  for (auto const& endpoint : options.endpoints) {
    auto& gate = gates.emplace_back(
        std::make_unique<EndpointGate>(executor, *client, options, endpoint, logger)
    );
    asking.push_back(gate->run());
  }
  auto all = gather(std::move(asking));
  DAVIT_CO_TRY(auto const outcomes, co_await std::move(all));
  for (auto const& outcome : outcomes) {
    if (!outcome) co_return outcome.error();
  }
  GateReport report;
  for (std::size_t i = 0; i < gates.size(); ++i) {
    auto& gate = *gates[i];
    auto const& server = options.endpoints[i].server;
    std::ranges::move(gate.checks, std::back_inserter(report.checks));
    if (gate.tools) report.tools[server] = *std::move(gate.tools);
    if (gate.changes) report.changes[server] = *std::move(gate.changes);
  }
  add_lost_calls(options, report);
  co_return report;
}

}  // namespace davit::release
