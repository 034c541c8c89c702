// Manifest: what `davit.yaml` says of one deployment, with the defaults of a careful operator. The
// tables beside it (tables.h) say what each member is for.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/reader.h"
#include "config/servers.h"
#include "json/json.h"

namespace davit::manifest {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using namespace std::chrono_literals;

// Names and texts in the order of the file: environment variables, tags.
using Texts = std::vector<std::pair<std::string, std::string>>;
using Strings = std::vector<std::string>;

enum class Target { local, ecs, lambda, hybrid, kubernetes };
enum class Layout { one_task, task_per_server };
enum class Arch { arm64, x86_64 };
enum class Ingress { internet, internal };
enum class Nat { none, one, per_zone };
enum class Strategy { rolling, blue_green, canary, linear };
enum class Capacity { fargate, mixed, spot };
enum class Traces { none, otlp, xray };
enum class Artifacts { none, s3, efs, both };
enum class Front { rest, http, url };
// API Gateway writes the logs of REST APIs with one role of the account: one that is there, or made
// here.
enum class AccessLogs { none, account, create };
enum class Switch { off, on };
// How a server that is not ours keeps its sessions. Connectors have sealed ones, which any replica
// can take.
enum class Sessions { unknown, stateless, in_memory };
enum class ToolChanges { block_breaking, allow };
// How a command speaks: over its standard input and output, or itself over HTTP.
enum class Transport { stdio, http };

struct Server {
  config::ServerConfig connector;          // with `connector.connector` when it is one of ours
  std::string image;                       // of any image that speaks MCP over HTTP
  std::vector<std::string> command;        // that speaks MCP
  Transport transport = Transport::stdio;  // of the command
  std::string path = "/mcp";               // where a command serves MCP over HTTP
  std::uint16_t port = 8080;               // where the image listens
  std::string health = "/health";          // answers 200 when the image is well
  Sessions sessions = Sessions::unknown;
  std::optional<int> cpu;     // of the server's own task; units of 1/1024 vCPU
  std::optional<int> memory;  // of the same; MiB
  std::optional<int> min;     // tasks of the same
  std::optional<int> max;
  Strings policies;  // ARNs of managed policies for the task, beside our own
  Strings egress;    // "10.0.0.0/8:5432": where it connects to beside HTTPS
  Texts environment;
  Texts secrets;  // environment variables from references
  int line = 0;   // where it begins in the file
  std::string place;

  const std::string& name() const { return connector.name; }
  bool is_connector() const { return !connector.connector.empty(); }
  bool is_image() const { return !image.empty(); }
  // A program that serves MCP over HTTP by itself.
  bool is_http_command() const { return !command.empty() && transport == Transport::http; }
};

// Who may call. Without any of it nobody has decided, which is an error for an endpoint on the
// internet.
struct Auth {
  bool is_none = false;  // `auth: none`: everybody who reaches the address
  std::string jwt_issuer;
  std::string jwt_audience;
  std::string jwt_jwks;  // empty: the issuer's /.well-known/jwks.json
  Strings api_keys;      // references
  bool iam = false;      // signed with AWS credentials; Lambda only
  bool is_given() const { return is_none || !jwt_issuer.empty() || !api_keys.empty() || iam; }
};

struct Network {
  std::string vpc = "new";  // or the id of one that exists
  std::string cidr = "10.0.0.0/16";
  int zones = 3;
  Nat nat = Nat::one;
  Ingress ingress = Ingress::internet;
  Strings allow{"0.0.0.0/0"};  // who reaches the balancer
  Strings endpoints;           // "ecr", "logs", "secretsmanager", "ssm", "s3", ...
  bool flow_logs = true;
  Strings subnets;         // of an existing VPC, for tasks
  Strings public_subnets;  // of an existing VPC, for the balancer
};

struct Balancer {
  seconds idle_timeout{60};
  seconds keep_alive{3600};
  seconds deregistration_delay{300};
  seconds slow_start{0};  // 0: none
  seconds stickiness{0};  // 0: none
  bool access_logs = true;
  std::uint16_t test_port = 8443;  // of the test listener, when the strategy has one
  std::string tls_policy = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06";
  std::optional<int> waf_rate;  // requests of one address in five minutes
  seconds health_interval{10};
  seconds health_timeout{5};
  int healthy = 2;
  int unhealthy = 3;
  std::string certificate;  // ARN of one that exists; empty: one is made for the domain
};

struct Service {
  Capacity capacity = Capacity::fargate;
  int fargate_base = 1;    // tasks that are never on Spot, when mixed
  int fargate_weight = 1;  // of the rest, when mixed
  int spot_weight = 3;
  bool exec = false;
  bool insights = true;
  bool circuit_breaker = true;
  bool zone_rebalancing = true;
  std::string connect;  // Service Connect's namespace; empty: none
  seconds health_grace{120};
  seconds stop_timeout{120};
  int nofile = 65536;
  bool read_only_root = true;
  bool public_ip = false;  // tasks in public subnets, to do without NAT
};

struct Size {
  int cpu = 256;     // units of 1/1024 vCPU
  int memory = 512;  // MiB
  Arch arch = Arch::arm64;
  int ephemeral = 20;  // GiB
};

struct Scaling {
  int min = 2;
  int max = 10;
  std::optional<int> cpu = 70;     // per cent
  std::optional<int> memory = 80;  // per cent
  std::optional<int> requests;     // of one task in a minute
  std::optional<int> streams;      // open in one task
  seconds in_cooldown{300};
  seconds out_cooldown{60};
  std::string weekdays;  // "07:00-20:00": otherwise no task runs; empty: always
  std::string weekends;
  std::string timezone = "UTC";
};

// What is run or told at points of a release: a program and its arguments each, or one URL.
struct Hooks {
  Strings pre_deploy;
  Strings pre_traffic;
  Strings pre_step;
  Strings confirm_promotion;
  Strings post_deploy;
  Strings rollback;
  Strings event;
};

struct Release {
  Strategy strategy = Strategy::blue_green;
  minutes bake{10};
  int canary_percent = 10;
  minutes canary_bake{10};
  int step_percent = 10;
  minutes step_bake{6};
  bool pause = true;  // the shift waits for the gate's word
  minutes pause_timeout{60};
  bool alarms = true;  // an alarm during a release rolls it back
  Strings smoke;       // tools to call, "gitlab_list_projects"
  Strings calls;       // the same with arguments and the answer, see calls.h
  Hooks hooks;
  ToolChanges tool_changes = ToolChanges::block_breaking;
};

// The deployment of one machine.
struct Local {
  std::string host = "127.0.0.1";  // where the balancer listens
  std::uint16_t port = 8080;
  int tasks = 2;        // of each service
  std::string program;  // davitd; empty: the one beside davit
  seconds bake{10};
  seconds step_bake{5};
  seconds start{60};
  seconds drain{110};
  std::size_t log_bytes = 10 * 1024 * 1024;  // of one file
  int log_files = 5;                         // of one task
  bool merged = true;
};

struct State {
  std::string store = "none";  // none, valkey, or a reference to a redis:// URL
  Artifacts artifacts = Artifacts::none;
  std::string mount = "/mnt/data";  // where EFS is seen
  std::string node = "cache.t4g.micro";
  int replicas = 1;  // of Valkey, beside the primary

