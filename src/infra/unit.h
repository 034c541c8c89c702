// Units: what runs together and is scaled and released as one, a task of ECS or a function of
// Lambda, and the containers in it.
#pragma once

#include <string>
#include <vector>

#include "infra/value.h"
#include "manifest/manifest.h"

namespace davit::infra {

// One davitd with its connectors, or one image.
struct Container {
  std::string name;  // "davitd", "gitlab", "billing"; unique in the deployment
  std::string id;    // the same for logical ids
  Value image;
  int port = 8080;
  std::string health = "/health";
  std::vector<const manifest::Server*> servers;  // live as long as the manifest
  bool is_davitd = false;
};

struct Unit {
  std::string name;  // "servers", or that of its one server
  std::string id;
  std::vector<Container> containers;
  int cpu = 256;     // units of 1/1024 vCPU
  int memory = 512;  // MiB
  int min = 2;       // tasks
  int max = 10;

  // The one server, for tags; empty when there are several.
  std::string server() const;
};

// By the manifest's layout. A connector that shares its unit with others shares one davitd with
// them.
std::vector<Unit> units_of(const manifest::Manifest& manifest);

// The port on which replicas of davitd hand on what belongs to a session at home in another.
inline constexpr int kPeerPort = 8079;

}  // namespace davit::infra
