// davit: the command line.
#include <csignal>

#include <CLI/CLI.hpp>

#include "app/command_line.h"
#include "app/mcp_commands.h"

namespace {

using namespace davit;

void add_target(CLI::App& command, app::McpTarget& target) {
  command
      .add_option(
          "url", target.url, "Address of an MCP server, such as http://127.0.0.1:8080/gitlab/mcp"
      )
      ->required();
  command.add_option(
      "--header", target.headers, "Send this header, 'Name: value'; may be repeated"
  );
  command.add_option("--token", target.token, "Bearer token, as env:NAME or file:PATH");
  command.add_option("--timeout", target.timeout_seconds, "Seconds to wait for each answer")
      ->capture_default_str()
      ->check(CLI::Range(1, 3600));
  command.add_option("--era", target.era, "Protocol to speak; found out by itself when not given")
      ->check(CLI::IsMember({"modern", "legacy"}));
  command.add_flag("--json", target.json, "Print JSON; the default when the output is no terminal");
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  CLI::App cli("Takes MCP servers from a commit to production and keeps them there.", "davit");
  cli.set_version_flag("--version", "davit " DAVIT_VERSION);
  cli.require_subcommand(1);
  cli.footer("Exit codes: 0 done, 1 failed, 3 wrong usage, 130 interrupted.");

  app::McpTarget target;
  app::CallRequest request;
  auto* tools = cli.add_subcommand("tools", "List the tools of an MCP server");
  add_target(*tools, target);
  auto* call = cli.add_subcommand("call", "Call a tool of an MCP server");
  add_target(*call, target);
  call->add_option("tool", request.tool, "Name of the tool")->required();
  call->add_option(
      "arguments", request.arguments, "key=value, typed by the tool's schema, or key:=JSON"
  );
  call->add_option("--args", request.arguments_json, "Arguments as one JSON object");
  call->footer(
      "Example: davit call http://127.0.0.1:8080/gitlab/mcp gitlab_list_merge_requests "
      "project=harbor/api"
  );

  if (auto code = 0; !app::parse(cli, argc, argv, code)) return code;
  return app::report("davit", *tools ? app::run_tools(target) : app::run_call(target, request));
}
