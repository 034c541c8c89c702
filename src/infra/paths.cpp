#include "infra/paths.h"

#include <fmt/format.h>

namespace davit::infra {
namespace {

// ELB API, PathPatternConditionConfig.
constexpr std::size_t kMaxPattern = 128;
// Of the five values that the conditions of a rule have together (ELB user guide, "Quotas"), one is
// left for a header and one for the paths without a name.
constexpr std::size_t kMaxNamePatterns = 3;

constexpr std::string_view kBeforeNames = "^/(mcp/)?(";
constexpr std::string_view kBehindNames = ")(/.*)?$";

// The names, joined until a pattern is full.
std::vector<std::string> name_patterns(const Container& container) {
  std::vector<std::string> patterns;
  std::string names;
  auto const finish = [&] {
    patterns.push_back(fmt::format("{}{}{}", kBeforeNames, names, kBehindNames));
    names.clear();
  };
  for (auto const* server : container.servers) {
    auto const length =
        kBeforeNames.size() + names.size() + 1 + server->name().size() + kBehindNames.size();
    if (!names.empty() && length > kMaxPattern) finish();
    if (!names.empty()) names += '|';
    names += server->name();
  }
  finish();
  return patterns;
}

// How many there are of davitd, and of containers.
struct Counts {
  int davitd = 0;
  int all = 0;
};

Counts count(const std::vector<Unit>& units) {
  Counts counts;
  for (auto const& unit : units) {
    for (auto const& container : unit.containers) {
      ++counts.all;
      if (container.is_davitd) ++counts.davitd;
    }
  }
  return counts;
}

Paths paths_of_davitd(const Container& container, const std::vector<Unit>& units) {
  Paths paths{.patterns = name_patterns(container)};
  if (paths.patterns.size() > kMaxNamePatterns)
    return {.patterns = {"^/.*$"}, .take_the_rest = true};
  if (&container == &front_of(units)) {
    auto const is_only_one = count(units).davitd == 1;
    paths.patterns.emplace_back(
        is_only_one ? "^/(mcp|sse|health|ready)/?$" : "^/(health|ready)/?$"
    );
  }
  return paths;
}

}  // namespace

Paths paths_of(const Container& container, const std::vector<Unit>& units) {
  if (container.is_davitd) return paths_of_davitd(container, units);
  Paths paths{.patterns = {fmt::format("^/{}(/.*)?$", container.name)}};
  if (count(units).all == 1) paths.patterns.emplace_back("^/mcp/?$");
  return paths;
}

std::string prefix_of_image(const Container& container) {
  return fmt::format("^/{}/?(.*)$", container.name);
}

const Container& front_of(const std::vector<Unit>& units) {
  for (auto const& unit : units) {
    for (auto const& container : unit.containers) {
      if (container.is_davitd) return container;
    }
  }
  return units.front().containers.front();
}

std::string health_path_of(const std::vector<Unit>& units) {
  auto const& front = front_of(units);
  return front.is_davitd ? front.health : fmt::format("/{}{}", front.name, front.health);
}

}  // namespace davit::infra
