#include "infra/function_environment.h"

#include "config/secret_reference.h"
#include "infra/environment.h"

namespace davit::infra {
namespace {

using manifest::Manifest;
using manifest::Server;

json::Object environment_of_davitd(
    const Manifest& manifest, const Parts& parts, const Container& container
) {
  json::Object variables;
  for (auto& [name, value] : environment_of(manifest, parts, container, Platform::lambda)) {
    variables[name] = std::move(value);
  }
  return variables;
}

// An image does not know our references: it gets what GetSecretValue and GetParameter take.
void add_secret_ids(const Server& server, json::Object& variables) {
  for (auto const& [name, text] : server.secrets) {
    auto const reference = config::parse_secret_reference(text);
    if (!reference) continue;  // the manifest's checks have complained
    auto const is_parameter = reference->scheme == config::Scheme::parameter_store;
    auto const id = std::string_view(reference->target).substr(0, reference->target.find('#'));
    variables[name + (is_parameter ? "_PARAMETER" : "_SECRET_ID")] = id;
  }
}

// AWS Lambda Web Adapter, README, "Configurations".
json::Object environment_of_image(const Manifest& manifest, const Container& container) {
  auto const& server = *container.servers.front();
  json::Object variables{
      {"LOG_LEVEL", manifest.logs.level},
      {"PORT", std::to_string(container.port)},
      {"AWS_LWA_PORT", std::to_string(container.port)},
      {"AWS_LWA_READINESS_CHECK_PATH", container.health},
      {"AWS_LWA_INVOKE_MODE", streams(manifest) ? "response_stream" : "buffered"},
      // The image serves /mcp, and clients come by /NAME/mcp.
      {"AWS_LWA_REMOVE_BASE_PATH", "/" + server.name()},
  };
  for (auto const& [name, value] : server.environment) variables[name] = value;
  add_secret_ids(server, variables);
  return variables;
}

}  // namespace

bool streams(const Manifest& manifest) {
  return manifest.lambda.streaming && manifest.target == manifest::Target::lambda &&
         manifest.lambda.front != manifest::Front::http;
}

json::Object function_environment(const Manifest& manifest, const Parts& parts, const Unit& unit) {
  auto const& container = unit.containers.front();
  if (container.is_davitd) return environment_of_davitd(manifest, parts, container);
  auto variables = environment_of_image(manifest, container);
  if (manifest.state.has_bucket() && !parts.storage.bucket.is_null()) {
    variables["ARTIFACTS_BUCKET"] = parts.storage.bucket;
  }
  return variables;
}

}  // namespace davit::infra
