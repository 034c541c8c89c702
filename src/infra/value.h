// Values of properties: JSON, with references between resources in the form of CloudFormation's
// intrinsic functions, which other writers translate.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "json/json.h"

namespace davit::infra {

using json::Value;
using Values = std::vector<Value>;

// {"Ref": id}: a resource's own identity, or a parameter.
Value ref_of(std::string_view id);
// {"Fn::GetAtt": [id, name]}.
Value attribute(std::string_view id, std::string_view name);
// Text with ${AWS::Region}, ${Id} or ${Id.Attribute} in it; a plain text stays one.
Value substitute(std::string_view text);
// "arn:${AWS::Partition}:SERVICE:${AWS::Region}:${AWS::AccountId}:RESOURCE".
Value arn(std::string_view service, std::string_view resource);
// Texts and references one behind the other, as one Fn::Join or Fn::Sub; a single one stays as it
// is.
Value concat(const Values& parts);

// Whether a value is one of CloudFormation's functions, {"Ref": ...} or {"Fn::...": ...}.
bool is_function(const Value& value);

// {"Fn::If": [condition, then, nothing]}: `then`, or no value at all.
Value only_if(std::string_view condition, Value then);

json::Array to_array(const Values& values);

struct Reference {
  std::string id;
  std::string attribute;  // empty: Ref
};
// The conditions that a value depends on, each once.
std::vector<std::string> conditions_in(const Value& value);

// Every reference in a value, in order, pseudo parameters such as AWS::Region left out.
std::vector<Reference> references_in(const Value& value);

}  // namespace davit::infra
