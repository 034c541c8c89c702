// Completion: scripts for shells, made of the command line itself, so that they cannot lag behind.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace davit::app {

// `shell` is bash, zsh or fish.
std::string completion_script(const CLI::App& cli, const std::string& shell);

}  // namespace davit::app
