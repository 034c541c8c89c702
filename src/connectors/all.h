// The list of connectors. To add one: its folder, a line in all.cpp and one in CMakeLists.txt.
#pragma once

#include <span>
#include <string_view>

#include "connector/connector.h"

namespace davit::connectors {

std::span<const connector::Connector* const> all();

// Null pointer when there is none of that name.
const connector::Connector* find(std::string_view name);

}  // namespace davit::connectors
