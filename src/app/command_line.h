// The command line of a program that serves: an option for each setting, and all of `main` for one
// that has a server of its own.
#pragma once

#include <deque>
#include <functional>
#include <string>

#include "app/service.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace davit::app {

// Adds --config, --stdio and an option for each setting: "--limits-max-body 8MB".
class SettingsOptions {
 public:
  // Must not move: the command line writes into it.
  explicit SettingsOptions(CLI::App& cli, ServersOf servers = ServersOf::settings);
  SettingsOptions(const SettingsOptions&) = delete;
  SettingsOptions& operator=(const SettingsOptions&) = delete;

  // What was given, once the command line has been parsed. Errors: as load_settings.
  Result<Settings> load(const secrets::Environment& environment) const;

 private:
  // An empty text counts when it was given.
  struct Given {
    std::string key;
    std::string text;
    CLI::Option* option = nullptr;
  };

  ServersOf servers_;
  Given file_;
  bool stdio_ = false;
  std::deque<Given> texts_;
};

// False when the help has been shown, or what is wrong with the command line: the process then has
// to end with `code`.
bool parse(CLI::App& cli, int argc, char** argv, int& code);

// Prints an error, as the program's last words, and answers the exit code.
int report(std::string_view program, const Result<int>& outcome);

// Adds what a server offers to it. The process is there for handlers that need its HTTP client, its
// clock or its log, and outlives the server. Errors: those of mcp::Server.
using Offer = std::function<Result<>(mcp::Server& server, Process& process)>;

// All of `main` for a program with one MCP server of its own, which is served as the settings say:
//
//   return app::serve_command(argc, argv, {{"hello", "1.0.0", "Hello"}, ""}, offer);
//
// The name becomes part of the server's address: at most 32 of a-z, 0-9 and `-`, beginning with a
// letter. Answers the exit code.
int serve_command(int argc, char** argv, mcp::ServerInfo info, const Offer& offer);

}  // namespace davit::app
