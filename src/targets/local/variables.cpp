#include "targets/local/variables.h"

#include <string>
#include <vector>

#include <fmt/format.h>

#include "manifest/findings.h"

namespace davit::local {
namespace {

// "server gitlab: token: env:GITLAB_TOKEN is not set"; empty when it is.
std::string missing(const manifest::Reference& reference, const secrets::Environment& environment) {
  auto const parsed = secrets::parse_secret_reference(reference.text);
  if (!parsed || parsed->scheme != secrets::Scheme::env) return "";
  auto const found = environment.find(parsed->target);
  if (found != environment.end() && !found->second.empty()) return "";
  auto const* const server = reference.server;
  return fmt::format(
      "{}{}: {} is {}",
      server == nullptr ? "" : fmt::format("server {}: ", server->name()),
      reference.key,
      reference.text,
      found == environment.end() ? "not set" : "empty"
  );
}

}  // namespace

Result<> check_variables(
    const manifest::Manifest& manifest, const secrets::Environment& environment
) {
  std::vector<std::string> all;
  for (auto const& reference : manifest::references_of(manifest)) {
    if (auto one = missing(reference, environment); !one.empty()) all.push_back(std::move(one));
  }
  if (all.empty()) return {};
  return Error(
      ErrorKind::invalid_input,
      fmt::format(
          "{}; export {} and run `davit up` again",
          fmt::join(all, ", "),
          all.size() == 1 ? "it" : "them"
      )
  );
}

}  // namespace davit::local
