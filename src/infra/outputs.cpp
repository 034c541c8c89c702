#include <fmt/format.h>

#include "infra/concerns.h"
#include "infra/logs.h"
#include "manifest/formats.h"

namespace davit::infra {
namespace {

// What people, workflows and other stacks ask a deployment for, beside what the concerns tell of
// what they alone know.
class Outputs {
 public:
  Outputs(const Manifest& manifest, const Parts& parts, Stack& stack)
      : manifest_(manifest), parts_(parts), stack_(stack) {}

  void add() {
    add_network();
    add_addresses();
    if (manifest_.on_ecs()) {
      add_balancer();
      for (auto const& unit : parts_.units) add_service(unit);
    }
    if (manifest_.on_lambda()) {
      for (auto const& unit : parts_.units) add_function(unit);
    }
    add("ApiId", "Id of the API.", parts_.functions.api_id);
    add("FileSystemId", "Where servers keep files, on EFS.", parts_.storage.file_system);
  }

 private:
  // Nothing of what this deployment does not have.
  void add(std::string id, std::string description, const Value& value) {
    if (!value.is_null()) stack_.add_output(std::move(id), std::move(description), value);
  }

  // For stacks beside this one, such as the database of a server.
  void add_network() {
    auto const& network = parts_.network;
    add("TaskGroupId", "Security group of the tasks.", parts_.groups.tasks);
    add("FunctionGroupId", "Security group of the functions.", parts_.groups.functions);
    if (network.cidr.is_null()) return;  // it was there before
    Values subnets;
    for (auto const& subnet : network.private_subnets) {
      if (!subnets.empty()) subnets.emplace_back(",");
      subnets.push_back(subnet);
    }
    add("VpcId", "The network.", network.vpc);
    add("PrivateSubnetIds", "Its private subnets.", concat(subnets));
  }

  // Functions with addresses of their own have told them (function_url.cpp).
  void add_addresses() {
    auto const has_one = manifest_.on_ecs() || manifest_.lambda.front != manifest::Front::url;
    if (!has_one) return;
    for (auto const& server : manifest_.servers) {
      auto const path = manifest_.servers.size() == 1 ? "/mcp" : "/" + server.name() + "/mcp";
      add(manifest::to_id(server.name()) + "Address",
          fmt::format("Where clients find {}.", server.name()),
          concat({parts_.edge.url, Value(path)}));
    }
  }

  void add_balancer() {
    add("BalancerDnsName", "The balancer's own name.", parts_.edge.dns_name);
    add("BalancerZoneId", "Hosted zone of that name, for alias records.", parts_.edge.zone_id);
    add("ClusterArn", "The ECS cluster.", parts_.services.cluster_arn);
  }

  void add_service(const Unit& unit) {
    add(unit.id + "ServiceName",
        fmt::format("Name of the ECS service of {}.", unit.name),
        parts_.services.names.at(unit.name));
    for (auto const& container : unit.containers) {
      add(container.id + "LogGroup",
          fmt::format("Logs of {} on ECS.", container.name),
          parts_.logs.groups.at(container.name));
    }
  }

  void add_function(const Unit& unit) {
    auto const& function = parts_.functions.functions.at(unit.name);
    add(unit.id + "FunctionArn", fmt::format("The function of {}.", unit.name), function.arn);
    add(unit.id + "AliasArn",
        fmt::format("Its alias, which clients meet and a release moves, of {}.", unit.name),
        function.alias);
    add(unit.id + "FunctionLogGroup",
        fmt::format("Logs of {} on Lambda.", unit.name),
        parts_.logs.groups.at(function_log(unit)));
  }

  const Manifest& manifest_;
  const Parts& parts_;
  Stack& stack_;
};

}  // namespace

void add_outputs(const Manifest& manifest, Parts& parts, Stack& stack) {
  Outputs(manifest, parts, stack).add();
}

}  // namespace davit::infra
