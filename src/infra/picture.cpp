#include "infra/picture.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/strings.h"
#include "infra/unit.h"

namespace davit::infra {
namespace {

using manifest::Manifest;
using manifest::Nat;
using manifest::Strategy;

constexpr std::size_t kMaxLines = 9;  // of a box; more become "and 12 more"

// "https://gitlab.com/api/v4" as "gitlab.com".
std::string host_of(std::string_view url) {
  auto const slashes = url.find("//");
  auto rest = slashes == std::string_view::npos ? url : url.substr(slashes + 2);
  return std::string(rest.substr(0, rest.find_first_of("/:")));
}

std::string name_of_secret(std::string_view reference) {
  auto const colon = reference.find(':');
  auto const name = colon == std::string_view::npos ? reference : reference.substr(colon + 1);
  return std::string(name.substr(0, name.find('#')));
}

class Painter {
 public:
  Painter(const Manifest& manifest, const std::vector<Stack>& stacks)
      : manifest_(manifest), stacks_(stacks), units_(units_of(manifest)) {}

  Picture paint() {
    picture_.title = manifest_.stack_name();
    frame("internet", "Internet: nobody is trusted", "", Look::outside, true);
    frame("account", fmt::format("AWS account, {}", manifest_.region), "", Look::plain, true);
    paint_clients();
    if (has("AWS::EC2::VPC") || manifest_.on_ecs()) paint_network();
    if (manifest_.on_ecs()) paint_balancer();
    if (manifest_.on_lambda()) paint_functions();
    paint_state();
    paint_secrets();
    paint_images();
    paint_watch();
    paint_vendors();
    return std::move(picture_);
  }

 private:
  bool has(std::string_view type) const {
    return std::ranges::any_of(stacks_, [type](const Stack& stack) {
      return std::ranges::any_of(stack.resources(), [type](const Resource& resource) {
        return resource.type->name == type;
      });
    });
  }

  void frame(
      std::string id, std::string title, std::string inside, Look look, bool is_trust_border = false
  ) {
    picture_.frames.push_back(
        {std::move(id), std::move(title), std::move(inside), look, is_trust_border}
    );
  }

  void box(std::string id, std::vector<std::string> lines, std::string inside, Look look) {
    if (lines.size() > kMaxLines) {
      auto const more = lines.size() - kMaxLines + 1;
      lines.resize(kMaxLines - 1);
      lines.push_back(fmt::format("and {} more", more));
    }
    picture_.boxes.push_back({std::move(id), std::move(lines), std::move(inside), look});
  }

  void arrow(std::string from, std::string to, std::string text, bool is_quiet = false) {
    picture_.arrows.push_back({std::move(from), std::move(to), std::move(text), is_quiet, false});
  }

  bool has_box(std::string_view id) const {
    return std::ranges::any_of(picture_.boxes, [id](const Box& box) { return box.id == id; });
  }

  // Where things run, for arrows that concern all of it.
  std::string workers() const { return manifest_.on_ecs() ? "tasks1" : "functions"; }

  std::string who() const {
    auto const& auth = manifest_.auth;
    if (!auth.jwt_issuer.empty()) return "tokens of " + host_of(auth.jwt_issuer);
    if (!auth.api_keys.empty()) return "API keys";
    if (auth.iam) return "AWS signatures";
    return "no authentication";
  }

  void paint_clients() {
    auto const is_internal = manifest_.network.ingress == manifest::Ingress::internal;
    box("clients",
        {"MCP clients", who(), is_internal ? "from inside the network" : "from anywhere"},
        is_internal ? "account" : "internet",
        Look::outside);
    if (!manifest_.deploy.github.empty()) {
      box("github", {"GitHub Actions", manifest_.deploy.github}, "internet", Look::outside);
    }
  }

  int zones() const {
    auto const& network = manifest_.network;
    if (network.vpc == "new") return network.zones;
    return static_cast<int>(std::clamp<std::size_t>(network.subnets.size(), 1, 3));
  }

