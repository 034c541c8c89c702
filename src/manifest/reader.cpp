#include "manifest/reader.h"

#include <algorithm>

#include <fmt/format.h>

#include "manifest/checks.h"
#include "manifest/formats.h"
#include "manifest/node_json.h"
#include "manifest/overlay.h"
#include "manifest/problems.h"
#include "manifest/tables.h"

namespace davit::manifest {
namespace {

using config::Node;
using config::Report;

class Reading {
 public:
  explicit Reading(const Node& root) : root_(root) {}

  Manifest read(std::string_view environment) {
    if (root_.source != nullptr) manifest_.file = *root_.source;
    manifest_.environment = environment;
    if (root_.kind != Node::Kind::map && root_.kind != Node::Kind::null) {
      complain(root_, "", "expected a map that begins with `name: ...`");
      return std::move(manifest_);
    }
    for (auto const& section : sections()) read_section(section);
    read_servers();
    read_texts(root_.find("tags"), "tags", manifest_.tags);
    read_overrides();
    manifest_.origins = std::move(report_.origins);
    return std::move(manifest_);
  }

  std::vector<config::Problem> take_problems() { return std::move(report_.problems); }

 private:
  void complain(const Node& node, std::string key, std::string message) {
    report_.problems.push_back({config::place_of(node), std::move(key), std::move(message)});
  }

  void read_section(const Section& section) {
    auto* const object = section.member(manifest_);
    if (section.key.empty()) {
      // `auth: none` and `traces: xray` are words for a whole map.
      std::vector<config::Row> rows(section.rows.begin(), section.rows.end());
      std::erase_if(rows, [this](const config::Row& row) { return is_word(row.key); });
      Node top = root_;
      std::erase_if(top.items, [this](const Node& node) { return is_word(node.key); });
      config::read_rows(top, "", rows, object, report_);
      return;
    }
    auto const* node = root_.find(section.key);
    if (node == nullptr) return;
    if (is_word(section.key)) return read_word(section, *node);
    // That it is no map was said at the top.
    if (node->kind != Node::Kind::map) return;
    config::read_rows(*node, section.key, section.rows, object, report_);
  }

  bool is_word(std::string_view key) const {
    if (key != "auth" && key != "traces") return false;
    auto const* node = root_.find(key);
    return node != nullptr && node->kind == Node::Kind::scalar;
  }

  void read_word(const Section& section, const Node& node) {
    if (section.key == "traces") {
      auto const row = std::ranges::find(section.rows, "to", &config::Row::key);
      Report report;
      config::read_row_text(*row, node.text, config::place_of(node), &manifest_, report);
      for (auto& problem : report.problems) problem.key = "traces";
      std::ranges::move(report.problems, std::back_inserter(report_.problems));
      report_.origins["traces.to"] = config::place_of(node);
    } else if (node.text == "none") {
      manifest_.auth.is_none = true;
      report_.origins["auth"] = config::place_of(node);
    } else {
      complain(node, "auth", "must be `none`, or a map with jwt, api_keys or iam");
    }
  }

  void read_servers() {
    auto const* node = root_.find("servers");
    auto const is_map = node != nullptr && node->kind == Node::Kind::map;
    // That it is no map was said at the top.
    if (node != nullptr && node->kind != Node::Kind::null && !is_map) return;
    if (!is_map || node->items.empty()) {
      return complain(
          node == nullptr ? root_ : *node,
          "servers",
          "is missing. Name at least one MCP server, such as `gitlab: {connector: gitlab}`"
      );
    }
    for (auto const& entry : node->items) read_server(entry);
  }

  void read_server(const Node& node) {
    auto const key = config::join_key("servers", node.key);
    if (auto const wrong = config::check_name(node.key); !wrong.empty()) {
      complain(node, key, std::string(wrong));
    }
    auto& server = manifest_.servers.emplace_back();
    server.connector.name = node.key;
    server.place = config::place_of(node);
    if (node.kind != Node::Kind::map) {
      return complain(node, key, "expected a map, such as {connector: gitlab}");
    }
    auto const rows = connector_rows();
    Node known = node;
    std::erase_if(known.items, [](const Node& item) {
      return item.key == "environment" || item.key == "secrets";
    });
    config::Part const parts[] = {{rows, &server.connector}, {server_table().rows, &server}};
    config::read_parts(known, key, parts, report_);
    read_texts(node.find("environment"), key + ".environment", server.environment);
    read_texts(node.find("secrets"), key + ".secrets", server.secrets);
    for (auto const& [name, reference] : server.secrets) {
      if (auto const wrong = check_reference(reference); !wrong.empty()) {
        auto const* item = node.find("secrets")->find(name);
        complain(*item, config::join_key(key + ".secrets", name), std::string(wrong));
      }
    }
  }

