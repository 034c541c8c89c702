#include "app/local/completion.h"

#include <cstdlib>
#include <fstream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
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
    std::ofstream(manifest()) << "environments:\n  staging: {}\n  production: {}\n"
                                 // What a shell would run is not offered.
                                 "  $(touch PWNED): {}\n  '`id`': {}\n  'a b': {}\n  'a;b': {}\n";
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
  const char* before;    // the script
  const char* question;  // behind it; PROGRAM is how davit is called
};
// How each tells without a terminal what it would offer.
constexpr Shell kShells[] = {
    {"bash",
     "",
     "COMP_WORDS=('PROGRAM' rollback --to 202); COMP_CWORD=3; _davit; echo \"${COMPREPLY[@]}\"\n"},
    {"fish", "", "complete -C 'PROGRAM rollback --to 202' | string join ' '\n"},
    {"zsh",
     "compdef() { : }\n",
     "_describe() { echo ${(P)3} }; words=('PROGRAM' rollback --to 202) CURRENT=4; _davit\n"},
};
// Found in PATH, or in a home that the shell has to put in.
constexpr const char* kCalls[] = {"davit", "~/davit"};

class ScriptOf : public Completion, public ::testing::WithParamInterface<Shell> {};

// A stand-in for davit, for which one is not built here: it answers what it is asked, and fails
// when it is left the shell's own input, for which `-f -` would wait.
TEST_P(ScriptOf, AsksDavitAndOffersWhatItAnswers) {
  auto const& [name, before, question] = GetParam();
  auto const output = folder_.path() / "out";
  testing::Child there({name, "-c", "exit 0"}, output);
  if (!there.started() || there.wait() != 0) GTEST_SKIP() << name << " is not installed";
  auto const program = folder_.path() / "davit";
  std::ofstream(program) << "#!/bin/sh\n[ \"$*\" = '__complete rollback --to 202' ] || exit 1\n"
                            "[ -z \"$(cat)\" ] || exit 1\n"
                            "printf '2026-a\\tone\\n2026-b\\t\\n'\n";
  fs::permissions(program, fs::perms::owner_all);
  for (std::string const call : kCalls) {
    auto asked = std::string(question);
    asked.replace(asked.find("PROGRAM"), 7, call);
    auto const script = folder_.path() / "script";
    std::ofstream(script) << before << completion_script("davit", name) << asked;
    testing::Child shell(
        {"env",
         "HOME=" + folder_.path().string(),
         "PATH=" + folder_.path().string() + ':' + std::getenv("PATH"),
         "sh",
         "-c",
         fmt::format("echo x | {} {}", name, script.string())},
        output
    );
    EXPECT_EQ(shell.wait(), 0) << name << ": " << shell.output();
    auto const text = shell.output();
    EXPECT_NE(text.find("2026-a"), text.npos) << call << ": " << text;
    EXPECT_NE(text.find("2026-b"), text.npos) << call << ": " << text;
  }
}

INSTANTIATE_TEST_SUITE_P(All, ScriptOf, ::testing::ValuesIn(kShells), [](const auto& param) {
  return std::string(param.param.name);
});

}  // namespace
}  // namespace davit::app
