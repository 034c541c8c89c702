// Problems of a manifest as one error, sorted and bounded. For the reader only.
#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "config/reader.h"

namespace davit::manifest {

inline constexpr std::size_t kMaxShownProblems = 200;

// A line for each, in the order of the file.
Error refuse(std::vector<config::Problem> problems);

// The problems of several environments: one that several have is told once.
class SharedProblems {
 public:
  // An empty environment: the problem is nobody's alone.
  void add(config::Problem problem, const std::string& environment);
  std::size_t size() const { return all_.size(); }
  // With the environments that have it in the message of each, when they are not all `count`.
  std::vector<config::Problem> take(std::size_t count) &&;

 private:
  struct Shared {
    config::Problem problem;
    std::vector<std::string> environments;
  };

  std::vector<Shared> all_;  // in the order of their first environment
  std::unordered_map<std::string, std::size_t> places_;
};

}  // namespace davit::manifest
