#include "infra/group_changes.h"

namespace davit::infra {
namespace {

using json::Array;
using json::Object;

Array ids_of(const Groups& groups) {
  Array ids;
  for (auto const* id :
       {&groups.balancer,
        &groups.tasks,
        &groups.functions,
        &groups.endpoints,
        &groups.store,
        &groups.files}) {
    if (!id->is_null()) ids.push_back(*id);
  }
  return ids;
}

// "AWS service events delivered via CloudTrail", EventBridge user guide; the parameters are those
// of the EC2 API, where one call wraps them once more.
Object pattern_of(const Array& ids) {
  Object const plain{{"requestParameters", Object{{"groupId", ids}}}};
  Object const wrapped{
      {"requestParameters", Object{{"ModifySecurityGroupRulesRequest", Object{{"GroupId", ids}}}}}
  };
  Object const detail{
      {"eventSource", Array{"ec2.amazonaws.com"}},
      {"eventName",
       Array{
           "AuthorizeSecurityGroupIngress",
           "AuthorizeSecurityGroupEgress",
           "RevokeSecurityGroupIngress",
           "RevokeSecurityGroupEgress",
           "ModifySecurityGroupRules",
           "DeleteSecurityGroup"
       }},
      {"$or", Array{plain, wrapped}}
  };
  return {
      {"source", Array{"aws.ec2"}},
      {"detail-type", Array{"AWS API Call via CloudTrail"}},
      {"detail", detail}
  };
}

}  // namespace

void add_group_changes(const manifest::Manifest& manifest, const Parts& parts, Stack& stack) {
  auto const ids = ids_of(parts.groups);
  if (ids.empty()) return;
  auto const name = manifest.stack_name();
  Object const text{
      {"InputPathsMap",
       Object{
           {"call", "$.detail.eventName"},
           {"who", "$.detail.userIdentity.arn"},
           {"from", "$.detail.sourceIPAddress"},
           {"at", "$.time"},
           {"event", "$.detail.eventID"}
       }},
      {"InputTemplate",
       "\"" + name +
           ": <who> called <call> on one of its security groups at <at> from <from>. If that was "
           "no "
           "release, compare the rules with the template; CloudTrail has it as <event>.\""}
  };
  stack.add(
      Layer::watch,
      "SecurityGroupChanges",
      "AWS::Events::Rule",
      {{"Name", name + "-security-groups"},
       {"Description", "Tells of changes to the security groups."},
       {"EventPattern", pattern_of(ids)},
       {"Targets",
        Array{Object{{"Id", "topic"}, {"Arn", parts.watch.topic}, {"InputTransformer", text}}}}}
  );
  stack.add_note(
      "Changes to security groups are heard of only while a trail of CloudTrail records management "
      "events in this region."
  );
}

}  // namespace davit::infra