  void paint_network() {
    auto const& network = manifest_.network;
    auto const is_new = network.vpc == "new";
    frame(
        "vpc",
        is_new ? fmt::format("VPC {}", network.cidr) : fmt::format("VPC {}", network.vpc),
        "account",
        Look::network,
        true
    );
    for (auto zone = 1; zone <= zones(); ++zone) {
      auto const letter = static_cast<char>('a' + zone - 1);
      auto const id = fmt::format("zone{}", zone);
      frame(id, fmt::format("Availability zone {}", letter), "vpc", Look::plain);
      auto const has_nat =
          is_new && (network.nat == Nat::per_zone || (network.nat == Nat::one && zone == 1));
      auto const inside = fmt::format("public{}", zone);
      if (has_nat) {
        frame(inside, "Public subnet", id, Look::network);
        box(fmt::format("nat{}", zone), {"NAT gateway"}, inside, Look::network);
      }
      if (!manifest_.on_ecs()) continue;
      auto const home = fmt::format("tasks_in{}", zone);
      frame(
          home, manifest_.service.public_ip ? "Public subnet" : "Private subnet", id, Look::compute
      );
      box(fmt::format("tasks{}", zone), lines_of_units(), home, Look::compute);
    }
    if (!network.endpoints.empty()) {
      std::vector<std::string> lines{"VPC endpoints"};
      for (auto const& name : network.endpoints) lines.push_back(name);
      box("endpoints", lines, "vpc", Look::network);
      arrow(workers(), "endpoints", "HTTPS 443", true);
    }
    if (manifest_.on_ecs() && manifest_.has_connectors() && zones() > 1) {
      picture_.arrows.push_back(
          {"tasks1", "tasks2", fmt::format("{}: sessions to their home", kPeerPort), true, true}
      );
    }
  }

  std::vector<std::string> lines_of_units() const {
    std::vector<std::string> lines;
    for (auto const& unit : units_) {
      std::string servers;
      for (auto const& container : unit.containers) {
        for (auto const* server : container.servers) {
          servers += (servers.empty() ? "" : ", ") + server->name();
        }
      }
      if (units_.size() > 1) {
        lines.push_back(servers);
        continue;
      }
      lines.push_back("Fargate task");
      lines.push_back(servers);
    }
    auto const& size = manifest_.size;
    if (units_.size() > 1) lines.insert(lines.begin(), "Fargate tasks");
    lines.push_back(fmt::format(
        "{} CPU, {} MiB, {}",
        size.cpu,
        size.memory,
        size.arch == manifest::Arch::arm64 ? "arm64" : "x86_64"
    ));
    lines.push_back(
        fmt::format("{} to {} in all zones", manifest_.scaling.min, manifest_.scaling.max)
    );
    return lines;
  }

  void paint_balancer() {
    auto const is_safe = !manifest_.domain.empty() || !manifest_.balancer.certificate.empty();
    std::vector<std::string> lines{"Application Load Balancer"};
    lines.push_back(is_safe ? "HTTPS 443, TLS 1.3" : "HTTP 80");
    if (!manifest_.auth.jwt_issuer.empty()) lines.push_back("checks tokens");
    if (manifest_.release.strategy != Strategy::rolling) {
      lines.push_back(fmt::format("test listener {}", manifest_.balancer.test_port));
    }
    if (has("AWS::WAFv2::WebACL")) lines.push_back("WAF: limit per address");
    box("balancer", lines, "vpc", Look::network);
    arrow("clients", "balancer", is_safe ? "HTTPS" : "HTTP, in the clear");
    std::set<int> ports;
    for (auto const& unit : units_) {
      for (auto const& container : unit.containers) ports.insert(container.port);
    }
    auto const text = fmt::format("HTTP {}", fmt::join(ports, ", "));
    for (auto zone = 1; zone <= zones(); ++zone) {
      arrow("balancer", fmt::format("tasks{}", zone), zone == 1 ? text : "");
    }
    if (!manifest_.dns.zone.empty()) {
      box("dns", {"Route 53", manifest_.domain}, "account", Look::plain);
      arrow("dns", "balancer", "name", true);
    }
  }

  void paint_functions() {
    std::vector<std::string> lines{units_.size() == 1 ? "Lambda function" : "Lambda functions"};
    for (auto const& unit : units_) lines.push_back(unit.name);
    lines.push_back(fmt::format("{} s at most", manifest_.lambda.timeout.count()));
    box("functions", lines, "account", Look::compute);
    if (manifest_.target == manifest::Target::hybrid) {
      arrow("balancer", "functions", "short calls");
      return;
    }
    auto const front = manifest_.lambda.front;
    if (front == manifest::Front::url) {
      arrow("clients", "functions", "HTTPS, function URL");
      return;
    }
    auto const is_rest = front == manifest::Front::rest;
    box("gateway",
        {"API Gateway",
         is_rest ? "REST API" : "HTTP API",
         fmt::format("{}/s, burst {}", manifest_.lambda.rate, manifest_.lambda.burst)},
        "account",
        Look::network);
    arrow("clients", "gateway", "HTTPS");
    arrow("gateway", "functions", "invoke");
  }

