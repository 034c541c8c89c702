#include "infra/build.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "config/reader.h"
#include "infra/concerns.h"

namespace davit::infra {
namespace {

using Concern = void (*)(const Manifest& manifest, Parts& parts, Stack& stack);

// Each stands behind those whose parts it reads.
constexpr Concern kConcerns[] = {
    add_network,
    add_security_groups,
    add_endpoints,
    add_secrets,
    add_storage,
    add_store,
    add_logs,
    add_roles,
    add_rotation,
    add_certificate,
    add_balancer,
    add_notifications,
    add_cluster,
    add_functions,
    add_routes,
    add_release_alarms,
    add_task_definitions,
    add_services,
    add_scaling,
    add_gateway,
    add_firewall,
    add_dns,
    add_alarms,
    add_dashboard,
    add_queries,
    add_budget,
    add_deploy_roles,
    add_outputs,
};

void add_tags(const Manifest& manifest, std::string_view environment, Stack& stack) {
  stack.add_tag("Application", Value(manifest.name));
  stack.add_tag("Environment", Value(environment));
  for (auto const& [key, value] : manifest.tags) stack.add_tag(key, Value(value));
}

std::vector<std::string_view> words_of(std::string_view text) {
  auto words = split(text, ' ');
  for (auto& word : words) {
    if (word.ends_with('!')) word.remove_suffix(1);
  }
  return words;
}

class Overrides {
 public:
  Overrides(const Manifest& manifest, std::vector<Stack>& stacks)
      : manifest_(manifest), stacks_(stacks) {}

  Result<> apply() {
    for (auto const& [id, properties] : manifest_.overrides) apply(id, properties.get_object());
    if (problems_.empty()) return {};
    return Error(ErrorKind::invalid_input, config::to_text(problems_));
  }

 private:
  void apply(std::string_view id, const json::Object& properties) {
    auto const key = config::join_key("overrides", id);
    Resource* resource = nullptr;
    for (auto& stack : stacks_) {
      if (resource == nullptr) resource = stack.find(id);
    }
    if (resource == nullptr) return complain(key, unknown_id(id));
    for (auto const& [name, value] : properties) {
      if (resource->type->has_property(name)) {
        merge(resource->properties, name, value);
        continue;
      }
      auto const words = words_of(resource->type->properties);
      complain(
          key,
          hint(
              fmt::format("{} has no property {}", resource->type->name, name), nearest(name, words)
          )
      );
    }
  }

  // Maps are merged, a null takes away; everything else is replaced, functions too.
  static void merge(json::Object& into, std::string_view key, const Value& value) {
    if (value.is_null()) {
      into.stable_erase(key);
      return;
    }
    auto& old = into[key];
    auto const* members = value.if_object();
    if (members == nullptr || is_function(value)) {
      old = value;
      return;
    }
    if (!old.is_object() || is_function(old)) old.emplace_object();
    for (auto const& [name, inner] : *members) merge(old.get_object(), name, inner);
  }

  std::string unknown_id(std::string_view id) const {
    std::vector<std::string_view> ids;
    for (auto const& stack : stacks_) {
      for (auto const& resource : stack.resources()) ids.push_back(resource.id);
    }
    return hint("there is no resource of that id", nearest(id, ids));
  }

  static std::string hint(std::string text, std::string_view near) {
    return near.empty() ? text + "; `davit render` shows them all"
                        : fmt::format("{}; did you mean `{}`?", text, near);
  }

  void complain(const std::string& key, std::string message) {
    problems_.push_back({manifest_.place_of(key), key, std::move(message)});
  }

  const Manifest& manifest_;
  std::vector<Stack>& stacks_;
  std::vector<config::Problem> problems_;
};

Result<> check_renderable(const Manifest& manifest) {
  if (!manifest.on_ecs() && !manifest.on_lambda()) {
    return Error(
        ErrorKind::unavailable,
        fmt::format(
            "target {} has no AWS infrastructure to render; write `target: ecs`, `lambda` or "
            "`hybrid`, or name an environment that does",
            manifest.target == manifest::Target::local ? "local" : "kubernetes"
        )
    );
  }
  for (auto const& server : manifest.servers) {
    if (server.command.empty()) continue;
    return Error(
        ErrorKind::unavailable,
        fmt::format(
            "{}: servers.{}: a server by command needs the bridge from stdio, which this version "
            "does not have; build an image that speaks MCP over HTTP and write `image`",
            server.place,
            server.name()
        )
    );
  }
  return {};
}

// "Lambda quotas", Lambda developer guide; "Amazon ECS service quotas", ECS developer guide.
constexpr std::size_t kMaxEnvironmentBytes = 4'096;
constexpr std::size_t kMaxTaskDefinitionBytes = 65'536;

std::size_t environment_bytes(const Resource& function) {
  std::size_t bytes = 0;
  auto const* environment = function.properties.if_contains("Environment");
  auto const* variables =
      environment == nullptr ? nullptr : json::find_object(*environment, "Variables");
  if (variables == nullptr) return 0;
  for (auto const& [name, value] : *variables) {
    bytes += name.size() + (value.is_string() ? value.get_string().size() : 0);
  }
  return bytes;
}

Error too_much(const Manifest& manifest, std::string_view what, std::size_t is, std::size_t most) {
  return Error(
      ErrorKind::invalid_input,
      fmt::format(
          "{}: servers: {} would have {} bytes, and AWS takes {}; write `layout: task-per-server`, "
          "or fewer servers",
          manifest.place_of("layout"),
          what,
          is,
          most
      )
  );
}

Result<> check_limits(const Manifest& manifest, const Stack& stack) {
  for (auto const& resource : stack.resources()) {
    if (resource.type->name == "AWS::Lambda::Function") {
      auto const bytes = environment_bytes(resource);
      if (bytes > kMaxEnvironmentBytes) {
        return too_much(manifest, "the environment of a function", bytes, kMaxEnvironmentBytes);
      }
    } else if (resource.type->name == "AWS::ECS::TaskDefinition") {
      auto const bytes = json::to_text(resource.properties).size();
      if (bytes > kMaxTaskDefinitionBytes) {
        return too_much(manifest, "a task definition", bytes, kMaxTaskDefinitionBytes);
      }
    }
  }
  return {};
}

}  // namespace

Result<std::vector<Stack>> build_stacks(const Manifest& manifest) {
  DAVIT_CHECK(check_renderable(manifest));
  std::vector<Stack> stacks;
  Parts parts{.units = units_of(manifest)};
  if (manifest.registry.create) {
    auto& registry = stacks.emplace_back(
        manifest.name + "-registry", fmt::format("Container images of {}.", manifest.name)
    );
    // All environments have it in common.
    add_tags(manifest, "shared", registry);
    add_registry(manifest, parts, registry);
    if (registry.resources().empty()) stacks.pop_back();
  }
  auto& stack = stacks.emplace_back(
      manifest.stack_name(), fmt::format("MCP servers of {}.", manifest.stack_name())
  );
  add_tags(manifest, manifest.environment.empty() ? "default" : manifest.environment, stack);
  stack.add_parameter(
      {.id = "Release",
       .description = "The release that runs: tag of davitd's image, and what it answers to the "
                      "question which it is.",
       .standard = "v" DAVIT_VERSION,
       .pattern = "[A-Za-z0-9][A-Za-z0-9._-]{0,127}"}
  );
  for (auto const concern : kConcerns) concern(manifest, parts, stack);
  DAVIT_CHECK(Overrides(manifest, stacks).apply());
  DAVIT_CHECK(check_limits(manifest, stacks.back()));
  return stacks;
}

}  // namespace davit::infra
