// Parts: what the concerns of a stack hand to each other. Each concern reads what those before it
// have filled in and fills in its own; build.cpp has their order.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "infra/stack.h"
#include "infra/unit.h"
#include "manifest/manifest.h"

namespace davit::infra {

// A value that is null does not exist in this deployment.

struct Network {
  Value vpc;
  Value cidr;  // null for a network that exists
  Values public_subnets;
  Values private_subnets;
  Values task_subnets;    // where tasks run: private, or public with addresses of their own
  Values private_routes;  // route tables of the private subnets
};

// Ids of security groups.
struct Groups {
  Value balancer;
  Value tasks;
  Value functions;
  Value endpoints;
  Value store;
  Value files;
};

// A secret that something needs at run time.
struct SecretUse {
  std::string reference;      // as the manifest says it, "secretsmanager:mcp/gitlab#token"
  std::string variable;       // the environment variable in which it arrives, "GITLAB_TOKEN"
  Value value_from;           // what ECS takes: an ARN, with ":key::" for one value of several
  Value resource;             // its ARN for a policy
  bool is_parameter = false;  // of SSM's parameter store
};

struct Secrets {
  Value kms_key;  // ARN; null with the services' own keys
  std::map<std::string, std::vector<SecretUse>> of_server;
  std::vector<SecretUse> of_davitd;  // key ring of the sessions, API keys, address of the store
};

struct Storage {
  Value bucket;  // name, for artifacts
  Value bucket_arn;
  Value file_system;                           // id
  std::map<std::string, Value> access_points;  // id, by container
  std::map<std::string, Value> access_point_arns;
  Value logs_bucket;  // name: access logs of the balancer, archive of the logs
  Value logs_bucket_arn;
};

struct Store {
  Value url;  // redis://..., when it is made here; otherwise it is among the secrets
};

struct Logs {
  std::map<std::string, Value> groups;  // name of the log group, by container or function
  std::map<std::string, Value> arns;    // of the same, without ":*"
};

struct Roles {
  Value balancer;                          // ECS shifts the listeners' weights with it
  std::map<std::string, Value> execution;  // ARNs, by unit
  std::map<std::string, Value> task;
  std::map<std::string, Value> function;
};

// One container behind the balancer.
struct Route {
  Value blue;  // ARNs of the target groups
  Value green;
  Value blue_name;  // "targetgroup/...", for metrics
  Value green_name;
  Value rule;  // ARNs of the rules that a release shifts
  Value test_rule;
};

struct Edge {
  Value certificate;  // ARN
  Value balancer;     // ARN
  Value full_name;    // "app/...", for metrics
  Value dns_name;
  Value zone_id;
  Value listener;  // ARN, of production
  Value test_listener;
  std::map<std::string, Route> routes;  // by container
  // Pages that need no token, where the balancer asks for one: ECS shifts one rule of each pair of
  // groups, so these have a pair of their own, with which the service registers too. By container.
  std::map<std::string, Route> open_routes;
  Value url;  // "https://mcp.example.com", to which paths are added
};

struct Services {
  Value cluster;  // name
  Value cluster_arn;
  std::map<std::string, Value> names;  // of the services, by unit
  std::map<std::string, Value> arns;
  std::map<std::string, Value> task_definitions;  // ARNs
};

struct Function {
  Value name;
  Value arn;
  Value alias;  // ARN of the alias that clients meet
};

struct Functions {
  std::map<std::string, Function> functions;  // by unit
  Value api_id;                               // of the gateway
  Value api_name;
  Value stage;
  Value api_domain_name;  // regional, of the custom domain; what its record points at
  Value api_domain_zone;  // hosted zone of the same
};

struct Watch {
  Value topic;                                   // ARN
  std::map<std::string, Values> release_alarms;  // names, by unit; one of them rolls a release back
  Values alarms;                                 // names of all
};

struct Parts {
  std::vector<Unit> units;
  Network network;
  Groups groups;
  Secrets secrets;
  Storage storage;
  Store store;
  Logs logs;
  Roles roles;
  Edge edge;
  Services services;
  Functions functions;
  Watch watch;
};

}  // namespace davit::infra
