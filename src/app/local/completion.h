// Completion: scripts for shells, which ask davit itself what could stand where the cursor is. It
// knows of its own command line, and of the deployment.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace davit::app {

// `shell` is bash, zsh or fish.
std::string completion_script(const std::string& program, const std::string& shell);

// What the scripts call with the words behind the program's name: `davit __complete deploy --st`.
constexpr std::string_view kCompleteCommand = "__complete";

struct Candidate {
  std::string word;
  std::string doc;
};
// What the last of `words` could become; empty for a file, which the shell knows better.
std::vector<Candidate> complete(const CLI::App& cli, std::vector<std::string> words);

// Prints them, a line each, with their documentation behind a tab. Answers the exit code.
int run_complete(const CLI::App& cli, int argc, char** argv);

}  // namespace davit::app
