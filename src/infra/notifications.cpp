#include <cctype>
#include <utility>

#include <fmt/format.h>

#include "infra/concerns.h"

namespace davit::infra {
namespace {

using json::Object;

Object ours() { return {{"aws:SourceAccount", ref_of("AWS::AccountId")}}; }

// Who may publish, and in which name: of the deployment's own alarms, rules and budgets only.
Object publisher(std::string_view sid, std::string_view service, const Value& source) {
  return {
      {"Sid", sid},
      {"Effect", "Allow"},
      {"Principal", Object{{"Service", service}}},
      {"Action", "sns:Publish"},
      {"Resource", ref_of("AlertsTopic")},
      {"Condition", Object{{"StringEquals", ours()}, {"ArnLike", Object{{"aws:SourceArn", source}}}}
      }
  };
}

Object topic_policy(const Manifest& manifest) {
  auto const name = manifest.stack_name();
  // Budgets belong to no region.
  auto const budgets =
      substitute("arn:${AWS::Partition}:budgets::${AWS::AccountId}:budget/" + name + "*");
  json::Array statements{publisher(
      "TellOfItsAlarms", "cloudwatch.amazonaws.com", arn("cloudwatch", "alarm:" + name + "-*")
  )};
  if (manifest.alerts.security_groups) {
    statements.push_back(publisher(
        "TellOfChangedSecurityGroups", "events.amazonaws.com", arn("events", "rule/" + name + "-*")
    ));
  }
  if (manifest.budget.monthly) {
    statements.push_back(publisher("TellOfItsBudget", "budgets.amazonaws.com", budgets));
  }
  statements.push_back(Object{
      {"Sid", "RefusePublishingWithoutTls"},
      {"Effect", "Deny"},
      {"Principal", "*"},
      {"Action", "sns:Publish"},
      {"Resource", ref_of("AlertsTopic")},
      {"Condition", Object{{"Bool", Object{{"aws:SecureTransport", "false"}}}}}
  });
  return {{"Version", "2012-10-17"}, {"Statement", std::move(statements)}};
}

// "on-call@example.com" as "OnCallExampleCom", for an id that does not depend on the order.
std::string id_of(std::string_view address) {
  std::string id;
  auto is_first = true;
  for (auto const c : address) {
    auto const letter = static_cast<unsigned char>(c);
    if (std::isalnum(letter) == 0) {
      is_first = true;
      continue;
    }
    id += is_first ? static_cast<char>(std::toupper(letter)) : c;
    is_first = false;
  }
  return id;
}

void subscribe(const Manifest& manifest, const Value& topic, Stack& stack) {
  for (auto const& address : manifest.alerts.email) {
    auto const id = "AlertsTo" + id_of(address);
    if (stack.find(id) != nullptr) continue;
    stack.add(
        Layer::shared,
        id,
        "AWS::SNS::Subscription",
        {{"TopicArn", topic}, {"Protocol", "email"}, {"Endpoint", address}}
    );
  }
}

}  // namespace

void add_notifications(const Manifest& manifest, Parts& parts, Stack& stack) {
  auto const& alerts = manifest.alerts;
  auto& topic = parts.watch.topic;
  if (!alerts.enabled) return;
  if (!alerts.topic.empty()) {
    topic = Value(alerts.topic);
    stack.add_note(fmt::format(
        "The policy of {} has to let cloudwatch.amazonaws.com publish, and its key, if it has one: "
        "otherwise alarms tell nobody and do not say so.",
        alerts.topic
    ));
  } else {
    // Not encrypted with a key: CloudWatch cannot publish where the key is the one that AWS manages
    // for SNS, whose policy does not name it ("Amazon SNS topics in alarms", CloudWatch user
    // guide), and silence would be the only sign. What is sent are names of alarms and numbers.
    stack.add(
        Layer::shared,
        "AlertsTopic",
        "AWS::SNS::Topic",
        {{"DisplayName", "Alerts of " + manifest.stack_name()}}
    );
    stack.add(
        Layer::shared,
        "AlertsTopicPolicy",
        "AWS::SNS::TopicPolicy",
        {{"Topics", json::Array{ref_of("AlertsTopic")}}, {"PolicyDocument", topic_policy(manifest)}}
    );
    topic = ref_of("AlertsTopic");
    stack.add_output("AlertsTopicArn", "Topic that hears of alarms.", topic);
  }
  subscribe(manifest, topic, stack);
  if (!alerts.email.empty()) {
    stack.add_note(
        "Each address in `alerts.email` gets a mail from AWS and hears nothing until the link in "
        "it "
        "is followed."
    );
  } else if (alerts.topic.empty()) {
    stack.add_note("Nobody hears of alarms: write `alerts.email` or `alerts.topic`.");
  }
}

}  // namespace davit::infra