  bool has_bucket() const { return artifacts == Artifacts::s3 || artifacts == Artifacts::both; }
  bool has_files() const { return artifacts == Artifacts::efs || artifacts == Artifacts::both; }
};

struct Lambda {
  int memory = 256;  // MiB; 1024 when it holds several servers
  seconds timeout{29};
  int ephemeral = 512;  // MiB
  bool streaming = true;
  std::optional<int> provisioned;  // kept warm
  std::optional<int> reserved;     // at most so many at once
  Front front = Front::rest;
  std::string stage = "live";
  int rate = 1000;                            // requests a second
  int burst = 5000;                           // requests
  std::optional<int> quota;                   // requests of one API key in a month
  Strings origins;                            // of browsers that may call
  bool validate = true;                       // the gateway refuses bodies that are no JSON-RPC
  AccessLogs access_logs = AccessLogs::none;  // of a REST API; an HTTP API always has them
};

struct Registry {
  bool create = true;
  std::string prefix;  // of repository names; empty: the manifest's name
  int keep_releases = 10;
  int keep_staging = 5;
  std::chrono::days keep_dev{7};
  std::chrono::days keep_untagged{1};
  Strings accounts;  // that may pull
};

struct SecretSettings {
  std::string kms = "aws";  // aws: the service's own key; create; or an ARN
  bool create = false;      // make the secrets that are referred to, empty
  std::optional<std::chrono::days> rotation;
  Strings rotate;  // names of the secrets that are rotated
};

struct Logs {
  std::chrono::days retention{30};
  std::string level = "info";
  bool archive = false;                                // to S3
  std::optional<std::chrono::days> archive_retention;  // there; unset: for ever
};

struct Alerts {
  Strings email;
  std::string topic;    // ARN of a topic that exists
  int errors_5xx = 10;  // in five minutes
  milliseconds p99{5000};
  int rpc_errors = 25;  // JSON-RPC errors in five minutes
  int connections = 10'000;
  bool security_groups = false;  // tell of changes to them; needs a trail in this region
  bool enabled = true;
};

struct Budget {
  std::optional<int> monthly;  // US dollars
  Strings email;               // empty: that of the alerts
};

struct Dns {
  std::string zone;  // id of the hosted zone; empty: records are left to you
  bool health_check = false;
  std::string failover;  // primary or secondary
};

struct Deploy {
  std::string github;  // "owner/repository"
  Strings branches{"main"};
  Strings environments;                  // of GitHub
  std::string oidc_provider = "create";  // or the ARN of the account's
  Strings principals;                    // ARNs of roles and users that may as well
};

struct Manifest {
  std::string name;
  std::string environment;  // empty when none was chosen
  Target target = Target::local;
  std::string region = "us-east-1";
  std::string account;  // twelve digits; empty: whichever applies the template
  Layout layout = Layout::one_task;
  std::string domain;
  std::string image;  // of davitd; empty: the registry's, with the release as its tag
  bool dashboard = true;
  Texts tags;
  Traces traces = Traces::none;
  std::string traces_endpoint;  // OTLP, of a collector of your own; empty: a side-car
  int traces_sample = 5;        // per cent

  Auth auth;
  Network network;
  Balancer balancer;
  Service service;
  Size size;
  Scaling scaling;
  Release release;
  State state;
  Lambda lambda;
  Local local;
  Registry registry;
  SecretSettings secrets;
  Logs logs;
  Alerts alerts;
  Budget budget;
  Dns dns;
  Deploy deploy;
  std::vector<Server> servers;
  json::Object overrides;  // {LogicalId: {Property: value}}

  config::Origins origins;  // where values came from, by key; the rest are defaults
  std::string file;

  // Where the key was written, for messages: "davit.yaml:3", or the file when it was not.
  std::string place_of(std::string_view key) const;

  bool has_connectors() const;
  bool on_ecs() const { return target == Target::ecs || target == Target::hybrid; }
  bool on_lambda() const { return target == Target::lambda || target == Target::hybrid; }
  bool is_internet_facing() const { return network.ingress == Ingress::internet; }
  // "mcp-servers-production", or the name alone.
  std::string stack_name() const;
};

}  // namespace davit::manifest
