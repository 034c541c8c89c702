#include "manifest/problems.h"

#include <charconv>
#include <map>

#include <fmt/format.h>

#include "base/strings.h"

namespace davit::manifest {
namespace {

constexpr std::size_t kMaxShownKey = 160;

// "davit.yaml:14" stands behind "davit.yaml:3" and "davit.yaml".
int line_of(const config::Problem& problem) {
  auto const colon = problem.place.rfind(':');
  if (colon == std::string::npos) return 0;
  auto line = 0;
  std::from_chars(
      problem.place.data() + colon + 1, problem.place.data() + problem.place.size(), line
  );
  return line;
}

}  // namespace

Error refuse(std::vector<config::Problem> problems) {
  std::multimap<int, config::Problem> by_line;
  for (auto& problem : problems) {
    if (problem.key.size() > kMaxShownKey) {
      problem.key = std::string(utf8_prefix(problem.key, kMaxShownKey)) + "...";
    }
    auto const line = line_of(problem);
    by_line.emplace(line, std::move(problem));
  }
  problems.clear();
  for (auto& [line, problem] : by_line) {
    if (problems.size() == kMaxShownProblems) {
      auto const rest = by_line.size() - kMaxShownProblems;
      problems.push_back({problem.place, "", fmt::format("and {} more problems", rest)});
      break;
    }
    problems.push_back(std::move(problem));
  }
  return Error(ErrorKind::invalid_input, config::to_text(problems));
}

void SharedProblems::add(config::Problem problem, const std::string& environment) {
  auto name = fmt::format("{}\n{}\n{}", problem.place, problem.key, problem.message);
  auto const [found, is_new] = places_.emplace(std::move(name), all_.size());
  if (is_new) all_.push_back({std::move(problem), {}});
  auto& environments = all_[found->second].environments;
  auto const is_told = !environments.empty() && environments.back() == environment;
  if (!environment.empty() && !is_told) environments.push_back(environment);
}

std::vector<config::Problem> SharedProblems::take(std::size_t count) && {
  std::vector<config::Problem> problems;
  for (auto& [problem, environments] : all_) {
    auto const is_everywhere = environments.empty() || environments.size() == count;
    // The key says it already of what stands in the environment itself.
    if (!is_everywhere && !problem.key.starts_with("environments.")) {
      problem.message += fmt::format(" (in {})", fmt::join(environments, ", "));
    }
    problems.push_back(std::move(problem));
  }
  return problems;
}

}  // namespace davit::manifest
