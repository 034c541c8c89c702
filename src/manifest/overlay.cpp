#include "manifest/overlay.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "manifest/formats.h"

namespace davit::manifest {
namespace {

using config::Node;
using config::Problem;

void lay_over(Node& node, const Node& over) {
  if (node.kind != Node::Kind::map || over.kind != Node::Kind::map) {
    node = over;
    return;
  }
  for (auto const& entry : over.items) {
    auto const found = std::ranges::find(node.items, entry.key, &Node::key);
    if (found == node.items.end()) {
      node.items.push_back(entry);
    } else if (entry.kind != Node::Kind::null) {
      lay_over(*found, entry);
    } else if (found->kind != Node::Kind::map) {
      node.items.erase(found);
    }
    // A null over a map is an empty map: it has nothing to lay over.
  }
}

const Node* find_environment(const Node& root, std::string_view environment) {
  auto const* environments = root.find("environments");
  auto const is_map = environments != nullptr && environments->kind == Node::Kind::map;
  return is_map ? environments->find(environment) : nullptr;
}

void add_places(const Node& node, std::set<std::string>& places) {
  places.insert(config::place_of(node));
  for (auto const& item : node.items) add_places(item, places);
}

constexpr std::size_t kMaxEnvironmentName = 16;

}  // namespace

Merged merge_environment(const Node& root, std::string_view environment) {
  Merged merged{.root = root, .problems = {}};
  std::erase_if(merged.root.items, [](const Node& item) { return item.key == "environments"; });
  auto const* over = find_environment(root, environment);
  if (over == nullptr || over->kind == Node::Kind::null) return merged;
  auto const key = fmt::format("environments.{}", environment);
  if (over->kind != Node::Kind::map) {
    merged.problems.push_back(
        {config::place_of(*over), key, "expected a map of settings, such as {region: eu-central-1}"}
    );
    return merged;
  }
  auto keys = *over;
  std::erase_if(keys.items, [&merged](const Node& item) {
    if (item.key != "name" && item.key != "environments") return false;
    merged.problems.push_back(
        {config::place_of(item), item.key, "cannot differ between environments; write it at the top"
        }
    );
    return true;
  });
  lay_over(merged.root, keys);
  return merged;
}

void name_environment(
    const Node& root, std::string_view environment, std::vector<Problem>& problems
) {
  auto const* over = find_environment(root, environment);
  if (over == nullptr) return;
  std::set<std::string> inside;
  add_places(*over, inside);
  std::set<std::string> outside{config::place_of(root)};
  for (auto const& item : root.items) {
    if (item.key != "environments") add_places(item, outside);
  }
  auto const prefix = fmt::format("environments.{}", environment);
  for (auto& problem : problems) {
    if (!inside.contains(problem.place) || outside.contains(problem.place)) continue;
    if (!problem.key.starts_with(prefix)) problem.key = config::join_key(prefix, problem.key);
  }
}

std::vector<Problem> check_environments(const Node& root) {
  std::vector<Problem> problems;
  auto const* node = root.find("environments");
  if (node == nullptr || node->kind == Node::Kind::null) return problems;
  auto const complain = [&problems](const Node& at, std::string key, std::string message) {
    problems.push_back({config::place_of(at), std::move(key), std::move(message)});
  };
  if (node->kind != Node::Kind::map) {
    complain(
        *node,
        "environments",
        "expected a map of names and settings, such as {staging: {region: eu-central-1}}"
    );
    return problems;
  }
  if (node->items.size() > kMaxEnvironments) {
    complain(*node, "environments", fmt::format("are more than {}", kMaxEnvironments));
    return problems;
  }
  for (auto const& item : node->items) {
    auto const key = config::join_key("environments", item.key);
    if (item.key.size() > kMaxEnvironmentName || !check_stack_name(item.key).empty()) {
      complain(
          item,
          key,
          fmt::format(
              "is no good name: write at most {} of a-z, 0-9 and single -, a letter first and no - "
              "at the end",
              kMaxEnvironmentName
          )
      );
    } else if (item.key == "registry") {
      complain(item, key, "is the name of the stack of the images; choose another");
    }
  }
  return problems;
}

}  // namespace davit::manifest
