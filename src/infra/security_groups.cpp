#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "infra/concerns.h"
#include "infra/network.h"
#include "manifest/formats.h"

namespace davit::infra {
namespace {

// Two groups that name each other in their own rules could not be made one before the other, so
// what a group lets out is in the group, and what it lets in from groups is in resources of its
// own. Rules within a group, from it and to it, are resources on both sides.
//
// DNS needs no rule: groups do not filter what goes to the VPC's resolver (VPC user guide,
// "Security groups"). Endpoints need none of their own: HTTPS to anywhere reaches them too.

constexpr std::string_view kAnywhere = "0.0.0.0/0";
constexpr int kHttp = 80;
constexpr int kHttps = 443;
constexpr int kRedis = 6379;
constexpr int kNfs = 2049;

json::Object rule(std::string_view peer_key, Value peer, int port, std::string_view description) {
  return {
      {"IpProtocol", "tcp"},
      {"FromPort", port},
      {"ToPort", port},
      {peer_key, std::move(peer)},
      {"Description", description}
  };
}

// A group without a rule for what it lets out would get one from EC2 that lets out everything
// (CloudFormation, AWS::EC2::SecurityGroup, "Remove the default egress rule").
json::Array nothing_out() {
  return {json::Object{
      {"IpProtocol", "-1"},
      {"CidrIp", "127.0.0.1/32"},
      {"Description", "Connects to nothing by itself"}
  }};
}

class Builder {
 public:
  Builder(const Manifest& manifest, Parts& parts, Stack& stack)
      : manifest_(manifest), parts_(parts), groups_(parts.groups), stack_(stack) {}

  // Those that are connected to stand before those that connect.
  void build() {
    if (manifest_.state.store == "valkey") {
      groups_.store = add_group("StoreGroup", "store", nothing_out());
    }
    if (manifest_.state.has_files()) {
      groups_.files = add_group("FileGroup", "files", nothing_out());
    }
    if (has_interface_endpoints(manifest_)) {
      groups_.endpoints = add_group("EndpointGroup", "endpoints", nothing_out());
    }
    if (has_functions_in_network(manifest_)) {
      groups_.functions = add_group("FunctionGroup", "functions", out_of_servers());
      let_servers_in("Functions", groups_.functions);
    }
    if (manifest_.on_ecs()) {
      groups_.tasks = add_group("TaskGroup", "tasks", out_of_servers());
      let_servers_in("Tasks", groups_.tasks);
      add_balancer();
      connect_replicas();
      let_service_connect_in();
    }
  }

 private:
  Value add_group(std::string id, std::string_view what, json::Array out, json::Array in = {}) {
    json::Object properties{
        {"GroupDescription", fmt::format("{} of {}", what, stack_.name())},
        {"VpcId", parts_.network.vpc},
        {"SecurityGroupEgress", std::move(out)}
    };
    if (!in.empty()) properties["SecurityGroupIngress"] = std::move(in);
    properties["Tags"] = json::Array{
        json::Object{{"Key", "Name"}, {"Value", fmt::format("{}-{}", stack_.name(), what)}}
    };
    auto group = attribute(id, "GroupId");
    stack_.add(Layer::network, std::move(id), "AWS::EC2::SecurityGroup", std::move(properties));
    return group;
  }

  void let_in(std::string id, const Value& group, json::Object rule) {
    rule["GroupId"] = group;
    stack_.add(Layer::network, std::move(id), "AWS::EC2::SecurityGroupIngress", std::move(rule));
  }

  // What tasks and functions share lets them in.
  void let_servers_in(std::string_view who, const Value& servers) {
    struct Shared {
      std::string_view name;
      const Value& group;
      int port;
      std::string_view description;
    };
    const Shared shared[] = {
        {"Store", groups_.store, kRedis, "Servers use the store"},
        {"Files", groups_.files, kNfs, "Servers mount their files"},
        {"Endpoints", groups_.endpoints, kHttps, "Servers call services of AWS"},
    };
    for (auto const& one : shared) {
      if (one.group.is_null()) continue;
      let_in(
          fmt::format("{}From{}", one.name, who),
          one.group,
          rule("SourceSecurityGroupId", servers, one.port, one.description)
      );
    }
  }

  json::Array out_of_servers() const {
    json::Array rules;
    for (auto const& [range, port] : ranges_out()) {
      auto const what = port == kHttps ? "Calls others over HTTPS" : "Calls others";
      rules.push_back(rule("CidrIp", Value(range), port, what));
    }
    if (!groups_.store.is_null()) {
      rules.push_back(rule("DestinationSecurityGroupId", groups_.store, kRedis, "Uses the store"));
    }
    if (!groups_.files.is_null()) {
      rules.push_back(rule("DestinationSecurityGroupId", groups_.files, kNfs, "Mounts its files"));
    }
    return rules;
  }

