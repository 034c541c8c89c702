#include "app/local/local_commands.h"

#include <cstdio>
#include <iostream>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/exit_code.h"
#include "app/local/completion.h"
#include "app/local/deploy_request.h"
#include "app/local/doctor.h"
#include "app/local/reports.h"
#include "app/local/up.h"
#include "app/terminal.h"
#include "config/units.h"

namespace davit::app {
namespace {

using std::chrono::milliseconds;

// "10s", "5m", "250ms".
CLI::Option* add_duration(
    CLI::App& command,
    const std::string& name,
    std::optional<milliseconds>& into,
    const std::string& doc
) {
  auto const take = [&into](const std::string& text) { into = config::parse_duration(text); };
  auto const check = [](const std::string& text) {
    return config::parse_duration(text) ? std::string()
                                        : "'" + text + "' is no time such as 30s or 5m";
  };
  return command.add_option_function<std::string>(name, take, doc)
      ->type_name("TIME")
      ->check(CLI::Validator(check, ""));
}

void add_state(CLI::App& command, Place& place, const char* file = "-f,--file") {
  command.add_option(file, place.file, "The manifest")->capture_default_str();
  command.add_option(
      "--state", place.state, "Folder of the state; .davit/local beside the manifest without it"
  );
}
void add_json(CLI::App& command, Place& place) {
  command.add_flag("--json", place.json, "Print JSON");
}
void add_environment(CLI::App& command, Place& place) {
  command.add_option("-e,--environment", place.environment, "One of the manifest's environments");
}

Result<int> run_stop(const Place& place, bool is_sure) {
  if (!is_sure && ::isatty(STDIN_FILENO) == 1) {
    print("stop everything that `davit up` started here? [y/N] ", stderr);
    std::string answer;
    if (!std::getline(std::cin, answer) || (answer != "y" && answer != "yes")) {
      return Error(ErrorKind::cancelled, "nothing was stopped");
    }
  }
  LiveBlock block;
  OnEvent on_event = [&](const json::Object& event) {
    auto const view = view_from_json(event);
    if (view && !place.json && can_redraw()) {
      block.draw(draw_status(*view, place.look(look_of_errors())));
    }
  };
  auto const result = ask_supervisor(place, make_request("stop", place), on_event);
  block.clear();
  if (!result) return result.error();
  if (place.json) {
    print(json::to_text(*result) + '\n');
  } else {
    print(place.in_hints("everything is stopped; `davit up` starts it again\n"), stderr);
  }
  return static_cast<int>(ExitCode::done);
}

Result<int> run_scale(const Place& place, const std::string& service, int tasks) {
  auto request = make_request("scale", place);
  request["service"] = service;
  request["tasks"] = tasks;
  DAVIT_TRY(auto const result, ask_supervisor(place, std::move(request), {}));
  if (place.json) {
    auto line = result;
    line.erase("event");
    line["version"] = 1;
    print(json::to_text(line) + '\n');
    return static_cast<int>(ExitCode::done);
  }
  DAVIT_TRY(auto const view, view_from_json(result));
  print(draw_status(view, place.look(look_of_output())));
  return static_cast<int>(ExitCode::done);
}

}  // namespace

struct LocalCommands::Impl {
  explicit Impl(CLI::App& app) : cli(app) {}

  CLI::App& add(const char* name, const char* doc, std::function<Result<int>()> run) {
    auto* command = cli.add_subcommand(name, doc);
    commands.emplace_back(command, std::move(run));
    return *command;
  }

  void add_up();
  void add_deploy();
  void add_reports();
  void add_orders();
  void add_others();
  Result<int> run_deploy();

