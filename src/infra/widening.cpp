#include "infra/widening.h"

#include <algorithm>
#include <set>
#include <string>

#include <fmt/format.h>

namespace davit::infra {
namespace {

using Facts = std::set<std::string>;

// A resource as people read it: the text of Fn::Sub, "Id.Arn" for Fn::GetAtt.
std::string shown(const json::Value& value) {
  if (auto const* text = value.if_string()) return std::string(*text);
  if (auto const text = json::find_string(value, "Ref")) return std::string(*text);
  auto const* object = value.if_object();
  if (object == nullptr || object->size() != 1) return json::to_text(value);
  auto const& inner = object->begin()->value();
  if (inner.is_string()) return std::string(inner.get_string());
  auto const* pair = inner.if_array();
  auto const is_attribute = object->contains("Fn::GetAtt") && pair != nullptr &&
                            pair->size() == 2 && (*pair)[0].is_string() && (*pair)[1].is_string();
  if (!is_attribute) return json::to_text(value);
  return fmt::format(
      "{}.{}", std::string_view((*pair)[0].get_string()), std::string_view((*pair)[1].get_string())
  );
}

std::vector<std::string> texts_of(const json::Value* value) {
  std::vector<std::string> texts;
  if (value == nullptr) return texts;
  if (auto const* array = value->if_array()) {
    for (auto const& item : *array) texts.push_back(shown(item));
  } else {
    texts.push_back(shown(*value));
  }
  return texts;
}

constexpr std::string_view kWhen = " when ";

// What a statement names, or all but what it names.
std::vector<std::string> named(
    const json::Object& statement, std::string_view key, std::string_view negated
) {
  if (auto const* value = statement.if_contains(key)) return texts_of(value);
  auto const others = texts_of(statement.if_contains(negated));
  if (others.empty()) return {};
  return {fmt::format("all but {}", fmt::join(others, ", "))};
}

void add_statement(const json::Value& statement, Facts& facts) {
  auto const* object = statement.if_object();
  if (object == nullptr || json::find_string(statement, "Effect") != "Allow") return;
  auto const* principal = object->if_contains("Principal");
  auto const who = principal == nullptr ? std::string() : json::to_text(*principal) + " ";
  auto const* condition = object->if_contains("Condition");
  auto const when =
      condition == nullptr ? std::string() : std::string(kWhen) + json::to_text(*condition);
  auto resources = named(*object, "Resource", "NotResource");
  if (resources.empty()) resources.emplace_back("itself");
  for (auto const& action : named(*object, "Action", "NotAction")) {
    for (auto const& resource : resources) {
      facts.insert(fmt::format("{}may {} on {}{}", who, action, resource, when));
    }
  }
}

// Every policy document inside a value.
void add_policies(const json::Value& value, Facts& facts) {
  if (auto const* array = value.if_array()) {
    for (auto const& item : *array) add_policies(item, facts);
    return;
  }
  auto const* object = value.if_object();
  if (object == nullptr) return;
  auto const* statements = object->if_contains("Statement");
  if (statements != nullptr && statements->is_array()) {
    for (auto const& statement : statements->get_array()) add_statement(statement, facts);
    return;
  }
  for (auto const& [key, inner] : *object) {
    if (key == "ManagedPolicyArns" && inner.is_array()) {
      for (auto const& arn : inner.get_array()) facts.insert("has policy " + shown(arn));
      continue;
    }
    add_policies(inner, facts);
  }
}

Facts rights_of(const json::Value& resource) {
  Facts facts;
  if (auto const* properties = json::find(resource, "Properties")) add_policies(*properties, facts);
  return facts;
}

void add_rule(const json::Value& rule, std::string_view direction, Facts& facts) {
  auto const* object = rule.if_object();
  if (object == nullptr) return;
  auto const text = [object](std::string_view key) {
    auto const* value = object->if_contains(key);
    return value == nullptr ? std::string() : shown(*value);
  };
  auto const protocol = text("IpProtocol");
  auto const from = text("FromPort");
  auto const to = text("ToPort");
  auto const ports = from == to ? from : from + '-' + to;
  auto const what = protocol == "-1" ? "everything"
                    : ports.empty()  ? protocol
                                     : protocol + ' ' + ports;
  for (auto const key :
       {"CidrIp",
        "CidrIpv6",
        "SourceSecurityGroupId",
        "DestinationSecurityGroupId",
        "SourcePrefixListId",
        "DestinationPrefixListId"}) {
    auto const peer = text(key);
    if (!peer.empty()) {
      facts.insert(fmt::format("{} {} {}", what, direction, peer));
    }
  }
}

void add_rules(
    const json::Value& resource, std::string_view key, std::string_view direction, Facts& facts
) {
  auto const* rules = json::find_array(resource, key);
  if (rules == nullptr) return;
  for (auto const& rule : *rules) add_rule(rule, direction, facts);
}

Facts openings_of(const json::Value& resource) {
  Facts facts;
  auto const type = json::find_string(resource, "Type").value_or("");
  if (type == "AWS::EC2::SecurityGroup") {
    add_rules(resource, "Properties.SecurityGroupIngress", "from", facts);
    add_rules(resource, "Properties.SecurityGroupEgress", "to", facts);
  } else if (type == "AWS::EC2::SecurityGroupIngress" || type == "AWS::EC2::SecurityGroupEgress") {
    auto const* properties = json::find(resource, "Properties");
    if (properties != nullptr) {
      add_rule(*properties, type.ends_with("Ingress") ? "from" : "to", facts);
    }
  } else if (type == "AWS::Lambda::Permission") {
    auto const* principal = json::find(resource, "Properties.Principal");
    if (principal != nullptr) facts.insert("is called by " + shown(*principal));
  } else if (type == "AWS::Lambda::Url") {
    auto const kind = json::find_string(resource, "Properties.AuthType").value_or("?");
    facts.insert(fmt::format("has an address on the internet, authentication {}", kind));
  } else if (type == "AWS::ElasticLoadBalancingV2::LoadBalancer") {
    auto const scheme = json::find_string(resource, "Properties.Scheme");
    if (scheme != "internal") facts.insert("is internet-facing");
  }
  return facts;
}

std::vector<Widening> widened(
    const json::Object& before, const json::Object& after, Facts (*facts_of)(const json::Value&)
) {
  std::vector<Widening> all;
  for (auto const& [id, resource] : after) {
    auto const* old = before.if_contains(id);
    auto const known = old == nullptr ? Facts() : facts_of(*old);
    for (auto const& fact : facts_of(resource)) {
      // A condition that comes only narrows.
      auto const is_known =
          known.contains(fact) || known.contains(fact.substr(0, fact.find(kWhen)));
      if (!is_known) all.push_back({std::string(id), fact});
    }
  }
  return all;
}

}  // namespace

std::vector<Widening> widened_rights(const json::Object& before, const json::Object& after) {
  return widened(before, after, rights_of);
}

std::vector<Widening> widened_network(const json::Object& before, const json::Object& after) {
  return widened(before, after, openings_of);
}

}  // namespace davit::infra
