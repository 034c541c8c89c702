// davitd: the server.
#include <csignal>
#include <cstdio>
#include <deque>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/callers.h"
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

// What was given on the command line for each setting.
struct Setting {
  std::string key;
  std::string text;
};

// An option for every setting: "--limits-max-body 8MB".
std::deque<Setting> add_settings(CLI::App& cli) {
  std::deque<Setting> settings;  // the options point into it
  for (auto const& row : app::settings_table().rows) {
    if (row.target.type == config::Type::nested) continue;
    auto& setting = settings.emplace_back(std::string(row.key), "");
    cli.add_option(config::flag_name(row.key), setting.text, std::string(row.doc))
        ->group("Settings");
  }
  return settings;
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
  cli.add_option("--config", file, "YAML file with the settings");
  auto const settings = add_settings(cli);

  auto* config = cli.add_subcommand("config", "Print the settings and where each comes from");
  config->fallthrough();
  auto is_docs = false;
  config->add_flag("--docs", is_docs, "Print what all settings mean, in Markdown");
  auto* keys = cli.add_subcommand("keys", "API keys for callers");
  keys->require_subcommand(1);
  auto* new_key = keys->add_subcommand("new", "Make a key, and the line that lets it in");
  std::string principal;
  new_key->add_option("principal", principal, "Who will use it, such as alice or ci-runner")
      ->required();
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
  if (*new_key) return report(app::run_keys_new(principal));
  if (is_docs) {
    fmt::print("{}", app::describe_settings());
    return static_cast<int>(app::ExitCode::done);
  }
  app::Flags flags;
  for (auto const& [key, text] : settings) {
    if (!text.empty()) flags.emplace_back(key, text);
  }
  if (*sandbox) return report(app::run_sandbox(sandbox_settings));
  return report(*config ? print_settings(file, flags) : serve(file, flags));
}
