// davit: the command line.
#include <csignal>
#include <map>
#include <unistd.h>

#include <CLI/CLI.hpp>

#include "app/command_line.h"
#include "app/cost_command.h"
#include "app/diff_command.h"
#include "app/local/completion.h"
#include "app/local/local_commands.h"
#include "app/local/reports.h"
#include "app/manifest_commands.h"
#include "app/mcp_commands.h"
#include "app/plan_command.h"
#include "app/render_command.h"
#include "app/smoke_command.h"

namespace {

using namespace davit;

// A choice by its name. CLI11's own transformer would also take the number of an enumerator.
template <class T>
CLI::Option* add_choice(
    CLI::App& command,
    const std::string& flag,
    T& target,
    const std::map<std::string, T>& choices,
    const std::string& doc
) {
  return command
      .add_option_function<std::string>(
          flag, [&target, choices](const std::string& name) { target = choices.at(name); }, doc
      )
      ->check(CLI::IsMember(choices));
}

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

void add_access(CLI::App& command, app::McpTarget& target) {
  command
      .add_option("--header", target.headers, "Send this header, 'Name: value'; may be repeated")
      ->allow_extra_args(false);
  command.add_option("--token", target.token, "Bearer token, as env:NAME or file:PATH");
  command.add_option("--timeout", target.timeout_seconds, "Seconds to wait for each answer")
      ->capture_default_str()
      ->check(CLI::Range(1, 3600));
  command.add_flag("--json", target.json, "Print JSON");
}

void add_smoke(CLI::App& command, app::SmokeRequest& smoke) {
  command.add_option("url", smoke.target.url, "Address of an MCP server")->required();
  add_access(command, smoke.target);
  command
      .add_option("--call", smoke.calls, "Call this tool, 'TOOL key=value ...'; may be repeated")
      ->allow_extra_args(false);
  command
      .add_option(
          "--expect", smoke.expected, "A text in the answer to --call; one for each, in their order"
      )
      ->allow_extra_args(false);
  command.add_option("--health", smoke.health, "Address of the health page");
  command.add_option("--release", smoke.release, "The build that has to answer (Davit-Release)");
}

void add_diff(CLI::App& command, app::DiffRequest& diff) {
  command.add_option(
      "before", diff.before, "Address of an MCP server, or a file with its tools/list"
  );
  command.add_option("after", diff.after, "The same of the other version");
  add_access(command, diff.target);
  command.add_flag("--exit-code", diff.exit_code, "Exit with 2 when there are differences");
}

// Without two servers.
void add_version_diff(CLI::App& command, app::VersionDiffRequest& diff) {
  command.add_option("-f,--file", diff.place.file, "The manifest, when no servers are named")
      ->capture_default_str();
  command.add_option(
      "-e,--environment", diff.place.environment, "One of the manifest's environments"
  );
  command.add_option(
      "--state",
      diff.place.state,
      "Folder of the state; .davit/local beside the manifest without it"
  );
  command.add_option("--program", diff.program, "davitd, for the connectors");
  command.footer(
      "Without BEFORE and AFTER it compares the manifest with what `davit up` serves here: what a "
      "deploy would change."
  );
}

void add_source(CLI::App& command, app::ManifestSource& source) {
  command.add_option("-f,--file", source.file, "The manifest")->capture_default_str();
  command.add_option("-e,--environment", source.environment, "One of the manifest's environments");
  command.add_flag("--json", source.json, "Print JSON");
}

void add_usage(CLI::App& command, cost::Usage& usage) {
  command.add_option("--calls", usage.calls, "Calls a month")
      ->capture_default_str()
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{1'000'000'000'000}));
  command.add_option("--streams", usage.open_streams, "Streams that are open on the average")
      ->capture_default_str()
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{100'000'000}));
}

