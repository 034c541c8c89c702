#include <fmt/format.h>

#include "infra/concerns.h"
#include "infra/ecr.h"
#include "infra/github_trust.h"
#include "infra/iam.h"
#include "infra/task_role_path.h"

namespace davit::infra {
namespace {

// A release with a pause and a bake lasts longer than the hour that a session has otherwise.
constexpr int kSessionSeconds = 4 * 60 * 60;

// A role's policies have 10,240 characters in all (IAM user guide, "IAM and AWS STS quotas"). Of
// more units than this the long names would not fit, and a pattern stands for them.
constexpr std::size_t kMostUnitsByName = 8;

// What a release needs, and no more. It changes what runs, not the infrastructure: for that a role
// would need every right over everything in the stack, roles included. So it may make change sets
// and look at them, and somebody else executes them.
class DeployRole {
 public:
  DeployRole(const Manifest& manifest, const Parts& parts, Stack& stack)
      : manifest_(manifest), parts_(parts), stack_(stack) {}

  void add() {
    if (manifest_.on_ecs()) {
      allow_tasks();
      allow_services();
      allow_balancer();
    }
    if (manifest_.on_lambda()) allow_functions();
    allow_push();
    allow_plan();
    allow_logs();
    auto& role = add_role(
        stack_,
        Layer::watch,
        "DeployRole",
        fmt::format("Releases {}.", manifest_.stack_name()),
        trust(),
        statements_
    );
    role.properties["MaxSessionDuration"] = kSessionSeconds;
    stack_.add_output(
        "DeployRoleArn", "Role that workflows take on to release.", attribute("DeployRole", "Arn")
    );
  }

 private:
  json::Object trust() {
    auto const& deploy = manifest_.deploy;
    json::Array trusted;
    if (!deploy.github.empty()) trusted.push_back(trust_github(manifest_, stack_));
    if (!deploy.principals.empty()) {
      auto const& arns = deploy.principals;
      trusted.push_back(json::Object{
          {"Effect", "Allow"},
          {"Principal", json::Object{{"AWS", json::Array(arns.begin(), arns.end())}}},
          {"Action", "sts:AssumeRole"}
      });
    }
    return {{"Version", "2012-10-17"}, {"Statement", std::move(trusted)}};
  }

  void allow(Statement statement) { statements_.push_back(std::move(statement)); }

  std::string named(std::string_view name) const {
    return fmt::format("{}-{}", manifest_.stack_name(), name);
  }

  // Names of the task definitions and functions.
  std::vector<std::string> names_of_units() const {
    if (parts_.units.size() > kMostUnitsByName) return {named("*")};
    std::vector<std::string> names;
    names.reserve(parts_.units.size());
    for (auto const& unit : parts_.units) names.push_back(named(unit.name));
    return names;
  }

  void allow_tasks() {
    Values definitions;
    for (auto const& name : names_of_units()) {
      definitions.push_back(arn("ecs", fmt::format("task-definition/{}:*", name)));
    }
    allow(
        {.sid = "RegisterRevisionsOfItsTasks",
         .actions = {"ecs:RegisterTaskDefinition"},
         .resources = definitions}
    );
    allow(
        {.sid = "TagWhatItRegisters",
         .actions = {"ecs:TagResource"},
         .resources = definitions,
         .conditions =
             {{"StringEquals", json::Object{{"ecs:CreateAction", "RegisterTaskDefinition"}}}}}
    );
    // Service authorization reference, "Actions defined by Amazon Elastic Container Service".
    allow(
        {.sid = "AnyResourceSinceDescribingTaskDefinitionsHasNone",
         .actions = {"ecs:DescribeTaskDefinition"},
         .resources = {Value("*")}}
    );
    auto const roles = substitute(fmt::format(
        "arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:role{}*", path_of_task_roles(manifest_)
    ));
    allow(
        {.sid = "GiveTasksTheirRoles",
         .actions = {"iam:PassRole"},
         .resources = {roles},
         .conditions =
             {{"StringEquals", json::Object{{"iam:PassedToService", "ecs-tasks.amazonaws.com"}}}}}
    );
  }

  // The cluster is the deployment's own, so that all of its services are.
  void allow_services() {
    auto const& cluster = manifest_.stack_name();
    auto const of_cluster = [&cluster](std::string_view kind) {
      return arn("ecs", fmt::format("{}/{}/*", kind, cluster));
    };
    allow(
        {.sid = "ReleaseItsServices",
         .actions =
             {"ecs:ContinueServiceDeployment",
              "ecs:DescribeServiceDeployments",
              "ecs:DescribeServiceRevisions",
              "ecs:DescribeServices",
              "ecs:ListServiceDeployments",
              "ecs:StopServiceDeployment",
              "ecs:UpdateService"},
         .resources =
             {of_cluster("service"),
              of_cluster("service-deployment"),
              of_cluster("service-revision")}}
    );
    allow(
        {.sid = "SeeItsClusterAndTasks",
         .actions = {"ecs:DescribeClusters", "ecs:DescribeTasks"},
         .resources = {arn("ecs", "cluster/" + cluster), of_cluster("task")}}
    );
    allow(
        {.sid = "ListTheTasksOfItsCluster",
         .actions = {"ecs:ListTasks"},
         .resources = {of_cluster("container-instance")},
         .conditions =
             {{"ArnEquals", json::Object{{"ecs:cluster", arn("ecs", "cluster/" + cluster)}}}}}
    );
  }

