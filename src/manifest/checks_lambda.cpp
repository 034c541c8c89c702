// Functions, and what the front of them cannot do.
#include <fmt/format.h>

#include "manifest/findings.h"

namespace davit::manifest {
namespace {

std::string_view name_of(Front front) {
  switch (front) {
    case Front::rest: return "a REST API";
    case Front::http: return "an HTTP API";
    case Front::url: return "a function URL";
  }
  return "";
}

// What only some fronts have. It is told when it was written: an operator who wrote it counts on
// it.
struct Feature {
  std::string_view key;
  bool is_on = false;
  bool on_http = false;
  bool on_url = false;
  std::string_view instead;
};

// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-vs-rest.html
void check_front(const Manifest& manifest, Findings& findings) {
  auto const& lambda = manifest.lambda;
  if (!manifest.on_lambda() || lambda.front == Front::rest) return;
  Feature const features[] = {
      {"streaming", lambda.streaming, false, true, "leave `streaming` out, or write `front: rest`"},
      {"validate", lambda.validate, false, false, "leave `validate` out; davitd checks all the same"
      },
      {"access_logs",
       lambda.access_logs != AccessLogs::none,
       false,
       false,
       "leave `access_logs` out; an HTTP API has them always, and davitd logs each call"},
      {"quota", lambda.quota.has_value(), false, false, "write `front: rest`"},
      {"throttle.rate", true, true, false, "bound it with `reserved`, or write `front: rest`"},
      {"throttle.burst", true, true, false, "bound it with `reserved`, or write `front: rest`"},
      {"stage", true, true, false, "leave `stage` out"},
  };
  for (auto const& feature : features) {
    auto const key = "lambda." + std::string(feature.key);
    auto const is_there = lambda.front == Front::http ? feature.on_http : feature.on_url;
    if (is_there || !feature.is_on || !findings.is_written(key)) continue;
    findings.add(
        key, fmt::format("does not exist with {}; {}", name_of(lambda.front), feature.instead)
    );
  }
}

void check_concurrency(const Manifest& manifest, Findings& findings) {
  auto const& lambda = manifest.lambda;
  if (!manifest.on_lambda() || !lambda.provisioned || !lambda.reserved) return;
  if (*lambda.provisioned <= *lambda.reserved) return;
  findings.add(
      "lambda.provisioned",
      fmt::format(
          "keeps {} warm, and `reserved` allows {} at once; lower the one or raise the other",
          *lambda.provisioned,
          *lambda.reserved
      )
  );
}

// https://docs.aws.amazon.com/lambda/latest/dg/images-create.html: images come from ECR in the
// function's region.
bool is_in_ecr(const Manifest& manifest, std::string_view image) {
  return image.find(".dkr.ecr." + manifest.region + ".amazonaws.com") != std::string_view::npos;
}

std::string refuse_image(const Manifest& manifest) {
  return fmt::format(
      "is not in ECR of {}, from where alone Lambda takes images; copy it there and write "
      "ACCOUNT.dkr.ecr.{}.amazonaws.com/NAME:TAG",
      manifest.region,
      manifest.region
  );
}

void check_images(const Manifest& manifest, Findings& findings) {
  if (!manifest.on_lambda()) return;
  for (auto const& server : manifest.servers) {
    if (!server.is_image() || is_in_ecr(manifest, server.image)) continue;
    findings.add(server, "image", refuse_image(manifest));
  }
}

void check_own_image(const Manifest& manifest, Findings& findings) {
  if (!manifest.on_lambda() || manifest.image.empty() || is_in_ecr(manifest, manifest.image)) {
    return;
  }
  findings.add("image", refuse_image(manifest));
}

// https://docs.aws.amazon.com/lambda/latest/dg/configuration-filesystem.html
void check_mount(const Manifest& manifest, Findings& findings) {
  auto const& state = manifest.state;
  if (!manifest.on_lambda() || !state.has_files()) return;
  if (state.mount.starts_with("/mnt/") && state.mount.find('/', 5) == std::string::npos) return;
  findings.add("state.mount", "is outside of /mnt, where alone functions see EFS; write /mnt/data");
}

constexpr Check kChecks[] = {
    {"lambda", check_front},
    {"lambda", check_concurrency},
    {"server region", check_images},
    {"image region", check_own_image},
    {"state", check_mount},
};

}  // namespace

std::span<const Check> lambda_checks() { return kChecks; }

}  // namespace davit::manifest
