#include "app/command_line.h"

#include <algorithm>
#include <cstdio>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/exit_code.h"
#include "app/terminal.h"
#include "base/strings.h"

namespace davit::app {

SettingsOptions::SettingsOptions(CLI::App& cli, ServersOf servers) : servers_(servers) {
  file_.option = cli.add_option("--config", file_.text, "YAML file with the settings");
  cli.add_flag("--stdio", stdio_, "The same as --transport stdio");
  for (auto const& row : settings_table().rows) {
    if (row.target.type == config::Type::nested) continue;
    auto& given = texts_.emplace_back(Given{.key = std::string(row.key)});
    given.option = cli.add_option(config::flag_name(row.key), given.text, std::string(row.doc))
                       ->group("Settings");
  }
}

Result<Settings> SettingsOptions::load(const secrets::Environment& environment) const {
  Flags flags;
  if (stdio_) flags.emplace_back("transport", "stdio");
  for (auto const& [key, text, option] : texts_) {
    if (option->count() > 0) flags.emplace_back(key, text);
  }
  auto const file = file_.option->count() > 0 ? std::optional(file_.text) : std::nullopt;
  return load_settings(file, environment, flags, servers_);
}

namespace {

// What CLI11 would tell as a missing command. Empty when the first argument is one, or a flag.
std::string wrong_command(const CLI::App& cli, int argc, char** argv) {
  std::string const word = argc > 1 ? argv[1] : "-";
  if (cli.get_require_subcommand_min() == 0 || word.starts_with('-')) return "";
  std::vector<std::string> names;
  for (auto const* command : cli.get_subcommands({})) names.push_back(command->get_name());
  if (std::ranges::find(names, word) != names.end()) return "";
  auto const near = nearest(word, std::vector<std::string_view>(names.begin(), names.end()));
  return near.empty()
             ? fmt::format("there is no such command; there are: {}", fmt::join(names, ", "))
             : fmt::format("there is no such command; did you mean `{}`?", near);
}

// Data that did not arrive is no success. Nobody to write to is told by the code alone.
bool is_written() {
  if (flush_output()) return true;
  if (!has_no_reader()) print("the output could not be written\n", stderr);
  return false;
}

}  // namespace

bool parse(CLI::App& cli, int argc, char** argv, int& code) {
  if (auto const wrong = wrong_command(cli, argc, argv); !wrong.empty()) {
    fmt::print(stderr, "{}: {}\n", cli.get_name(), wrong);
    code = static_cast<int>(ExitCode::usage);
    return false;
  }
  try {
    cli.parse(argc, argv);
    return true;
  } catch (const CLI::ParseError& e) {
    code = cli.exit(e) == 0 ? 0 : static_cast<int>(ExitCode::usage);
    return false;
  }
}

int report(std::string_view program, const Result<int>& outcome) {
  auto const is_good = is_written();
  if (outcome) return is_good ? *outcome : static_cast<int>(ExitCode::failed);
  // A server's words may be in it.
  print(fmt::format("{}: {}\n", program, printable(outcome.error().message())), stderr);
  return to_exit_code(outcome.error().kind());
}

int serve_command(int argc, char** argv, mcp::ServerInfo info, const Offer& offer) {
  auto const about = info.implementation;
  CLI::App cli(fmt::format("Serves {} to MCP clients.", about.title), about.name);
  cli.set_version_flag("--version", fmt::format("{} {}", about.name, about.version));
  cli.footer(
      "Every setting may also stand in the file of --config (limits: {max_body: 8MB}) or in a\n"
      "variable (DAVIT_LIMITS_MAX_BODY=8MB); the flag wins over both, the variable over the file.\n"
      "A list has commas between its items: --allowed-hosts a.example.com,b.example.com\n"
      "Exit codes: 0 done, 1 failed, 3 wrong usage or configuration, 130 interrupted."
  );
  SettingsOptions const options(cli, ServersOf::program);
  if (auto code = 0; !parse(cli, argc, argv, code)) return code;

  auto const make_server = [&](Process& process, const KeyRing&) -> Result<std::vector<Served>> {
    auto const server = std::make_shared<mcp::Server>(std::move(info));
    DAVIT_CHECK(offer(*server, process));
    return std::vector<Served>{{about.name, server, {}}};
  };
  auto const run = [&]() -> Result<int> {
    if (auto const wrong = config::check_name(about.name); !wrong.empty()) {
      return Error(
          ErrorKind::invalid_input, fmt::format("the server's name is '{}': {}", about.name, wrong)
      );
    }
    auto const environment = secrets::process_environment();
    DAVIT_TRY(auto const settings, options.load(environment));
    return serve(settings, environment, make_server);
  };
  return report(about.name, run());
}

}  // namespace davit::app
