#include "manifest/manifest.h"

#include <algorithm>

namespace davit::manifest {

std::string Manifest::place_of(std::string_view key) const {
  auto const found = origins.find(key);
  return found == origins.end() ? file : found->second;
}

bool Manifest::has_connectors() const {
  return std::ranges::any_of(servers, &Server::is_connector);
}

std::string Manifest::stack_name() const {
  return environment.empty() ? name : name + '-' + environment;
}

}  // namespace davit::manifest
