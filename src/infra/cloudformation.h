// CloudFormation: a stack as a template, or as several where its limits would be met.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "infra/stack.h"

namespace davit::infra {

// "CloudFormation quotas", AWS user guide: of one template.
inline constexpr std::size_t kMaxResources = 500;
inline constexpr std::size_t kMaxOutputs = 200;
inline constexpr std::size_t kMaxTemplateBytes = 1'000'000;  // in S3
inline constexpr std::size_t kMaxInlineBytes = 51'200;       // sent with the call

struct Template {
  std::string stack_name;
  json::Value body;
  bool needs_capability = false;  // it makes roles
};

// One template, or one a layer (and, in a layer that is still too large, several) that export to
// each other what they need. In the order in which they are to be deployed.
std::vector<Template> to_templates(
    const Stack& stack,
    std::size_t max_resources = kMaxResources,
    std::size_t max_bytes = kMaxTemplateBytes
);

// Whether a template of that name is the stack's, or one of those it may be split into.
bool is_piece_of(std::string_view name, std::string_view stack);

// The command that deploys a template from a file of that many bytes. A large one goes by a bucket,
// whose name only the reader knows.
std::string deploy_command(
    const Template& rendered, const std::string& file, std::size_t bytes, const std::string& region
);

}  // namespace davit::infra
