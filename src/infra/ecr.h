// Amazon ECR: which repositories a deployment has, and in which an image is.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "infra/unit.h"
#include "infra/value.h"
#include "manifest/manifest.h"

namespace davit::infra {

// "123456789012.dkr.ecr.us-east-1.amazonaws.com/mcp/gitlab:v1".
struct EcrImage {
  std::string account;
  std::string region;
  std::string repository;
};
// Nothing for an image of another registry.
std::optional<EcrImage> parse_ecr_image(std::string_view image);

struct Repository {
  std::string id;
  std::string name;
  std::string server;  // whose images these are; empty: davitd's
};
// Those that the registry stack makes.
std::vector<Repository> repositories_of(const manifest::Manifest& manifest);

// ARN of the repository that the image of a container is in; null when that is not ECR.
Value repository_arn(const manifest::Manifest& manifest, const Container& container);

}  // namespace davit::infra
