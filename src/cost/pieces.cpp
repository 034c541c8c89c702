#include "cost/pieces.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "cost/fargate.h"

namespace davit::cost {
namespace {

using infra::Resource;

void count_secret(const Scene&, const Resource& secret, Ledger& ledger) {
  ledger.add("Secret", "secret", count_of(1), &secret);
}

void count_key(const Scene&, const Resource& key, Ledger& ledger) {
  ledger.add("Key", "key", count_of(1), &key);
}

void count_address(const Scene&, const Resource& address, Ledger& ledger) {
  ledger.add("Public address of NAT", "address", month(), &address);
}

void count_repository(const Scene& scene, const Resource& repository, Ledger& ledger) {
  auto const images = scene.manifest.registry.keep_releases + scene.manifest.registry.keep_staging;
  ledger.add("Images", "images", gigabytes(images * scene.usage.image_bytes), &repository);
}

void count_bucket(const Scene& scene, const Resource& bucket, Ledger& ledger) {
  ledger.add("Bucket", "bucket", gigabytes(scene.usage.stored_bytes), &bucket);
}

void count_files(const Scene& scene, const Resource& files, Ledger& ledger) {
  ledger.add("File system", "files", gigabytes(scene.usage.stored_bytes), &files);
}

// An alarm of an expression is paid for each metric in it.
void count_alarm(const Scene&, const Resource& alarm, Ledger& ledger) {
  std::int64_t metrics = 1;
  auto const* list = property(alarm, "Metrics");
  if (list != nullptr && list->is_array()) {
    metrics = std::ranges::count_if(list->get_array(), [](const json::Value& item) {
      return json::find_object(item, "MetricStat") != nullptr;
    });
  }
  ledger.add("Alarm", "alarm", count_of(metrics), &alarm);
}

void count_composite(const Scene&, const Resource& alarm, Ledger& ledger) {
  ledger.add_unknown("Alarm of two alarms", &alarm);
}

void count_delivery(const Scene&, const Resource& stream, Ledger& ledger) {
  ledger.add_unknown("Archive of the logs: Firehose", &stream);
}

void count_dashboard(const Scene&, const Resource& dashboard, Ledger& ledger) {
  ledger.add("Dashboard", "dashboard", count_of(1), &dashboard);
}

void count_health_check(const Scene&, const Resource& check, Ledger& ledger) {
  ledger.add("Health check", "health_check", count_of(1), &check);
  if (!text_of(check, "HealthCheckConfig.Type").starts_with("HTTPS")) return;
  ledger.add("Health check: HTTPS", "health_check.option", count_of(1), &check);
}

void count_firewall(const Scene& scene, const Resource& firewall, Ledger& ledger) {
  auto const count = length_of(firewall, "Rules").value_or(0);
  ledger.add("Firewall", "firewall", count_of(1), &firewall);
  ledger.add("Firewall: rules", "firewall.rule", count_of(count), &firewall);
  ledger.add("Firewall: requests", "firewall.requests", millions(scene.usage.calls), &firewall);
}

void count_store(const Scene&, const Resource& store, Ledger& ledger) {
  auto const count = number_of(store, "NumCacheClusters").value_or(1);
  ledger.add_unknown(
      fmt::format("Valkey: {} x {}", count, text_of(store, "CacheNodeType")), &store
  );
}

void count_cluster(const Scene& scene, const Resource& cluster, Ledger& ledger) {
  if (scene.manifest.service.insights) ledger.add_unknown("Container Insights", &cluster);
}

using Count = void (*)(const Scene& scene, const Resource& resource, Ledger& ledger);
struct Row {
  std::string_view type;
  Count count = nullptr;  // none: free, or counted by its use
};

constexpr Row kRows[] = {
    {"AWS::ApiGateway::RestApi", count_gateway},
    {"AWS::ApiGatewayV2::Api", count_gateway},
    {"AWS::CloudWatch::Alarm", count_alarm},
    {"AWS::CloudWatch::CompositeAlarm", count_composite},
    {"AWS::CloudWatch::Dashboard", count_dashboard},
    {"AWS::EC2::EIP", count_address},
    {"AWS::EC2::NatGateway", count_nat},
    {"AWS::EC2::VPCEndpoint", count_endpoint},
    {"AWS::ECR::Repository", count_repository},
    {"AWS::ECS::Cluster", count_cluster},
    {"AWS::ECS::Service", count_service},
    {"AWS::EFS::FileSystem", count_files},
    {"AWS::ElastiCache::ReplicationGroup", count_store},
    {"AWS::ElasticLoadBalancingV2::LoadBalancer", count_balancer},
    {"AWS::KMS::Key", count_key},
    {"AWS::KinesisFirehose::DeliveryStream", count_delivery},
    {"AWS::Lambda::Alias", count_alias},
    {"AWS::Lambda::Function", count_function},
    {"AWS::Route53::HealthCheck", count_health_check},
    {"AWS::S3::Bucket", count_bucket},
    {"AWS::SecretsManager::Secret", count_secret},
    {"AWS::WAFv2::WebACL", count_firewall},
    // By use, in count_use.
    {"AWS::Logs::LogGroup"},
    {"AWS::Logs::MetricFilter"},
    // Free: what is written down, permissions, and parts of what is paid as a whole.
    {"AWS::ApiGateway::Account"},
    {"AWS::ApiGateway::ApiKey"},
    {"AWS::ApiGateway::BasePathMapping"},
    {"AWS::ApiGateway::Deployment"},
    {"AWS::ApiGateway::DomainName"},
    {"AWS::ApiGateway::Stage"},
    {"AWS::ApiGateway::UsagePlan"},
    {"AWS::ApiGateway::UsagePlanKey"},
    {"AWS::ApiGatewayV2::ApiMapping"},
    {"AWS::ApiGatewayV2::Authorizer"},
    {"AWS::ApiGatewayV2::DomainName"},
    {"AWS::ApiGatewayV2::Integration"},
    {"AWS::ApiGatewayV2::Route"},
    {"AWS::ApiGatewayV2::Stage"},
    {"AWS::ApplicationAutoScaling::ScalableTarget"},
    {"AWS::ApplicationAutoScaling::ScalingPolicy"},
    {"AWS::Budgets::Budget"},
    {"AWS::CertificateManager::Certificate"},
    {"AWS::CloudFormation::Stack"},
    {"AWS::EC2::FlowLog"},
    {"AWS::EC2::InternetGateway"},
    {"AWS::EC2::Route"},
    {"AWS::EC2::RouteTable"},
    {"AWS::EC2::SecurityGroup"},
    {"AWS::EC2::SecurityGroupEgress"},
    {"AWS::EC2::SecurityGroupIngress"},
    {"AWS::EC2::Subnet"},
    {"AWS::EC2::SubnetRouteTableAssociation"},
    {"AWS::EC2::VPC"},
    {"AWS::EC2::VPCGatewayAttachment"},
    {"AWS::ECS::ClusterCapacityProviderAssociations"},
    {"AWS::ECS::TaskDefinition"},
    {"AWS::EFS::AccessPoint"},
    {"AWS::EFS::MountTarget"},
    {"AWS::ElastiCache::SubnetGroup"},
    {"AWS::ElastiCache::User"},
    {"AWS::ElastiCache::UserGroup"},
    {"AWS::ElasticLoadBalancingV2::Listener"},
    {"AWS::ElasticLoadBalancingV2::ListenerRule"},
    {"AWS::ElasticLoadBalancingV2::TargetGroup"},
    {"AWS::Events::Rule"},
    {"AWS::IAM::OIDCProvider"},
    {"AWS::IAM::Role"},
    {"AWS::KMS::Alias"},
    {"AWS::Lambda::Permission"},
    {"AWS::Lambda::Url"},
    {"AWS::Lambda::Version"},
    {"AWS::Logs::QueryDefinition"},
    {"AWS::Logs::SubscriptionFilter"},
    {"AWS::Route53::RecordSet"},
    {"AWS::S3::BucketPolicy"},
    {"AWS::SNS::Subscription"},
    {"AWS::SNS::Topic"},
    {"AWS::SNS::TopicPolicy"},
    {"AWS::SSM::Parameter"},
    {"AWS::SecretsManager::RotationSchedule"},
    {"AWS::ServiceDiscovery::HttpNamespace"},
    {"AWS::WAFv2::WebACLAssociation"},
};

void count_logs(const Scene& scene, Ledger& ledger) {
  if (scene.of_type("AWS::Logs::LogGroup").empty()) return;
  auto const written = scene.usage.calls * scene.usage.log_bytes;
  ledger.add("Logs, written", "logs", gigabytes(written));
  auto const days = scene.manifest.logs.retention.count();
  // As if CloudWatch did not compress what it keeps.
  ledger.add("Logs, kept", "logs.kept", ratio(written * days, 30 * std::int64_t{1'000'000'000}));
}

void count_metrics(const Scene& scene, Ledger& ledger) {
  std::set<std::string> names;
  for (auto const* filter : scene.of_type("AWS::Logs::MetricFilter")) {
    auto const* list = property(*filter, "MetricTransformations");
    if (list == nullptr || !list->is_array()) continue;
    for (auto const& item : list->get_array()) {
      names.insert(fmt::format(
          "{} {}",
          json::find_string(item, "MetricNamespace").value_or(""),
          json::find_string(item, "MetricName").value_or("")
      ));
    }
  }
  if (names.empty()) return;
  ledger.add("Metrics from logs", "metric", count_of(static_cast<std::int64_t>(names.size())));
}

void count_traces(const Scene& scene, Ledger& ledger) {
  auto const& manifest = scene.manifest;
  if (manifest.traces == manifest::Traces::none || !manifest.traces_endpoint.empty()) return;
  if (manifest.traces == manifest::Traces::otlp) return ledger.add_unknown("Traces by OTLP");
  ledger.add("Traces", "traces", millions(scene.usage.calls * manifest.traces_sample / 100));
}

}  // namespace

void count_resource(const Scene& scene, const Resource& resource, Ledger& ledger) {
  auto const* const row = std::ranges::find(kRows, resource.type->name, &Row::type);
  if (row == std::end(kRows)) {
    ledger.add_unknown(std::string(resource.type->name), &resource);
  } else if (row->count != nullptr) {
    row->count(scene, resource, ledger);
  }
}

void count_use(const Scene& scene, Ledger& ledger) {
  count_transfer(scene, ledger);
  count_logs(scene, ledger);
  count_metrics(scene, ledger);
  count_traces(scene, ledger);
}

}  // namespace davit::cost
