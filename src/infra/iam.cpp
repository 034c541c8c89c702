#include "infra/iam.h"

namespace davit::infra {

json::Object policy_document(const std::vector<Statement>& statements) {
  json::Array list;
  for (auto const& statement : statements) {
    json::Object object{
        {"Sid", statement.sid}, {"Effect", statement.effect == Effect::allow ? "Allow" : "Deny"}
    };
    object["Action"] = json::Array(statement.actions.begin(), statement.actions.end());
    object["Resource"] =
        statement.resources.size() == 1 ? statement.resources[0] : to_array(statement.resources);
    if (!statement.conditions.empty()) object["Condition"] = statement.conditions;
    list.push_back(std::move(object));
  }
  return {{"Version", "2012-10-17"}, {"Statement", std::move(list)}};
}

json::Object trust_service(std::string_view service, json::Object conditions) {
  json::Object statement{
      {"Effect", "Allow"},
      {"Principal", json::Object{{"Service", service}}},
      {"Action", "sts:AssumeRole"}
  };
  if (!conditions.empty()) statement["Condition"] = std::move(conditions);
  return {{"Version", "2012-10-17"}, {"Statement", json::Array{std::move(statement)}}};
}

json::Object for_this_account(const Value& source) {
  json::Object conditions{
      {"StringEquals", json::Object{{"aws:SourceAccount", ref_of("AWS::AccountId")}}}
  };
  if (!source.is_null()) conditions["ArnLike"] = json::Object{{"aws:SourceArn", source}};
  return conditions;
}

Resource& add_role(
    Stack& stack,
    Layer layer,
    std::string id,
    std::string_view description,
    json::Object trust,
    const std::vector<Statement>& statements
) {
  json::Object properties{
      {"Description", description}, {"AssumeRolePolicyDocument", std::move(trust)}
  };
  if (!statements.empty()) {
    properties["Policies"] = json::Array{
        json::Object{{"PolicyName", id}, {"PolicyDocument", policy_document(statements)}}
    };
  }
  return stack.add(layer, std::move(id), "AWS::IAM::Role", std::move(properties));
}

}  // namespace davit::infra
