#include "infra/resolve.h"

#include <gtest/gtest.h>

namespace davit::infra {
namespace {

manifest::Manifest deployment(std::string region, std::string account) {
  manifest::Manifest manifest;
  manifest.name = "mcp";
  manifest.region = std::move(region);
  manifest.account = std::move(account);
  return manifest;
}

std::string resolved(const std::string& json, const manifest::Manifest& manifest) {
  auto const value = json::parse(json);
  EXPECT_TRUE(value) << json;
  return value ? json::to_text(resolve(*value, manifest)) : "";
}

TEST(Resolve, FillsInWhatTheManifestSays) {
  auto const manifest = deployment("eu-west-1", "123456789012");
  EXPECT_EQ(resolved(R"({"Ref":"AWS::Region"})", manifest), "\"eu-west-1\"");
  EXPECT_EQ(
      resolved(
          R"({"Fn::Sub":"arn:${AWS::Partition}:x:${AWS::Region}:${AWS::AccountId}:${!A}${A}"})",
          manifest
      ),
      R"("arn:aws:x:eu-west-1:123456789012:${A}${A}")"
  );
  EXPECT_EQ(
      resolved(R"({"Fn::Join":["-",["a",{"Ref":"AWS::StackName"},{"Ref":"B"}]]})", manifest),
      R"("a-mcp-${B}")"
  );
  EXPECT_EQ(
      resolved(R"({"A":[{"Fn::GetAtt":["B","Arn.C"]}],"D":1})", manifest),
      R"({"A":["${B.Arn.C}"],"D":1})"
  );
}

TEST(Resolve, LeavesWhatNobodyKnows) {
  auto const manifest = deployment("cn-north-1", "");
  EXPECT_EQ(
      resolved(
          R"({"Fn::Sub":"${AWS::Partition} ${AWS::URLSuffix} ${AWS::AccountId} ${open"})", manifest
      ),
      R"("aws-cn amazonaws.com.cn ${AWS::AccountId} ${open")"
  );
  for (auto const* text :
       {R"({"Fn::If":["A","b","c"]})",
        R"({"Fn::Join":["-",[{"Fn::If":["A","b","c"]}]]})",
        R"({"Ref":["A"]})",
        R"({"Fn::GetAtt":["A"]})",
        R"({"Fn::Sub":5})",
        R"([null,true,1])"}) {
    EXPECT_EQ(resolved(text, manifest), text);
  }
}

TEST(Resolve, VariablesOfATextTakeTheirValues) {
  auto const manifest = deployment("eu-west-1", "");
  EXPECT_EQ(
      resolved(R"({"Fn::Sub":["${A}-${B}",{"A":{"Ref":"AWS::Region"}}]})", manifest),
      R"("eu-west-1-${B}")"
  );
}

TEST(ApiNames, BeginWithASmallLetterButThoseOfTheUser) {
  auto const value = json::parse(
      R"({"Family":"a","ContainerDefinitions":[{"Name":"A","DockerLabels":{"Key":"B"},)"
      R"("LogConfiguration":{"Options":{"Upper":1}}}],"Volumes":[{"EFSVolumeConfiguration":{}}],)"
      R"("":1,"x":null})"
  );
  ASSERT_TRUE(value);
  EXPECT_EQ(
      json::to_text(to_api_names(*value)),
      R"({"family":"a","containerDefinitions":[{"name":"A","dockerLabels":{"Key":"B"},)"
      R"("logConfiguration":{"options":{"Upper":1}}}],"volumes":[{"efsVolumeConfiguration":{}}],)"
      R"("":1,"x":null})"
  );
}

}  // namespace
}  // namespace davit::infra
