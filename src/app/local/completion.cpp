#include "app/local/completion.h"

#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace davit::app {
namespace {

struct Flag {
  std::string name;  // "--json"
  std::string doc;
};
struct Command {
  std::string name;
  std::string doc;
  std::vector<Flag> flags;
};

// Names go into scripts as they are; the words of a description lose what a shell would act on.
std::string plain(std::string_view text) {
  std::string out;
  for (auto const c : text) {
    if (c == '\n' || c == '\'' || c == '"' || c == '`' || c == '\\' || c == '$' || c == '[' ||
        c == ']' || c == ':') {
      out += c == '\n' || c == ':' ? " " : "";
    } else {
      out += c;
    }
  }
  return out;
}

std::vector<Command> commands_of(const CLI::App& cli) {
  std::vector<Command> commands;
  for (auto const* app : cli.get_subcommands([](const CLI::App*) { return true; })) {
    if (app->get_group().empty()) continue;
    Command command{app->get_name(), plain(app->get_description()), {}};
    for (auto const* option : app->get_options()) {
      if (option->get_group().empty()) continue;
      for (auto const& name : option->get_lnames()) {
        command.flags.push_back({"--" + name, plain(option->get_description())});
      }
    }
    commands.push_back(std::move(command));
  }
  return commands;
}

std::string names(const std::vector<Flag>& flags) {
  std::string out;
  for (auto const& flag : flags) out += (out.empty() ? "" : " ") + flag.name;
  return out;
}

std::string for_bash(const std::string& program, const std::vector<Command>& commands) {
  std::string all;
  std::string cases;
  for (auto const& command : commands) {
    all += (all.empty() ? "" : " ") + command.name;
    cases += fmt::format("    {}) words='{}' ;;\n", command.name, names(command.flags));
  }
  return fmt::format(
      "# {0}: source this file, or put it into ~/.local/share/bash-completion/completions/{0}\n"
      "_{0}() {{\n"
      "  local word=${{COMP_WORDS[COMP_CWORD]}} words='{1} --help --version'\n"
      "  if ((COMP_CWORD > 1)); then\n"
      "    case ${{COMP_WORDS[1]}} in\n{2}    *) words='' ;;\n    esac\n"
      "    case $word in -*) ;; *) COMPREPLY=(); return ;; esac\n"
      "  fi\n"
      "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
      "}}\n"
      "complete -o default -F _{0} {0}\n",
      program,
      all,
      cases
  );
}

std::string for_zsh(const std::string& program, const std::vector<Command>& commands) {
  std::string all;
  std::string cases;
  for (auto const& command : commands) {
    all += fmt::format("    '{}:{}'\n", command.name, command.doc);
    cases += fmt::format("    {}) _arguments", command.name);
    for (auto const& flag : command.flags) cases += fmt::format(" '{}[{}]'", flag.name, flag.doc);
    cases += " '*:file:_files' ;;\n";
  }
  return fmt::format(
      "#compdef {0}\n"
      "_{0}() {{\n"
      "  local -a commands\n"
      "  commands=(\n{1}  )\n"
      "  if ((CURRENT == 2)); then\n    _describe 'command' commands\n    return\n  fi\n"
      "  local command=$words[2]\n"
      "  shift words\n"
      "  ((CURRENT--))\n"
      "  case $command in\n{2}  esac\n"
      "}}\n"
      "compdef _{0} {0}\n",
      program,
      all,
      cases
  );
}

std::string for_fish(const std::string& program, const std::vector<Command>& commands) {
  auto out = fmt::format("# {0}: put this into ~/.config/fish/completions/{0}.fish\n", program);
  for (auto const& command : commands) {
    out += fmt::format(
        "complete -c {} -n __fish_use_subcommand -f -a {} -d '{}'\n",
        program,
        command.name,
        command.doc
    );
    for (auto const& flag : command.flags) {
      out += fmt::format(
          "complete -c {} -n '__fish_seen_subcommand_from {}' -l {} -d '{}'\n",
          program,
          command.name,
          flag.name.substr(2),
          flag.doc
      );
    }
  }
  return out;
}

}  // namespace

std::string completion_script(const CLI::App& cli, const std::string& shell) {
  auto const commands = commands_of(cli);
  if (shell == "zsh") return for_zsh(cli.get_name(), commands);
  if (shell == "fish") return for_fish(cli.get_name(), commands);
  return for_bash(cli.get_name(), commands);
}

}  // namespace davit::app
