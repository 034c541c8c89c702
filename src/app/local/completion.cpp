#include "app/local/completion.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <set>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/files.h"
#include "app/local/shell_word.h"
#include "app/local/state_folder.h"
#include "app/terminal.h"
#include "base/strings.h"
#include "config/yaml.h"
#include "manifest/reader.h"
#include "targets/local/kept_versions.h"
#include "targets/local/state.h"

namespace davit::app {
namespace {

using Strings = std::vector<std::string>;

// What the words before say of the deployment.
struct Known {
  std::string file = "davit.yaml";
  std::string state;
  StateFolder folder() const { return state_folder(file, state); }
};

Strings releases(const Known& known) {
  auto names = local::kept_versions(known.folder().root);
  // Names made of the time: the newest first.
  std::ranges::sort(names, std::greater());
  names.insert(names.begin(), "previous");
  return names;
}

Strings of_tasks(const Known& known, std::string local::TaskRecord::* member) {
  std::set<std::string> names;
  if (auto const state = local::load_state(known.folder().root)) {
    for (auto const& task : state->tasks) names.insert(task.record.*member);
  }
  return {names.begin(), names.end()};
}
Strings tasks(const Known& known) { return of_tasks(known, &local::TaskRecord::id); }
Strings services(const Known& known) { return of_tasks(known, &local::TaskRecord::service); }

Strings environments(const Known& known) {
  // A pipe, or `-`, would be waited for.
  std::error_code ec;
  if (known.file == "-" || !std::filesystem::is_regular_file(known.file, ec)) return {};
  auto const text = read_file(known.file);
  if (!text) return {};
  auto const root = config::parse_yaml(*text, known.file);
  return root ? manifest::environments_of(*root) : Strings();
}

// Options whose values the command line does not know.
struct Row {
  std::string_view option;
  Strings (*values)(const Known& known);
};
constexpr Row kRows[] = {
    {"--to", releases}, {"--task", tasks}, {"--service", services}, {"--environment", environments}
};

// "TEXT:{bash,zsh,fish}" is how CLI11 writes a choice.
Strings choices_of(const CLI::Option& option) {
  auto const type = option.get_type_name();
  auto const begin = type.find('{');
  auto const end = type.rfind('}');
  if (begin == std::string::npos || end == std::string::npos) return {};
  Strings choices;
  for (auto const name : split(std::string_view(type).substr(begin + 1, end - begin - 1), ',')) {
    choices.emplace_back(trim(name));
  }
  return choices;
}

bool takes_value(const CLI::Option& option) { return option.get_items_expected_max() > 0; }

const CLI::Option* find_option(const CLI::App& command, const std::string& word) {
  if (!word.starts_with('-')) return nullptr;
  return command.get_option_no_throw(word);
}

Strings values_of(const CLI::Option& option, const Known& known) {
  for (auto const& [name, values] : kRows) {
    if (option.check_name(std::string(name))) return values(known);
  }
  return choices_of(option);
}

std::vector<Candidate> to_candidates(const Strings& words, const std::string& before = "") {
  std::vector<Candidate> found;
  for (auto const& word : words) found.push_back({before + word, ""});
  return found;
}

std::vector<const CLI::App*> all_commands(const CLI::App& cli) {
  return cli.get_subcommands([](const CLI::App*) { return true; });
}

std::vector<Candidate> commands_of(const CLI::App& cli) {
  std::vector<Candidate> found;
  for (auto const* command : all_commands(cli)) {
    found.push_back({command->get_name(), command->get_description()});
  }
  return found;
}

std::vector<Candidate> flags_of(const CLI::App& command) {
  std::vector<Candidate> found;
  for (auto const* option : command.get_options()) {
    for (auto const& name : option->get_lnames()) {
      found.push_back({"--" + name, option->get_description()});
    }
  }
  return found;
}

// bash takes `--to=x` apart.
void join_at_equals(Strings& words) {
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (words[i] != "=" || !words[i - 1].starts_with("--")) continue;
    if (i + 1 == words.size()) words.emplace_back();
    words.erase(words.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

void learn(Known& known, const std::string& option, const std::string& value) {
  if (option == "-f" || option == "--file") known.file = value;
  if (option == "--state") known.state = value;
}

std::vector<Candidate> all_of(const CLI::App& cli, const Strings& words) {
  auto const& word = words.back();
  if (words.size() == 1) return word.starts_with('-') ? flags_of(cli) : commands_of(cli);
  auto const commands = all_commands(cli);
  auto const named = [&](const CLI::App* one) { return one->get_name() == words.front(); };
  auto const place = std::ranges::find_if(commands, named);
  if (place == commands.end()) return {};
  auto const* command = *place;
  Known known;
  std::size_t given = 0;  // values that stand for themselves
  const CLI::Option* open = nullptr;
  for (std::size_t i = 1; i + 1 < words.size(); ++i) {
    if (open != nullptr) {
      learn(known, words[i - 1], words[i]);
      open = nullptr;
      continue;
    }
    auto const equals = words[i].find('=');
    if (words[i].starts_with("--") && equals != std::string::npos) {
      learn(known, words[i].substr(0, equals), words[i].substr(equals + 1));
    } else if (auto const* option = find_option(*command, words[i])) {
      if (takes_value(*option)) open = option;
    } else {
      ++given;
    }
  }
  if (open != nullptr) return to_candidates(values_of(*open, known));
  if (auto const equals = word.find('='); word.starts_with("--") && equals != std::string::npos) {
    auto const* option = find_option(*command, word.substr(0, equals));
    if (option == nullptr) return {};
    return to_candidates(values_of(*option, known), word.substr(0, equals + 1));
  }
  if (word.starts_with('-')) return flags_of(*command);
  for (auto const* option : command->get_options()) {
    if (option->get_positional() && given-- == 0) return to_candidates(values_of(*option, known));
  }
  // Nothing stands for itself there.
  return flags_of(*command);
}

constexpr std::string_view kBash =
    R"(# PROGRAM: source this file, or put it into ~/.local/share/bash-completion/completions/PROGRAM
_PROGRAM() {
  local found _ program=${COMP_WORDS[0]/#"~/"/"$HOME/"}
  COMPREPLY=()
  while IFS=$'\t' read -r found _; do
    COMPREPLY+=("$found")
  done < <("$program" __complete "${COMP_WORDS[@]:1:COMP_CWORD}" </dev/null 2>/dev/null)
}
complete -o default -F _PROGRAM PROGRAM
)";
constexpr std::string_view kZsh =
    R"(#compdef PROGRAM
# PROGRAM: put this as _PROGRAM into a folder of $fpath, or source it behind compinit.
_PROGRAM() {
  local -a found
  local line doc program=${words[1]/#\~\//$HOME/}
  for line in "${(@f)$("$program" __complete "${(@)words[2,CURRENT]}" </dev/null 2>/dev/null)}"; do
    doc=${line#*$'\t'}
    [[ -n $line ]] && found+=("${${line%%$'\t'*}//:/\\:}${doc:+:$doc}")
  done
  if (($#found)); then
    _describe -V PROGRAM found
  else
    _files
  fi
}
if [[ ${funcstack[1]} == _PROGRAM ]]; then
  _PROGRAM "$@"
else
  compdef _PROGRAM PROGRAM
fi
)";
constexpr std::string_view kFish =
    R"(# PROGRAM: put this into ~/.config/fish/completions/PROGRAM.fish
function __PROGRAM_complete
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  set -l program (string replace -r '^~/' "$HOME/" -- $words[1])
  set -l found (command $program __complete $words[2..-1] "$current" </dev/null 2>/dev/null)
  if test (count $found) -gt 0
    printf '%s\n' $found
  else
    __fish_complete_path "$current"
  end
end
complete -c PROGRAM -f -a '(__PROGRAM_complete)'
)";

}  // namespace

std::vector<Candidate> complete(const CLI::App& cli, std::vector<std::string> words) {
  if (words.empty()) words.emplace_back();
  join_at_equals(words);
  auto found = all_of(cli, words);
  // Names may be foreign text, and bash puts a word on the command line as it is: what a shell
  // would split, expand or run is not offered.
  std::erase_if(found, [&](const Candidate& one) {
    return !one.word.starts_with(words.back()) || !is_plain_word(one.word);
  });
  return found;
}

std::string completion_script(const std::string& program, const std::string& shell) {
  std::string script(shell == "zsh" ? kZsh : shell == "fish" ? kFish : kBash);
  constexpr std::string_view kPlace = "PROGRAM";
  for (auto at = script.find(kPlace); at != script.npos; at = script.find(kPlace, at)) {
    script.replace(at, kPlace.size(), program);
  }
  return script;
}

int run_complete(const CLI::App& cli, int argc, char** argv) {
  for (auto const& [word, doc] : complete(cli, {argv + std::min(argc, 2), argv + argc})) {
    // One line is one candidate.
    print(fmt::format("{}\t{}\n", word, on_a_line(doc)));
  }
  return 0;
}

}  // namespace davit::app
