// Piece: a part of a stack that becomes a template of its own. For the writer of CloudFormation
// only.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "infra/stack.h"

namespace davit::infra {

struct Piece {
  std::string name;  // of its stack
  std::vector<const Resource*> resources;
};

// The stack as one piece, or one a layer, and several of a layer that is still too large. A piece
// refers to itself and those before it.
std::vector<Piece> pieces_of(const Stack& stack, std::size_t max_resources, std::size_t max_bytes);

// From the first that others refer to.
std::span<const Layer> layers();

// A resource as it stands in a template.
json::Object resource_json(const Stack& stack, const Resource& resource);

}  // namespace davit::infra
