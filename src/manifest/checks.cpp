#include "manifest/checks.h"

#include <algorithm>
#include <set>

#include "base/strings.h"
#include "manifest/findings.h"
#include "manifest/tables.h"

namespace davit::manifest {
namespace {

constexpr std::span<const Check> (*kThemes[])() = {
    server_checks,
    task_checks,
    scaling_checks,
    network_checks,
    caller_checks,
    secret_checks,
    time_checks,
    lambda_checks,
    local_checks,
    edge_checks,
    operation_checks,
};

// What could not be read.
class Broken {
 public:
  explicit Broken(std::span<const config::Problem> problems) {
    for (auto const& problem : problems) {
      auto const steps = split(problem.key, '.');
      is_unknown_ = is_unknown_ || !is_top_key(steps[0]);
      sections_.emplace(steps[0]);
      if (steps[0] == "servers") {
        is_list_ = is_list_ || steps.size() == 1;
        if (steps.size() > 1) servers_.emplace("servers." + std::string(steps[1]));
      }
    }
  }

  bool hides(const Check& check) const {
    // An unknown key may be any of them, misspelt.
    if (is_unknown_) return true;
    return std::ranges::any_of(split(check.reads, ' '), [this](std::string_view section) {
      return section == "server" ? is_list_ : sections_.contains(section);
    });
  }

  bool hides(const config::Problem& problem) const {
    auto const steps = split(problem.key, '.');
    return steps.size() > 1 && servers_.contains("servers." + std::string(steps[1])) &&
           steps[0] == "servers";
  }

 private:
  static bool is_top_key(std::string_view key) {
    return std::ranges::find(sections()[0].rows, key, &config::Row::key) !=
           sections()[0].rows.end();
  }

  bool is_unknown_ = false;
  bool is_list_ = false;  // the map of servers itself
  std::set<std::string, std::less<>> sections_;
  std::set<std::string, std::less<>> servers_;
};

}  // namespace

std::vector<config::Problem> check(
    const Manifest& manifest, std::span<const config::Problem> broken
) {
  Broken const unread(broken);
  Findings findings(manifest);
  for (auto const theme : kThemes) {
    for (auto const& one : theme()) {
      if (!unread.hides(one)) one.run(manifest, findings);
    }
  }
  auto problems = findings.take();
  std::erase_if(problems, [&unread](const auto& problem) { return unread.hides(problem); });
  return problems;
}

}  // namespace davit::manifest