  void paint_state() {
    if (manifest_.state.store == "valkey") {
      box("store",
          {"Valkey", manifest_.state.node, fmt::format("{} replica", manifest_.state.replicas)},
          "vpc",
          Look::data);
      arrow(workers(), "store", "6379: shared state");
    }
    if (has("AWS::EFS::FileSystem")) {
      box("files", {"EFS", manifest_.state.mount}, "vpc", Look::data);
      arrow(workers(), "files", "NFS 2049, TLS");
    }
    if (manifest_.state.has_bucket()) {
      box("bucket", {"S3", "artifacts"}, "account", Look::data);
      arrow(workers(), "bucket", "HTTPS");
    }
  }

  void paint_secrets() {
    std::set<std::string> names;
    for (auto const& server : manifest_.servers) {
      if (!server.connector.token.empty()) names.insert(name_of_secret(server.connector.token));
      for (auto const& [variable, reference] : server.secrets) {
        names.insert(name_of_secret(reference));
      }
    }
    for (auto const& reference : manifest_.auth.api_keys) names.insert(name_of_secret(reference));
    std::vector<std::string> lines{"Secrets Manager, SSM"};
    lines.insert(lines.end(), names.begin(), names.end());
    if (manifest_.has_connectors()) lines.emplace_back("key ring of the sessions");
    if (lines.size() == 1) return;
    if (manifest_.secrets.kms != "aws") lines.insert(lines.begin() + 1, "own KMS key");
    box("secrets", lines, "account", Look::secret);
    arrow(
        "secrets", workers(), manifest_.on_ecs() ? "at start, as environment" : "when used", true
    );
  }

  void paint_images() {
    if (!has("AWS::ECR::Repository") && !manifest_.has_connectors()) return;
    box("registry", {"ECR", "images, scanned"}, "account", Look::data);
    arrow("registry", workers(), "image", true);
    if (!has_box("github")) return;
    box("deployer", {"Deploy role", "by OIDC, no stored key"}, "account", Look::secret);
    arrow("github", "deployer", "", true);
    arrow("deployer", "registry", "push, release", true);
  }

  void paint_watch() {
    std::vector<std::string> lines{"CloudWatch"};
    lines.push_back(fmt::format("logs, {} days", manifest_.logs.retention.count()));
    if (has("AWS::CloudWatch::Alarm")) lines.emplace_back("alarms");
    if (has("AWS::CloudWatch::Dashboard")) lines.emplace_back("dashboard");
    if (manifest_.traces == manifest::Traces::xray) lines.emplace_back("X-Ray");
    box("watch", lines, "account", Look::watch);
    arrow(workers(), "watch", "logs, metrics", true);
    if (!has("AWS::SNS::Topic") && manifest_.alerts.topic.empty()) return;
    auto people = std::vector<std::string>{"SNS topic"};
    people.insert(people.end(), manifest_.alerts.email.begin(), manifest_.alerts.email.end());
    box("topic", people, "account", Look::watch);
    arrow("watch", "topic", "alarms", true);
  }

  void paint_vendors() {
    std::set<std::string> hosts;
    for (auto const& server : manifest_.servers) {
      if (!server.is_connector()) continue;
      hosts.insert(
          server.connector.url.empty() ? server.connector.connector : host_of(server.connector.url)
      );
    }
    if (hosts.empty()) return;
    std::vector<std::string> lines{"Upstream APIs"};
    lines.insert(lines.end(), hosts.begin(), hosts.end());
    box("vendors", lines, "internet", Look::outside);
    auto const from = workers();
    if (!has_box("nat1")) return arrow(from, "vendors", "HTTPS 443");
    for (auto zone = 1; zone <= zones(); ++zone) {
      auto const nat = fmt::format("nat{}", zone);
      auto const tasks = fmt::format("tasks{}", zone);
      if (!has_box(tasks)) continue;
      arrow(tasks, has_box(nat) ? nat : "nat1", zone == 1 ? "HTTPS 443" : "");
      if (has_box(nat)) arrow(nat, "vendors", "");
    }
  }

  const Manifest& manifest_;
  const std::vector<Stack>& stacks_;
  std::vector<Unit> units_;
  Picture picture_;
};

}  // namespace

Picture picture_of(const Manifest& manifest, const std::vector<Stack>& stacks) {
  return Painter(manifest, stacks).paint();
}

}  // namespace davit::infra
