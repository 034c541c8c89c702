// davitd: the server.
#include <csignal>
#include <cstdio>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/exit_code.h"
#include "app/serve.h"

namespace {

using namespace davit;

int report(const Result<int>& outcome) {
  if (outcome) return *outcome;
  fmt::print(stderr, "davitd: {}\n", outcome.error().message());
  return app::to_exit_code(outcome.error().kind());
}

Result<int> serve(const std::string& file, const app::Flags& flags) {
  auto const environment = secrets::process_environment();
  auto const chosen = file.empty() ? std::nullopt : std::optional(file);
  DAVIT_TRY(auto const settings, app::load_settings(chosen, environment, flags));
  return app::run_server(settings, environment);
}

Result<int> print_settings(const std::string& file, const app::Flags& flags) {
  auto const chosen = file.empty() ? std::nullopt : std::optional(file);
  DAVIT_TRY(auto const settings, app::load_settings(chosen, secrets::process_environment(), flags));
  fmt::print("{}", app::print(settings));
  return static_cast<int>(app::ExitCode::done);
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  CLI::App cli(
      "Serves MCP servers for GitLab and others, every protocol era at one address.", "davitd"
  );
  cli.set_version_flag("--version", "davitd " DAVIT_VERSION);
  cli.footer(
      "Without --config, environment variables describe one server: SERVER_NAME, GITLAB_TOKEN,\n"
      "GITLAB_API_URL, HOST, PORT, LOG_LEVEL. docs/configuration.md lists every setting.\n"
      "Exit codes: 0 done, 1 failed, 3 wrong usage or configuration, 130 interrupted."
  );
  std::string file;
  std::string host;
  std::string port;
  std::string log_level;
  cli.add_option("--config", file, "YAML file with the settings");
  cli.add_option("--host", host, "Address to listen on");
  cli.add_option("--port", port, "Port to listen on; 0 takes a free one");
  cli.add_option("--log-level", log_level, "debug, info, warn or error");

  auto* config = cli.add_subcommand("config", "Print the settings and where each comes from");
  config->fallthrough();
  app::SandboxSettings sandbox_settings;
  auto* sandbox =
      cli.add_subcommand("sandbox", "Serve a stand-in of GitLab's API, in memory, on loopback");
  sandbox->add_option("--port", sandbox_settings.port, "Port to listen on; 0 takes a free one")
      ->capture_default_str();
  sandbox->add_option("--token", sandbox_settings.token, "The token that it accepts")
      ->capture_default_str();

  try {
    cli.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    auto const code = cli.exit(e);
    return code == 0 ? 0 : static_cast<int>(app::ExitCode::usage);
  }
  app::Flags flags;
  if (!host.empty()) flags.emplace_back("host", host);
  if (!port.empty()) flags.emplace_back("port", port);
  if (!log_level.empty()) flags.emplace_back("log_level", log_level);
  if (*sandbox) return report(app::run_sandbox(sandbox_settings));
  return report(*config ? print_settings(file, flags) : serve(file, flags));
}