void add_starter(CLI::App& command, app::InitRequest& request) {
  auto& starter = request.starter;
  command.add_option("-f,--file", request.file, "The manifest to write")->capture_default_str();
  command.add_option("--name", starter.name, "Name of the deployment")->capture_default_str();
  add_choice<manifest::Target>(
      command,
      "--target",
      starter.target,
      {{"local", manifest::Target::local},
       {"ecs", manifest::Target::ecs},
       {"lambda", manifest::Target::lambda},
       {"hybrid", manifest::Target::hybrid},
       {"kubernetes", manifest::Target::kubernetes}},
      "Where it runs"
  );
  command.add_option("--region", starter.region, "Region of AWS")->capture_default_str();
  command.add_option("--connectors", starter.connectors, "Connectors, with commas between")
      ->delimiter(',')
      ->capture_default_str();
  command.add_option("--domain", starter.domain, "Host name of the deployment");
  add_choice<manifest::Callers>(
      command,
      "--auth",
      starter.callers,
      {{"none", manifest::Callers::none},
       {"api-keys", manifest::Callers::api_keys},
       {"jwt", manifest::Callers::jwt}},
      "Who may call; jwt not with the target local"
  );
  command.add_option("--environments", starter.environments, "Environments, with commas between")
      ->delimiter(',');
  command.add_flag("--force", request.force, "Write over a file that is there");
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  CLI::App cli("Takes MCP servers from a commit to production and keeps them there.", "davit");
  cli.set_version_flag("--version", "davit " DAVIT_VERSION);
  cli.require_subcommand(1);
  cli.footer(
      "Exit codes: 0 done, 1 failed, 2 differences found (plan, diff --exit-code), 3 wrong usage "
      "or "
      "invalid manifest, 4 verification failed, 5 release refused, 6 rolled back, 7 rollback "
      "failed, 8 still running, 9 another release is under way, 130 interrupted."
  );

  app::InitRequest init;
  auto* init_command = cli.add_subcommand("init", "Write a first davit.yaml");
  add_starter(*init_command, init);
  init_command->footer("Without any flag but --file and --force it asks on the terminal.");

  app::ManifestSource source;
  auto* validate = cli.add_subcommand("validate", "Check a manifest, all of its environments");
  validate->add_option("-f,--file", source.file, "The manifest")->capture_default_str();
  validate->add_flag("--json", source.json, "Print JSON");

  app::RenderRequest render;
  auto* render_command = cli.add_subcommand("render", "Print what the manifest stands for");
  render_command->add_option("what", render.what, "What to print")
      ->capture_default_str()
      ->check(CLI::IsMember(
          {"cloudformation", "task-definition", "openapi", "dashboard", "diagram", "env"}
      ));
  add_source(*render_command, render.source);
  auto* out = render_command->add_option("--out", render.out, "Folder for the templates");
  render_command
      ->add_flag("--save", render.save, "Keep the templates in .davit/rendered, for `davit plan`")
      ->excludes(out);
  render_command->add_option("--format", render.format, "yaml or json; of a diagram mermaid or dot")
      ->check(CLI::IsMember({"yaml", "json", "mermaid", "dot"}));
  render_command->add_option("--stack", render.stack, "One of several stacks");

  app::PlanRequest plan;
  auto* plan_command = cli.add_subcommand("plan", "Show what would change");
  add_source(*plan_command, plan.source);
  plan_command->add_option(
      "--against",
      plan.against,
      "A template, NAME OF ITS STACK.yaml, or a folder of them; else what `render --save` kept"
  );
  plan_command->add_flag("--exit-code", plan.exit_code, "Exit with 2 when there are changes");

  app::CostRequest cost;
  auto* cost_command = cli.add_subcommand("cost", "Show what a month costs, line by line");
  add_source(*cost_command, cost.source);
  add_usage(*cost_command, cost.usage);

  app::DiagramRequest diagram;
  auto* diagram_command =
      cli.add_subcommand("diagram", "Draw the deployment; without a file, as Mermaid text");
  diagram_command->add_option("-f,--file", diagram.source.file, "The manifest")
      ->capture_default_str();
  diagram_command->add_option(
      "-e,--environment", diagram.source.environment, "One of the manifest's environments"
  );
  diagram_command->add_option("--svg", diagram.svg, "File to draw into; needs Graphviz");
  diagram_command->add_option("--png", diagram.png, "File to draw into; needs Graphviz");

  std::string topic;
  auto* docs = cli.add_subcommand("docs", "Print a reference");
  docs->add_option("topic", topic, "manifest, or schema: its JSON Schema, for editors")
      ->required()
      ->check(CLI::IsMember({"manifest", "schema"}));

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

  app::SmokeRequest smoke;
  auto* smoke_command =
      cli.add_subcommand("smoke", "Check that an MCP server answers as it should");
  add_smoke(*smoke_command, smoke);
  app::DiffRequest diff;
  auto* diff_command = cli.add_subcommand(
      "diff", "Show what a deploy would change here, or compare the tools of two MCP servers"
  );
  add_diff(*diff_command, diff);
  app::VersionDiffRequest version_diff;
  add_version_diff(*diff_command, version_diff);
  app::LocalCommands const local(cli);

  if (argc > 1 && argv[1] == app::kCompleteCommand) return app::run_complete(cli, argc, argv);
  if (auto code = 0; !app::parse(cli, argc, argv, code)) return code;
  auto const run = [&]() -> Result<int> {
    if (*init_command) {
      auto const has_flags = init_command->count_all() >
                             1 + init_command->count("--file") + init_command->count("--force");
      init.asks = !has_flags && ::isatty(STDIN_FILENO) == 1;
      return app::run_init(init);
    }
    if (*validate) return app::run_validate(source);
    if (*render_command) return app::run_render(render);
    if (*plan_command) return app::run_plan(plan);
    if (*cost_command) return app::run_cost(cost);
    if (*diagram_command) return app::run_diagram(diagram);
    if (*docs) return app::run_docs(topic);
    if (*smoke_command) return app::run_smoke(smoke);
    // A variable that is not set is an empty word, and no wish to see something else.
    if (*diff_command && diff_command->count("before") == 0) {
      if (diff_command->count("--header") + diff_command->count("--token") > 0) {
        return Error(
            ErrorKind::invalid_input,
            "--header and --token are for two servers: davit diff BEFORE AFTER"
        );
      }
      version_diff.place.json = diff.target.json;
      version_diff.exit_code = diff.exit_code;
      return app::run_version_diff(version_diff);
    }
    if (*diff_command) return app::run_diff(diff);
    if (auto outcome = local.run()) return *std::move(outcome);
    return *tools ? app::run_tools(target) : app::run_call(target, request);
  };
  return app::report("davit", run());
}
