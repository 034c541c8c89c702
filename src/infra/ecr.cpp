#include "infra/ecr.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "infra/stack.h"
#include "manifest/formats.h"

namespace davit::infra {
namespace {

using manifest::Manifest;

std::string prefix_of(const Manifest& manifest) {
  return manifest.registry.prefix.empty() ? manifest.name : manifest.registry.prefix;
}

bool is_account(std::string_view text) {
  return text.size() == 12 &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// Under the prefix, in the account and region that the registry stack is meant for.
bool is_ours(const Manifest& manifest, const EcrImage& image) {
  return (manifest.account.empty() || manifest.account == image.account) &&
         manifest.region == image.region && image.repository.starts_with(prefix_of(manifest) + '/');
}

}  // namespace

std::optional<EcrImage> parse_ecr_image(std::string_view image) {
  auto const slash = image.find('/');
  if (slash == std::string_view::npos) return {};
  auto const host = split(image.substr(0, slash), '.');
  // ECR user guide, "Amazon ECR private registry": ACCOUNT.dkr.ecr.REGION.amazonaws.com.
  if (host.size() < 5 || !is_account(host[0]) || host[1] != "dkr" || host[2] != "ecr") return {};
  auto const rest = image.substr(slash + 1);
  return EcrImage{
      .account = std::string(host[0]),
      .region = std::string(host[3]),
      .repository = std::string(rest.substr(0, rest.find_first_of(":@")))
  };
}

std::vector<Repository> repositories_of(const Manifest& manifest) {
  std::vector<Repository> repositories;
  if (!manifest.registry.create) return repositories;
  if (manifest.has_connectors() && manifest.image.empty()) {
    repositories.push_back({.id = "DavitdRepository", .name = prefix_of(manifest) + "/davitd"});
  }
  for (auto const& server : manifest.servers) {
    auto const image = parse_ecr_image(server.image);
    if (!image || !is_ours(manifest, *image)) continue;
    auto const is_there =
        std::ranges::find(repositories, image->repository, &Repository::name) != repositories.end();
    if (is_there) continue;
    repositories.push_back(
        {.id = manifest::to_id(server.name()) + "Repository",
         .name = image->repository,
         .server = server.name()}
    );
  }
  return repositories;
}

Value repository_arn(const Manifest& manifest, const Container& container) {
  auto const* text = container.image.if_string();
  if (text == nullptr) return arn("ecr", fmt::format("repository/{}/davitd", prefix_of(manifest)));
  auto const image = parse_ecr_image(json::view(*text));
  if (!image) return {};
  return substitute(fmt::format(
      "arn:${{AWS::Partition}}:ecr:{}:{}:repository/{}",
      image->region,
      image->account,
      image->repository
  ));
}

}  // namespace davit::infra
