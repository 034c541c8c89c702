#include <algorithm>

#include <fmt/format.h>

#include "infra/concerns.h"
#include "infra/ecr.h"
#include "infra/grants.h"
#include "infra/iam.h"
#include "infra/task_role_path.h"

namespace davit::infra {
namespace {

class RolesConcern {
 public:
  RolesConcern(const Manifest& manifest, Parts& parts, Stack& stack)
      : manifest_(manifest), parts_(parts), stack_(stack) {}

  void add() {
    auto const shifts_weights = manifest_.release.strategy != manifest::Strategy::rolling;
    if (manifest_.on_ecs() && shifts_weights) add_balancer_role();
    for (auto const& unit : parts_.units) {
      if (manifest_.on_ecs()) {
        add_execution_role(unit);
        add_task_role(unit);
      }
      if (manifest_.on_lambda()) add_function_role(unit);
    }
  }

 private:
  // ECS takes it on to shift the listeners' weights (ECS developer guide, "Amazon ECS
  // infrastructure IAM role for load balancers").
  void add_balancer_role() {
    auto& role = add_role(
        stack_,
        Layer::shared,
        "BalancerRole",
        "Lets ECS shift the weights of the listeners during a release.",
        trust_service("ecs.amazonaws.com", for_this_account()),
        {}
    );
    role.properties["ManagedPolicyArns"] = json::Array{substitute(
        "arn:${AWS::Partition}:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers"
    )};
    parts_.roles.balancer = attribute("BalancerRole", "Arn");
  }

  // ECS developer guide, "Task IAM role": the source is any task of the account in the region.
  static json::Object trust_of_tasks() {
    return trust_service("ecs-tasks.amazonaws.com", for_this_account(arn("ecs", "*")));
  }

  // What ECS itself needs to start the tasks: image, logs, secrets.
  void add_execution_role(const Unit& unit) {
    Statements statements;
    grant_pull(statements, unit);
    grant_logs(statements, logs_of(unit));
    grant_secrets(statements, SecretReader::ecs, unit, parts_);
    auto const id = unit.id + "ExecutionRole";
    auto& role = add_role(
        stack_,
        Layer::shared,
        id,
        fmt::format("Lets ECS start the tasks of {}.", unit.name),
        trust_of_tasks(),
        statements
    );
    role.properties["Path"] = path_of_task_roles(manifest_);
    role.of_server(unit.server());
    parts_.roles.execution[unit.name] = attribute(id, "Arn");
  }

  Values logs_of(const Unit& unit) const {
    Values groups;
    for (auto const& container : unit.containers) {
      groups.push_back(parts_.logs.arns.at(container.name));
    }
    return groups;
  }

  void grant_pull(Statements& statements, const Unit& unit) const {
    Values repositories;
    for (auto const& container : unit.containers) {
      auto repository = repository_arn(manifest_, container);
      auto const is_new = std::ranges::find(repositories, repository) == repositories.end();
      if (!repository.is_null() && is_new) repositories.push_back(std::move(repository));
    }
    if (repositories.empty()) return;
    statements.push_back(
        {.sid = "AnyResourceSinceLoginsToEcrHaveNone",
         .actions = {"ecr:GetAuthorizationToken"},
         .resources = {Value("*")}}
    );
    statements.push_back(
        {.sid = "PullItsImages",
         .actions =
             {"ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"},
         .resources = std::move(repositories)}
    );
  }

  // What the servers themselves may do.
  void add_task_role(const Unit& unit) {
    Statements statements;
    grant_artifacts(statements, unit, parts_);
    grant_traces(statements, manifest_);
    if (manifest_.service.exec) grant_shell(statements, unit);
    auto const id = unit.id + "TaskRole";
    auto& role = add_role(
        stack_,
        Layer::shared,
        id,
        fmt::format("What the tasks of {} may do.", unit.name),
        trust_of_tasks(),
        statements
    );
    role.properties["Path"] = path_of_task_roles(manifest_);
    add_policies(role, unit);
    parts_.roles.task[unit.name] = attribute(id, "Arn");
  }

  // ECS developer guide, "Monitor Amazon ECS containers with ECS Exec": the agent in the task opens
  // the channels, and writes what the shell shows into the log of the container.
  void grant_shell(Statements& statements, const Unit& unit) const {
    statements.push_back(
        {.sid = "AnyResourceSinceChannelsOfShellsHaveNone",
         .actions =
             {"ssmmessages:CreateControlChannel",
              "ssmmessages:CreateDataChannel",
              "ssmmessages:OpenControlChannel",
              "ssmmessages:OpenDataChannel"},
         .resources = {Value("*")}}
    );
    statements.push_back(
        {.sid = "AnyResourceSinceGroupsAreListedTogether",
         .actions = {"logs:DescribeLogGroups"},
         .resources = {Value("*")}}
    );
    Values groups;
    for (auto const& group : logs_of(unit)) groups.push_back(concat({group, Value(":*")}));
    statements.push_back(
        {.sid = "WriteWhatShellsShow",
         .actions = {"logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"},
         .resources = std::move(groups)}
    );
  }

  // Of a function: it reads its secrets itself, since Lambda does not bring them.
  void add_function_role(const Unit& unit) {
    Statements statements;
    // By its name: in a hybrid deployment the parts have the log of a container under it.
    auto const function = manifest_.stack_name() + '-' + unit.name;
    grant_logs(statements, {arn("logs", "log-group:/aws/lambda/" + function)});
    grant_secrets(statements, SecretReader::function, unit, parts_);
    grant_artifacts(statements, unit, parts_);
    grant_traces(statements, manifest_);
    if (!parts_.groups.functions.is_null()) grant_network(statements, function);
    auto const id = unit.id + "FunctionRole";
    auto& role = add_role(
        stack_,
        Layer::shared,
        id,
        fmt::format("What the function of {} may do.", unit.name),
        trust_service("lambda.amazonaws.com", for_this_account()),
        statements
    );
    add_policies(role, unit);
    parts_.roles.function[unit.name] = attribute(id, "Arn");
  }

  // Lambda makes network interfaces with the function's role, on which it asks for every resource;
  // the code of the function has no need to (Lambda developer guide, "Giving Lambda functions
  // access to resources in an Amazon VPC").
  static void grant_network(Statements& statements, const std::string& function) {
    std::vector<std::string> const actions{
        "ec2:AssignPrivateIpAddresses",
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets",
        "ec2:UnassignPrivateIpAddresses"
    };
    statements.push_back(
        {.sid = "AnyResourceSinceLambdaAsksForAll", .actions = actions, .resources = {Value("*")}}
    );
    statements.push_back(
        {.sid = "AnyResourceIsKeptFromTheCodeOfTheFunction",
         .actions = actions,
         .resources = {Value("*")},
         .conditions =
             {{"ArnEquals",
               json::Object{{"lambda:SourceFunctionArn", arn("lambda", "function:" + function)}}}},
         .effect = Effect::deny}
    );
  }

  static void add_policies(Resource& role, const Unit& unit) {
    auto policies = policies_of(unit);
    if (!policies.empty()) role.properties["ManagedPolicyArns"] = std::move(policies);
    role.of_server(unit.server());
  }

  const Manifest& manifest_;
  Parts& parts_;
  Stack& stack_;
};

}  // namespace

void add_roles(const Manifest& manifest, Parts& parts, Stack& stack) {
  RolesConcern(manifest, parts, stack).add();
}

}  // namespace davit::infra
