// davitd: the server.
#include <cstdio>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/callers.h"
#include "app/command_line.h"
#include "app/connector_servers.h"
#include "app/exit_code.h"
#include "app/health.h"
#include "app/sandbox.h"

namespace {

using namespace davit;

Result<int> serve(const app::SettingsOptions& options) {
  auto const environment = secrets::process_environment();
  DAVIT_TRY(auto const settings, options.load(environment));
  return app::serve(settings, environment, app::connector_servers(settings, environment));
}

Result<int> print_settings(const app::SettingsOptions& options) {
  DAVIT_TRY(auto const settings, options.load(secrets::process_environment()));
  fmt::print("{}", app::print(settings));
  return static_cast<int>(app::ExitCode::done);
}

Result<int> ask_health(const app::SettingsOptions& options) {
  DAVIT_TRY(auto const settings, options.load(secrets::process_environment()));
  return app::run_health(settings);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App cli(
      "Serves MCP servers for GitLab and others, every protocol era at one address.", "davitd"
  );
  cli.set_version_flag("--version", "davitd " DAVIT_VERSION);
  cli.footer(
      "Without --config, environment variables describe one server: SERVER_NAME, GITLAB_TOKEN,\n"
      "GITLAB_API_URL, HOST, PORT, LOG_LEVEL; or all of them: DAVIT_SERVERS.\n"
      "docs/configuration.md lists every setting.\n"
      "Exit codes: 0 done, 1 failed, 3 wrong usage or configuration, 130 interrupted."
  );
  app::SettingsOptions const options(cli);

  auto* config = cli.add_subcommand("config", "Print the settings and where each comes from");
  config->fallthrough();
  auto is_docs = false;
  config->add_flag("--docs", is_docs, "Print what all settings mean, in Markdown");
  auto* health = cli.add_subcommand(
      "health", "Ask whether the davitd of these settings is well, and exit 0 or 1"
  );
  health->fallthrough();
  auto* keys = cli.add_subcommand("keys", "API keys for callers");
  keys->require_subcommand(1);
  auto* new_key = keys->add_subcommand("new", "Make a key, and the line that lets it in");
  std::string principal;
  new_key->add_option("principal", principal, "Who will use it, such as alice or ci-runner")
      ->required();
  app::SandboxSettings sandbox_settings;
  auto* sandbox =
      cli.add_subcommand("sandbox", "Serve stand-ins of the vendors' APIs, in memory, on loopback");
  sandbox->add_option("names", sandbox_settings.names, "Which; without a name all")
      ->check(CLI::IsMember(app::sandbox_names()));
  sandbox
      ->add_option(
          "--port", sandbox_settings.port, "Port of the first, the others follow; 0 takes free ones"
      )
      ->capture_default_str();
  sandbox
      ->add_option(
          "--token", sandbox_settings.token, "The token that they accept, Dynatrace's excepted"
      )
      ->capture_default_str();
  sandbox->add_flag(
      "--config", sandbox_settings.as_config, "Print a configuration of davitd for them"
  );

  if (auto code = 0; !app::parse(cli, argc, argv, code)) return code;
  if (*new_key) return app::report("davitd", app::run_keys_new(principal));
  if (is_docs) {
    fmt::print("{}", app::describe_settings());
    return static_cast<int>(app::ExitCode::done);
  }
  if (*health) return app::report("davitd", ask_health(options));
  if (*sandbox) return app::report("davitd", app::run_sandbox(sandbox_settings));
  return app::report("davitd", *config ? print_settings(options) : serve(options));
}
