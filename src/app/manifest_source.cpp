#include "app/manifest_source.h"

#include <unistd.h>

#include <fmt/format.h>

#include "config/yaml.h"
#include "infra/build.h"
#include "manifest/reader.h"

namespace davit::app {

Result<> check_is_there(const std::string& file) {
  if (::access(file.c_str(), F_OK) == 0) return {};
  return Error(
      ErrorKind::not_found,
      fmt::format("there is no {}; `davit init` writes one, and --file names one elsewhere", file)
  );
}

Result<manifest::Manifest> load(const ManifestSource& source) {
  DAVIT_CHECK(check_is_there(source.file));
  DAVIT_TRY(auto const root, config::read_yaml(source.file));
  auto environment = source.environment;
  auto const names = manifest::environments_of(root);
  if (environment.empty() && names.size() == 1) environment = names.front();
  if (environment.empty() && names.size() > 1) {
    return Error(
        ErrorKind::invalid_input,
        fmt::format(
            "{} has several environments; name one with --environment: {}",
            source.file,
            fmt::join(names, ", ")
        )
    );
  }
  return manifest::read_manifest(root, environment);
}

Result<Deployment> load_deployment(const ManifestSource& source) {
  DAVIT_TRY(auto manifest, load(source));
  DAVIT_TRY(auto stacks, infra::build_stacks(manifest));
  return Deployment{.manifest = std::move(manifest), .stacks = std::move(stacks)};
}

}  // namespace davit::app