  CLI::App& cli;
  std::vector<std::pair<CLI::App*, std::function<Result<int>()>>> commands;
  Place place;
  UpRequest up;
  DeployRequest deploy;
  std::string wait_until = "done";
  bool does_not_wait = false;
  std::optional<milliseconds> limit;
  StatusRequest status;
  HistoryRequest history;
  LogsRequest logs;
  DoctorRequest doctor;
  std::string to;
  bool is_dry = false;
  bool is_sure = false;
  int tasks = 0;
  std::string service;
  std::string shell;
};

Result<int> LocalCommands::Impl::run_deploy() {
  // What it was called with, for the journal and for whoever comes second.
  deploy.command = "davit deploy";
  if (!deploy.strategy.empty()) deploy.command += " --strategy " + deploy.strategy;
  if (deploy.supersedes) deploy.command += " --supersede";
  auto request = to_json(deploy);
  for (auto const& [key, value] : make_request("deploy", place)) request[key] = value;
  if (!deploy.program.empty()) {
    std::error_code ec;
    request["program"] = std::filesystem::absolute(deploy.program, ec).string();
  }
  request["until"] = does_not_wait ? "begun" : wait_until;
  return watch_release(place, std::move(request), limit.value_or(milliseconds(0)));
}

void LocalCommands::Impl::add_up() {
  auto& command = add("up", "Run the deployment on this machine, in the foreground", [this] {
    up.place = place;
    return run_up(up);
  });
  add_state(command, place);
  add_environment(command, place);
  command.add_option("--program", up.program, "davitd, for the connectors");
  command.add_option("--port", up.port, "Port of the balancer, instead of the manifest's")
      ->check(CLI::Range(1, 65535));
  command.footer(
      "Ctrl-C drains and stops everything. Killed in any other way, the tasks go on serving, and "
      "the next `davit up` takes over."
  );
}

void LocalCommands::Impl::add_deploy() {
  auto& command = add("deploy", "Release what has changed, without losing a request", [this] {
    return run_deploy();
  });
  add_state(command, place);
  add_environment(command, place);
  add_json(command, place);
  command.add_option("--strategy", deploy.strategy, "How traffic comes to the new version")
      ->check(CLI::IsMember({"all-at-once", "canary", "linear", "rolling"}));
  command.add_option("--percent", deploy.percent, "Of the canary, or of each linear step")
      ->check(CLI::Range(1, 100));
  add_duration(command, "--bake", deploy.bake, "Time that the last step is watched");
  add_duration(command, "--step-bake", deploy.step_bake, "Time that each step before is watched");
  command.add_flag("--pause", deploy.pauses, "Wait after the gate for `davit continue`");
  command.add_option("--program", deploy.program, "davitd, for the connectors");
  command.add_option("--release", deploy.release, "Name of the release; made of the time without");
  command.add_flag("--allow-breaking", deploy.allows_breaking, "Tools may break their contract");
  command.add_flag("--dry-run", deploy.is_dry, "Show the plan, and do nothing");
  command.add_option("--wait-until", wait_until, "How far to wait")
      ->capture_default_str()
      ->check(CLI::IsMember({"started", "gated", "shifted", "done"}));
  command.add_flag("--no-wait", does_not_wait, "Begin it, and do not wait");
  add_duration(command, "--timeout", limit, "Wait no longer; the release goes on");
  command.add_flag("--supersede", deploy.supersedes, "Roll back what is under way first");
  command.footer(
      "Exit codes: 5 refused before any traffic came to it, 6 rolled back, 7 the rollback failed, "
      "8 still running, 9 another release is under way, 130 interrupted: the release goes on."
  );
}

void LocalCommands::Impl::add_reports() {
  auto& show = add("status", "Show what serves, what runs and what is being released", [this] {
    status.place = place;
    return run_status(status);
  });
  add_state(show, place);
  add_json(show, place);
  show.add_flag("-w,--watch", status.watches, "Until Ctrl-C");

  auto& told = add("history", "Show the releases that there were", [this] {
    history.place = place;
    return run_history(history);
  });
  add_state(told, place);
  add_json(told, place);
  told.add_option("-n,--number", history.most, "How many")->capture_default_str();

  auto& tail = add("logs", "Print what the tasks have logged", [this] {
    logs.place = place;
    return run_logs(logs);
  });
  // -f follows, as in every program that prints logs.
  add_state(tail, place, "--file");
  add_json(tail, place);
  tail.add_flag("-f,--follow", logs.follows, "Go on with what comes, until Ctrl-C");
  tail.add_option("-t,--task", logs.task, "Of this task alone");
  tail.add_option("-n,--lines", logs.lines, "Lines of each task to begin with")
      ->capture_default_str();
}

void LocalCommands::Impl::add_orders() {
  auto const follow = [this](std::string_view verb) {
    return watch_release(place, make_request(verb, place), limit.value_or(milliseconds(0)));
  };
  auto& wait =
      add("wait", "Watch the release under way to its end", [follow] { return follow("wait"); });
  add_duration(wait, "--timeout", limit, "Wait no longer; the release goes on");
  auto& go_on =
      add("continue", "Let a paused release go on", [follow] { return follow("continue"); });
  auto& back = add("rollback", "Take back the release under way, or the last one", [this] {
    auto request = make_request("rollback", place);
    request["to"] = to;
    request["is_dry"] = is_dry;
    return watch_release(place, std::move(request), limit.value_or(milliseconds(0)));
  });
  back.add_option("--to", to, "A release that served before, or previous");
  back.add_flag("--dry-run", is_dry, "Say what would be done, and do nothing");
  add_environment(back, place);
  auto& stop = add("stop", "Drain and end everything that `davit up` started", [this] {
    return run_stop(place, is_sure);
  });
  stop.add_flag("-y,--yes", is_sure, "Do not ask");
  auto& scale =
      add("scale", "Set the number of tasks", [this] { return run_scale(place, service, tasks); });
  scale.add_option("tasks", tasks, "How many")->required()->check(CLI::Range(1, 32));
  scale.add_option("--service", service, "Of this service alone");
  for (auto* command : {&wait, &go_on, &back, &stop, &scale}) {
    add_state(*command, place);
    add_json(*command, place);
  }
}

void LocalCommands::Impl::add_others() {
  auto& look = add("doctor", "Check whether this machine can run the deployment", [this] {
    doctor.place = place;
    return run_doctor(doctor);
  });
  add_state(look, place);
  add_environment(look, place);
  add_json(look, place);
  look.add_option("--program", doctor.program, "davitd, for the connectors");
  auto& complete = add("completion", "Print a script that completes commands and flags", [this] {
    print(completion_script(cli.get_name(), shell));
    return Result<int>(static_cast<int>(ExitCode::done));
  });
  complete.add_option("shell", shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
}

LocalCommands::LocalCommands(CLI::App& cli) : impl_(std::make_unique<Impl>(cli)) {
  impl_->add_up();
  impl_->add_deploy();
  impl_->add_reports();
  impl_->add_orders();
  impl_->add_others();
}
LocalCommands::~LocalCommands() = default;

std::optional<Result<int>> LocalCommands::run() const {
  for (auto const& [command, run] : impl_->commands) {
    if (!command->parsed()) continue;
    auto outcome = run();
    if (outcome) return outcome;
    auto const& error = outcome.error();
    return Error(error.kind(), impl_->place.in_hints(error.message())).with_detail(error.detail());
  }
  return {};
}

}  // namespace davit::app
