#include "app/sandbox.h"

#include <algorithm>
#include <csignal>
#include <cstdio>

#include <fmt/format.h>

#include "app/exit_code.h"
#include "app/process.h"
#include "async/loop.h"
#include "http/server.h"
#include "sandbox/atlassian/atlassian.h"
#include "sandbox/confluence/confluence.h"
#include "sandbox/control.h"
#include "sandbox/dynatrace/dynatrace.h"
#include "sandbox/gitlab/gitlab.h"
#include "sandbox/pagerduty/pagerduty.h"
#include "sandbox/servicenow/servicenow.h"
#include "sandbox/story.h"

namespace davit::app {
namespace {

using sandbox::Addresses;

constexpr std::chrono::seconds kGrace{2};

using MakeHandler =
    std::unique_ptr<http::Handler> (*)(const SandboxSettings&, const Addresses&, const Clock&);

struct Vendor {
  std::string_view name;
  std::string_view path;  // of the API, behind the address
  std::string Addresses::* address;
  MakeHandler make;
  std::string_view token = {};  // where its form matters; empty takes the settings'
  std::string_view user = {};
};

std::unique_ptr<http::Handler> make_gitlab(
    const SandboxSettings& settings, const Addresses&, const Clock& clock
) {
  return sandbox::gitlab::make_sandbox({.token = settings.token}, clock);
}

std::unique_ptr<http::Handler> make_atlassian(
    const SandboxSettings& settings, const Addresses& at, const Clock& clock
) {
  return sandbox::atlassian::make_sandbox(
      {.token = settings.token}, at, clock, sandbox::confluence::make_service(at, clock)
  );
}

std::unique_ptr<http::Handler> make_dynatrace(
    const SandboxSettings&, const Addresses& at, const Clock& clock
) {
  return sandbox::dynatrace::make_sandbox({}, at, clock);
}

std::unique_ptr<http::Handler> make_pagerduty(
    const SandboxSettings& settings, const Addresses& at, const Clock& clock
) {
  return sandbox::pagerduty::make_sandbox({.token = settings.token}, at, clock);
}

std::unique_ptr<http::Handler> make_servicenow(
    const SandboxSettings& settings, const Addresses& at, const Clock& clock
) {
  return sandbox::servicenow::make_sandbox({.token = settings.token}, at, clock);
}

constexpr Vendor kVendors[] = {
    {"gitlab", "/api/v4", &Addresses::gitlab, make_gitlab},
    {"atlassian", "", &Addresses::atlassian, make_atlassian, "", sandbox::story::kCaller.email},
    {"dynatrace", "", &Addresses::dynatrace, make_dynatrace, "dt0s16.SANDBOX.0000000000000000"},
    {"pagerduty", "", &Addresses::pagerduty, make_pagerduty, "", sandbox::story::kCaller.email},
    {"servicenow", "", &Addresses::servicenow, make_servicenow, "", sandbox::story::kCaller.username
    },
};

// The sandboxes link to one another, so each is made when the ports of all are known; nothing is
// answered before, because the loop does not run yet.
class Late final : public http::Handler {
 public:
  Async<http::Response> handle(http::Request request) override {
    return inner->handle(std::move(request));
  }
  std::unique_ptr<http::Handler> inner;
};

struct Stand {
  const Vendor* vendor;
  std::unique_ptr<Late> handler = std::make_unique<Late>();
  std::unique_ptr<http::Server> server = nullptr;
};

Async<> stop_on_signal(std::vector<Stand>* stands, Process* process) {
  DAVIT_CO_TRY([[maybe_unused]] auto const signal, co_await wait_for_signal({SIGINT, SIGTERM}));
  TaskScope listeners(process->executor, process->logger);
  for (auto& stand : *stands) listeners.spawn("end of a listener", stand.server->stop(kGrace));
  DAVIT_CO_CHECK(co_await listeners.join());
  co_return co_await process->background.stop(Duration::zero());
}

bool is_wanted(const SandboxSettings& settings, const Vendor& vendor) {
  return settings.names.empty() ||
         std::ranges::find(settings.names, vendor.name) != settings.names.end();
}

std::string_view token_of(const SandboxSettings& settings, const Vendor& vendor) {
  return vendor.token.empty() ? std::string_view(settings.token) : vendor.token;
}

void print_address(
    const SandboxSettings& settings, const Vendor& vendor, const std::string& address
) {
  auto const url = address + std::string(vendor.path);
  auto const token = token_of(settings, vendor);
  fmt::print("{:<11}{:<32}{}", vendor.name, url, token);
  fmt::print("{}{}\n", vendor.user.empty() ? "" : "  ", vendor.user);
}

// The tokens are known to everybody, but a configuration has references: the variables are printed
// beside it.
void print_config(
    const SandboxSettings& settings, const Vendor& vendor, const std::string& address
) {
  std::string variable = fmt::format("{}_TOKEN", vendor.name);
  std::ranges::transform(variable, variable.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  fmt::print("  # {}={}\n", variable, token_of(settings, vendor));
  fmt::print(
      "  {}: {{ connector: {}, url: \"{}{}\", {}token: env:{}, access: full }}\n",
      vendor.name,
      vendor.name,
      address,
      vendor.path,
      vendor.user.empty() ? std::string() : fmt::format("user: {}, ", vendor.user),
      variable
  );
}

}  // namespace

const std::vector<std::string>& sandbox_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (auto const& vendor : kVendors) all.emplace_back(vendor.name);
    return all;
  }();
  return names;
}

Result<int> run_sandbox(const SandboxSettings& settings) {
  std::signal(SIGPIPE, SIG_IGN);
  Loop loop;
  Process process(log::Level::warn, loop.executor());
  Addresses at;
  std::vector<Stand> stands;
  auto port = settings.port;
  for (auto const& vendor : kVendors) {
    http::ServerOptions options;
    options.port = port;
    if (port != 0) ++port;
    // A port belongs to a name, whichever others are wanted.
    if (!is_wanted(settings, vendor)) continue;
    auto& stand = stands.emplace_back(Stand{&vendor});
    stand.server = std::make_unique<http::Server>(
        loop.executor(), options, *stand.handler, process.counters, process.logger
    );
    DAVIT_CHECK(stand.server->start());
    at.*vendor.address = fmt::format("http://{}:{}", options.host, stand.server->port());
  }
  if (settings.as_config) fmt::print("servers:\n");
  for (auto& stand : stands) {
    stand.handler->inner = stand.vendor->make(settings, at, process.clock);
    auto const print = settings.as_config ? print_config : print_address;
    print(settings, *stand.vendor, at.*stand.vendor->address);
  }
  std::fflush(stdout);
  DAVIT_CHECK(loop.run(stop_on_signal(&stands, &process)));
  return static_cast<int>(ExitCode::done);
}

}  // namespace davit::app
