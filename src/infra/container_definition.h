// Containers of a task definition.
#pragma once

#include <string_view>

#include "infra/parts.h"

namespace davit::infra {

// The name of a container's port, by which Service Connect finds it.
std::string port_name(const Container& container);

// Sends output to a log group, as streams that begin with the prefix.
json::Object log_configuration(const Value& group, std::string_view prefix);

json::Object container_definition(
    const manifest::Manifest& manifest, const Parts& parts, const Container& container
);

// What the containers mount.
json::Array volumes_of(const manifest::Manifest& manifest, const Parts& parts, const Unit& unit);

}  // namespace davit::infra