  // ECS shifts the weights itself, with a role of its own: here only looking is needed.
  void allow_balancer() {
    allow(
        {.sid = "AnyResourceSinceDescribingBalancersHasNone",
         .actions =
             {"elasticloadbalancing:DescribeListeners",
              "elasticloadbalancing:DescribeLoadBalancers",
              "elasticloadbalancing:DescribeRules",
              "elasticloadbalancing:DescribeTargetGroups",
              "elasticloadbalancing:DescribeTargetHealth"},
         .resources = {Value("*")}}
    );
  }

  void allow_functions() {
    Values functions;
    for (auto const& name : names_of_units()) {
      functions.push_back(arn("lambda", "function:" + name));
      functions.push_back(arn("lambda", fmt::format("function:{}:*", name)));
    }
    allow(
        {.sid = "ReleaseItsFunctions",
         .actions =
             {"lambda:GetAlias",
              "lambda:GetFunction",
              "lambda:GetFunctionConfiguration",
              "lambda:InvokeFunction",
              "lambda:PublishVersion",
              "lambda:UpdateAlias",
              "lambda:UpdateFunctionCode"},
         .resources = std::move(functions)}
    );
  }

  void allow_push() {
    Values repositories;
    for (auto const& repository : repositories_of(manifest_)) {
      repositories.push_back(arn("ecr", "repository/" + repository.name));
    }
    if (repositories.empty()) return;
    allow(
        {.sid = "AnyResourceSinceLoginsToEcrHaveNone",
         .actions = {"ecr:GetAuthorizationToken"},
         .resources = {Value("*")}}
    );
    allow(
        {.sid = "PushToItsRepositories",
         .actions =
             {"ecr:BatchCheckLayerAvailability",
              "ecr:BatchGetImage",
              "ecr:CompleteLayerUpload",
              "ecr:DescribeImages",
              "ecr:GetDownloadUrlForLayer",
              "ecr:InitiateLayerUpload",
              "ecr:PutImage",
              "ecr:UploadLayerPart"},
         .resources = std::move(repositories)}
    );
  }

  // A stack that is too large for one template is split by layer, each with a name of its own.
  void allow_plan() {
    auto const stack_arn = [](const std::string& name) {
      return arn("cloudformation", fmt::format("stack/{}/*", name));
    };
    Values stacks{stack_arn(manifest_.stack_name()), stack_arn(manifest_.name + "-registry")};
    for (auto const layer :
         {Layer::network, Layer::shared, Layer::edge, Layer::compute, Layer::watch}) {
      stacks.push_back(stack_arn(named(name_of(layer)) + '*'));
    }
    allow(
        {.sid = "PlanItsStacks",
         .actions =
             {"cloudformation:CreateChangeSet",
              "cloudformation:DeleteChangeSet",
              "cloudformation:DescribeChangeSet",
              "cloudformation:DescribeStackEvents",
              "cloudformation:DescribeStacks",
              "cloudformation:GetTemplate",
              "cloudformation:ListStackResources"},
         .resources = std::move(stacks)}
    );
  }

  void allow_logs() {
    Values groups;
    if (manifest_.on_ecs()) {
      groups.push_back(arn("logs", fmt::format("log-group:/ecs/{}/*", manifest_.stack_name())));
    }
    if (manifest_.on_lambda()) {
      for (auto const& name : names_of_units()) {
        groups.push_back(arn("logs", fmt::format("log-group:/aws/lambda/{}:*", name)));
      }
    }
    allow(
        {.sid = "ReadItsLogs",
         .actions = {"logs:FilterLogEvents", "logs:GetLogEvents"},
         .resources = std::move(groups)}
    );
  }

  const Manifest& manifest_;
  const Parts& parts_;
  Stack& stack_;
  std::vector<Statement> statements_;
};

}  // namespace

// Where nobody is named who may release, no role is made: people release with the rights that they
// have.
void add_deploy_roles(const Manifest& manifest, Parts& parts, Stack& stack) {
  auto const& deploy = manifest.deploy;
  if (deploy.github.empty() && deploy.principals.empty()) return;
  DeployRole(manifest, parts, stack).add();
}

}  // namespace davit::infra