  // A map of texts with free keys.
  void read_texts(const Node* node, const std::string& key, Texts& texts) {
    if (node == nullptr || node->kind == Node::Kind::null) return;
    if (node->kind != Node::Kind::map) {
      if (key != "tags") complain(*node, key, "expected a map of names and texts");
      return;
    }
    for (auto const& item : node->items) {
      if (item.kind != Node::Kind::scalar) {
        complain(item, config::join_key(key, item.key), "expected one text");
        continue;
      }
      texts.emplace_back(item.key, item.text);
      report_.origins[config::join_key(key, item.key)] = config::place_of(item);
    }
  }

  void read_overrides() {
    auto const* node = root_.find("overrides");
    if (node == nullptr || node->kind != Node::Kind::map) return;
    for (auto const& item : node->items) {
      auto const key = config::join_key("overrides", item.key);
      if (item.kind != Node::Kind::map) {
        complain(item, key, "expected a map of properties");
        continue;
      }
      manifest_.overrides[item.key] = to_json(item);
      report_.origins[key] = config::place_of(item);
    }
  }

  const Node& root_;
  Manifest manifest_;
  Report report_;
};

struct Outcome {
  Manifest manifest;
  std::vector<config::Problem> problems;
};

Outcome read_one(const Node& root, std::string_view environment) {
  auto merged = merge_environment(root, environment);
  Outcome outcome;
  outcome.problems = std::move(merged.problems);
  Reading reading(merged.root);
  outcome.manifest = reading.read(environment);
  std::ranges::move(reading.take_problems(), std::back_inserter(outcome.problems));
  std::ranges::move(
      check(outcome.manifest, outcome.problems), std::back_inserter(outcome.problems)
  );
  name_environment(root, environment, outcome.problems);
  return outcome;
}

}  // namespace

std::vector<std::string> environments_of(const Node& root) {
  std::vector<std::string> names;
  auto const* node = root.find("environments");
  if (node == nullptr || node->kind != Node::Kind::map) return names;
  for (auto const& item : node->items) names.push_back(item.key);
  return names;
}

Result<Manifest> read_manifest(const Node& root, std::string_view environment) {
  auto const names = environments_of(root);
  if (!environment.empty() && std::ranges::find(names, environment) == names.end()) {
    auto known = names.empty() ? std::string("none are written")
                               : fmt::format("there are: {}", fmt::join(names, ", "));
    return Error(
        ErrorKind::invalid_input,
        fmt::format("there is no environment `{}` under `environments:`; {}", environment, known)
    );
  }
  auto outcome = read_one(root, environment);
  std::ranges::move(check_environments(root), std::back_inserter(outcome.problems));
  if (!outcome.problems.empty()) return refuse(std::move(outcome.problems));
  return std::move(outcome.manifest);
}

Result<Manifest> load_manifest(const std::string& path, std::string_view environment) {
  DAVIT_TRY(auto const root, config::read_yaml(path));
  return read_manifest(root, environment);
}

Result<std::vector<Manifest>> read_all(const Node& root) {
  auto names = environments_of(root);
  if (names.empty()) names.emplace_back();
  // That there are more is a problem of its own.
  if (names.size() > kMaxEnvironments) names.resize(kMaxEnvironments);
  SharedProblems shared;
  for (auto& problem : check_environments(root)) shared.add(std::move(problem), "");
  std::vector<Manifest> manifests;
  for (auto const& name : names) {
    auto outcome = read_one(root, name);
    for (auto& problem : outcome.problems) shared.add(std::move(problem), name);
    manifests.push_back(std::move(outcome.manifest));
    // Nobody reads more.
    if (shared.size() > kMaxShownProblems) break;
  }
  names.resize(manifests.size());
  if (shared.size() == 0) return manifests;
  return refuse(std::move(shared).take(names.size()));
}

Result<std::vector<Manifest>> load_all(const std::string& path) {
  DAVIT_TRY(auto const root, config::read_yaml(path));
  return read_all(root);
}

}  // namespace davit::manifest
