// A program that somebody else wrote, run once, with its last words kept.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "async/async.h"

namespace davit::release {

// Errors: conflict (it did not end with 0), timeout, both with its last words, and up to 4 KB of
// them as the detail; those of ChildProcess::spawn; cancelled. It does not outlive the call.
Async<> run_program(
    Executor executor,
    std::vector<std::string> command,
    std::vector<std::pair<std::string, std::string>> environment,
    std::chrono::milliseconds timeout
);

// ", and said: ..." with the last line that says something, or nothing.
std::string last_words(std::string_view output);

}  // namespace davit::release