  // Each once, since EC2 refuses a rule that is already there. Whoever is called by a name may have
  // any address.
  std::set<std::pair<std::string, int>> ranges_out() const {
    std::set<std::pair<std::string, int>> ranges{{std::string(kAnywhere), kHttps}};
    auto const call = [&ranges](std::string_view url) {
      if (!url.empty()) ranges.emplace(kAnywhere, port_of(url));
    };
    for (auto const& server : manifest_.servers) {
      call(server.connector.url);
      for (auto const& text : server.egress) {
        auto const egress = manifest::parse_egress(text);
        if (egress) ranges.emplace(egress->cidr, egress->port);
      }
    }
    call(manifest_.traces_endpoint);
    call(manifest_.auth.jwt_issuer);
    call(manifest_.auth.jwt_jwks);
    // The address is inside a secret: its usual port. Another one goes into a server's `egress`.
    auto const has_own_store = manifest_.state.store != "none" && manifest_.state.store != "valkey";
    if (has_own_store) ranges.emplace(kAnywhere, kRedis);
    return ranges;
  }

  // Of "https://host:8443/path".
  static int port_of(std::string_view url) {
    auto port = url.starts_with("https://") ? kHttps : kHttp;
    auto const start = url.find("//") + 2;
    auto const host = url.substr(start, url.find('/', start) - start);
    auto const colon = host.rfind(':');
    if (colon == std::string_view::npos) return port;
    std::from_chars(host.data() + colon + 1, host.data() + host.size(), port);
    return port;
  }

  void add_balancer() {
    json::Array in;
    for (auto const& [port, description] : ports_of_balancer()) {
      for (auto const& range : manifest_.network.allow) {
        in.push_back(rule("CidrIp", Value(range), port, description));
      }
    }
    json::Array out;
    for (auto const port : ports_of_containers()) {
      out.push_back(
          rule("DestinationSecurityGroupId", groups_.tasks, port, "Hands requests to the tasks")
      );
    }
    // The balancer fetches the keys by itself; it can from its own address only if it may go out.
    auto const& auth = manifest_.auth;
    if (!auth.jwt_issuer.empty()) {
      auto const port = port_of(auth.jwt_jwks.empty() ? auth.jwt_issuer : auth.jwt_jwks);
      out.push_back(rule("CidrIp", Value(kAnywhere), port, "Fetches the keys of the tokens"));
    }
    groups_.balancer = add_group("BalancerGroup", "balancer", std::move(out), std::move(in));
    for (auto const port : ports_of_containers()) {
      let_in(
          fmt::format("TasksFromBalancer{}", port),
          groups_.tasks,
          rule("SourceSecurityGroupId", groups_.balancer, port, "Requests from the balancer")
      );
    }
  }

  // The gate asks the new version from where the deployer sits, which is outside as a rule, so the
  // test listener lets in the same ranges as the others.
  std::vector<std::pair<int, std::string_view>> ports_of_balancer() const {
    std::vector<std::pair<int, std::string_view>> ports;
    auto const has_tls = !manifest_.domain.empty() || !manifest_.balancer.certificate.empty();
    if (has_tls) ports.emplace_back(kHttps, "Clients over HTTPS");
    ports.emplace_back(kHttp, has_tls ? "Redirect to HTTPS" : "Clients over HTTP");
    if (manifest_.release.strategy != manifest::Strategy::rolling) {
      ports.emplace_back(manifest_.balancer.test_port, "Checks of a new version before it serves");
    }
    return ports;
  }

  std::set<int> ports_of_containers() const {
    std::set<int> ports;
    for (auto const& unit : parts_.units) {
      for (auto const& container : unit.containers) ports.insert(container.port);
    }
    return ports;
  }

  void connect_replicas() {
    if (!manifest_.has_connectors()) return;
    constexpr std::string_view kWhy = "Replicas hand on what belongs to another one";
    let_in(
        "TasksFromTasks",
        groups_.tasks,
        rule("SourceSecurityGroupId", groups_.tasks, kPeerPort, kWhy)
    );
    auto out = rule("DestinationSecurityGroupId", groups_.tasks, kPeerPort, kWhy);
    out["GroupId"] = groups_.tasks;
    stack_.add(Layer::network, "TasksToTasks", "AWS::EC2::SecurityGroupEgress", std::move(out));
  }

  // With Service Connect other services call the tasks without the balancer.
  void let_service_connect_in() {
    if (manifest_.service.connect.empty()) return;
    if (!manifest_.auth.jwt_issuer.empty()) {
      stack_.add_note(
          "The balancer checks tokens, and calls by Service Connect pass it by: such callers are "
          "kept out. Let the security groups of those that you trust without a token into the "
          "group of the tasks, TaskGroup."
      );
      return;
    }
    if (parts_.network.cidr.is_null()) {
      stack_.add_note(
          "Services that call by Service Connect are kept out until you let their security groups "
          "into the group of the tasks, TaskGroup."
      );
      return;
    }
    for (auto const port : ports_of_containers()) {
      let_in(
          fmt::format("TasksFromNetwork{}", port),
          groups_.tasks,
          rule("CidrIp", parts_.network.cidr, port, "Other services by Service Connect")
      );
    }
  }

  const Manifest& manifest_;
  const Parts& parts_;
  Groups& groups_;
  Stack& stack_;
};

}  // namespace

void add_security_groups(const Manifest& manifest, Parts& parts, Stack& stack) {
  if (has_network(manifest)) Builder(manifest, parts, stack).build();
}

}  // namespace davit::infra
