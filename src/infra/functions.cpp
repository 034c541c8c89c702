#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "infra/concerns.h"
#include "infra/function_environment.h"
#include "infra/logs.h"

namespace davit::infra {
namespace {

using manifest::Server;

constexpr int kSharedMemory = 1024;      // MiB, of a function with several servers
constexpr int kStandardEphemeral = 512;  // MiB; more is paid for
constexpr std::string_view kAlias = "live";

int memory_of(const Manifest& manifest, const Unit& unit) {
  auto const is_shared = unit.containers.front().servers.size() > 1;
  auto const is_said = manifest.origins.contains("lambda.memory");
  return is_shared && !is_said ? kSharedMemory : manifest.lambda.memory;
}

std::string description_of(const Manifest& manifest, const Unit& unit) {
  std::vector<std::string> names;
  for (auto const* server : unit.containers.front().servers) names.push_back(server->name());
  auto const text =
      fmt::format("MCP servers of {}: {}.", manifest.stack_name(), fmt::join(names, ", "));
  constexpr std::size_t kMaxDescription = 256;  // Lambda API reference, CreateFunction
  return std::string(utf8_prefix(text, kMaxDescription));
}

// JSON, so that the service's own lines can be searched as davitd's are. Lambda drops lines below
// the level when they are JSON with `level` and `timestamp` (Lambda developer guide, "Configuring
// log format and log level").
json::Object logging_of(const Manifest& manifest, const Value& group) {
  std::string level = manifest.logs.level;
  std::ranges::transform(level, level.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return {{"LogFormat", "JSON"}, {"ApplicationLogLevel", level}, {"LogGroup", group}};
}

class Maker {
 public:
  Maker(const Manifest& manifest, Parts& parts, Stack& stack)
      : manifest_(manifest), parts_(parts), stack_(stack) {}

  void add(const Unit& unit) {
    auto const function = unit.id + "Function";
    auto const version = unit.id + "Version";
    auto const alias = unit.id + "Alias";
    auto& resource =
        stack_.add(Layer::compute, function, "AWS::Lambda::Function", properties_of(unit));
    // The code is the release's: UpdateFunctionCode, then a version, then the alias.
    resource.of_server(unit.server()).released_by({"Code"});
    wait_for_files(resource);
    // A version never changes, and CloudFormation publishes another one only under another logical
    // id. So this is the first version alone: what later templates change arrives in $LATEST, which
    // no client meets, and goes live when a release publishes it and moves the alias.
    stack_
        .add(
            Layer::compute,
            version,
            "AWS::Lambda::Version",
            {{"FunctionName", ref_of(function)}, {"Description", "The first one."}}
        )
        .of_server(unit.server());
    add_alias(unit, alias, function, version);
    parts_.functions.functions[unit.name] = {
        .name = ref_of(function), .arn = attribute(function, "Arn"), .alias = ref_of(alias)
    };
    explain(unit);
  }

 private:
  json::Object properties_of(const Unit& unit) {
    auto const& container = unit.containers.front();
    auto const& lambda = manifest_.lambda;
    auto const is_arm = manifest_.size.arch == manifest::Arch::arm64;
    json::Object properties{
        {"FunctionName", fmt::format("{}-{}", manifest_.stack_name(), unit.name)},
        {"Description", description_of(manifest_, unit)},
        {"PackageType", "Image"},
        {"Code", json::Object{{"ImageUri", container.image}}},
        {"Architectures", json::Array{is_arm ? "arm64" : "x86_64"}},
        {"Role", parts_.roles.function[unit.name]},
        {"MemorySize", memory_of(manifest_, unit)},
        {"Timeout", lambda.timeout.count()},
        {"Environment", json::Object{{"Variables", function_environment(manifest_, parts_, unit)}}},
        {"Tags", json::Array{json::Object{{"Key", "Deployment"}, {"Value", ref_of("Release")}}}},
    };
    if (lambda.ephemeral > kStandardEphemeral) {
      properties["EphemeralStorage"] = json::Object{{"Size", lambda.ephemeral}};
    }
    if (lambda.reserved) properties["ReservedConcurrentExecutions"] = *lambda.reserved;
    if (manifest_.traces == manifest::Traces::xray) {
      properties["TracingConfig"] = json::Object{{"Mode", "Active"}};
    }
    auto const& group = parts_.logs.groups[function_log(unit)];
    if (!group.is_null()) properties["LoggingConfig"] = logging_of(manifest_, group);
    add_network(properties);
    add_files(container, properties);
    return properties;
  }

  // Private subnets always: a function has no address of its own on the internet, whatever its
  // subnet (Lambda developer guide, "Enable internet access for VPC-connected Lambda functions").
  void add_network(json::Object& properties) const {
    if (parts_.network.vpc.is_null() || parts_.groups.functions.is_null()) return;
    properties["VpcConfig"] = json::Object{
        {"SubnetIds", to_array(parts_.network.private_subnets)},
        {"SecurityGroupIds", json::Array{parts_.groups.functions}},
    };
  }

  void add_files(const Container& container, json::Object& properties) const {
    auto const point = parts_.storage.access_point_arns.find(container.name);
    if (point == parts_.storage.access_point_arns.end()) return;
    properties["FileSystemConfigs"] =
        json::Array{json::Object{{"Arn", point->second}, {"LocalMountPath", manifest_.state.mount}}
        };
  }

  // A mount target must be there before the function (CloudFormation user guide,
  // AWS::Lambda::Function, FileSystemConfigs), and nothing in the function refers to it.
  void wait_for_files(Resource& function) const {
    if (!function.properties.contains("FileSystemConfigs")) return;
    for (auto const& resource : stack_.resources()) {
      if (resource.type->name == "AWS::EFS::MountTarget") function.needs(resource.id);
    }
  }

  void add_alias(
      const Unit& unit,
      const std::string& id,
      const std::string& function,
      const std::string& version
  ) {
    json::Object properties{
        {"FunctionName", ref_of(function)},
        {"FunctionVersion", attribute(version, "Version")},
        {"Name", kAlias},
        {"Description", "What clients meet; a release moves it."},
    };
    if (manifest_.lambda.provisioned) {
      properties["ProvisionedConcurrencyConfig"] =
          json::Object{{"ProvisionedConcurrentExecutions", *manifest_.lambda.provisioned}};
    }
    stack_.add(Layer::compute, id, "AWS::Lambda::Alias", std::move(properties))
        .of_server(unit.server())
        .released_by({"FunctionVersion", "RoutingConfig"});
  }

  void explain(const Unit& unit) {
    auto const& container = unit.containers.front();
    if (container.is_davitd) return;
    stack_.add_note(fmt::format(
        "The image of {0} needs the AWS Lambda Web Adapter inside, as "
        "/opt/extensions/lambda-adapter.",
        unit.name
    ));
    if (container.servers.front()->secrets.empty()) return;
    stack_.add_note(fmt::format(
        "Lambda puts no secrets into the environment: {} finds the ids of its secrets in "
        "variables that end with _SECRET_ID or _PARAMETER, and reads them itself.",
        unit.name
    ));
  }

  const Manifest& manifest_;
  Parts& parts_;
  Stack& stack_;
};

}  // namespace

void add_functions(const Manifest& manifest, Parts& parts, Stack& stack) {
  if (!manifest.on_lambda()) return;
  Maker maker(manifest, parts, stack);
  for (auto const& unit : parts.units) maker.add(unit);
  if (!manifest.has_connectors()) return;
  stack.add_note(
      "davitd " DAVIT_VERSION
      " neither answers inside Lambda nor follows references to AWS: the stack is whole, but its "
      "connectors do not answer there yet. Images with the Lambda Web Adapter do."
  );
}

}  // namespace davit::infra
