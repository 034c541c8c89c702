#include "app/local/completion.h"

#include <fstream>

#include <CLI/CLI.hpp>
#include <gtest/gtest.h>

#include "app/local/local_commands.h"
#include "base/strings.h"
#include "support/case_file.h"
#include "support/child.h"
#include "targets/local/state.h"

namespace davit::app {
namespace {

namespace fs = std::filesystem;

// A deployment with two versions and two tasks.
class Completion : public ::testing::Test {
 protected:
  Completion() : commands_(cli_) {
    for (auto const* release : {"20261121-100000-0a0a", "20261122-110000-1b1b"}) {
      fs::create_directories(state() / "versions" / release);
      std::ofstream(state() / "versions" / release / "version.json") << "{}";
    }
    fs::create_directories(state() / "versions" / "20261122-120000-half");
    local::SavedState saved;
    for (auto const* id : {"davitd-3", "hello-4"}) {
      local::SavedTask task;
      task.record.id = id;
      task.record.service = split(id, '-').front();
      task.record.pid = 4711;
      task.record.ports.port = 4001;
      saved.tasks.push_back(task);
    }
    EXPECT_TRUE(local::save_state(state(), saved));
    std::ofstream(manifest()) << "environments:\n  staging: {}\n  production: {}\n";
  }

  fs::path state() const { return folder_.path() / ".davit" / "local"; }
  fs::path manifest() const { return folder_.path() / "davit.yaml"; }

  // "davit rollback --to |": what could stand at the end.
  std::string complete_line(std::string_view line) const {
    std::vector<std::string> words;
    for (auto const word : split(line, ' ')) {
      words.emplace_back(word);
      constexpr std::string_view kPlace = "MANIFEST";
      auto const at = word.find(kPlace);
      if (at != word.npos) words.back().replace(at, kPlace.size(), manifest().string());
    }
    std::string out = "davit " + std::string(line) + "|\n";
    for (auto const& [word, doc] : complete(cli_, words)) {
      out += "  " + word + (doc.empty() ? "" : "   " + doc) + '\n';
    }
    return out;
  }

  testing::TemporaryDirectory folder_;
  CLI::App cli_{"", "davit"};
  LocalCommands commands_;
};

TEST_F(Completion, KnowsWhatCouldStandThere) {
  testing::expect_case("testdata/completion/lines.case", [&](const testing::CaseFile& file) {
    std::string out;
    auto const lines = file.section("lines");
    for (auto const line : split(std::string_view(lines).substr(0, lines.size() - 1), '\n')) {
      out += complete_line(line.substr(0, line.rfind('|')));
    }
    return out;
  });
}

struct Shell {
  const char* name;
  const char* question;  // what is asked of it, behind its script
};
// How each tells without a terminal what it would offer.
constexpr Shell kShells[] = {
    {"bash",
     "COMP_WORDS=(davit rollback --to 202); COMP_CWORD=3; _davit; echo \"${COMPREPLY[@]}\"\n"},
    {"fish", "complete -C 'davit rollback --to 202' | string join ' '\n"},
    {"zsh", "_describe() { echo ${(P)3} }; words=(davit rollback --to 202) CURRENT=4; _davit\n"},
};

// A stand-in for davit, for which one is not built here: it tells what it was asked.
TEST_F(Completion, ScriptsAskDavitAndOfferWhatItAnswers) {
  auto const program = folder_.path() / "davit";
  std::ofstream(program) << "#!/bin/sh\n[ \"$*\" = '__complete rollback --to 202' ] || exit 1\n"
                            "printf '2026-a\\tone\\n2026-b\\t\\n'\n";
  fs::permissions(program, fs::perms::owner_all);
  for (auto const& [name, question] : kShells) {
    auto const output = folder_.path() / (std::string(name) + ".out");
    testing::Child const there({name, "-c", "exit 0"}, output);
    if (!there.started()) continue;
    auto const script = folder_.path() / name;
    std::ofstream(script) << (std::string(name) == "zsh" ? "compdef() { : }\n" : "")
                          << (std::string(name) == "fish" ? "set -x PATH " : "PATH=")
                          << folder_.path().string()
                          << (std::string(name) == "fish" ? " $PATH\n" : ":$PATH\n")
                          << completion_script("davit", name) << question;
    testing::Child shell({name, script.string()}, output);
    EXPECT_EQ(shell.wait(), 0) << name << ": " << shell.output();
    auto const text = shell.output();
    EXPECT_NE(text.find("2026-a"), text.npos) << name << ": " << text;
    EXPECT_NE(text.find("2026-b"), text.npos) << name << ": " << text;
  }
}

}  // namespace
}  // namespace davit::app
