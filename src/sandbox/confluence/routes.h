// The tables of routes, each at the end of its file.
#pragma once

#include <span>

#include "sandbox/confluence/answers.h"

namespace davit::sandbox::confluence {

std::span<const Route> space_routes();
std::span<const Route> page_routes();
std::span<const Route> page_write_routes();
std::span<const Route> tree_routes();
std::span<const Route> version_routes();
std::span<const Route> comment_routes();
std::span<const Route> comment_write_routes();
std::span<const Route> attachment_routes();
std::span<const Route> file_routes();
std::span<const Route> label_routes();
std::span<const Route> property_routes();
std::span<const Route> user_routes();
std::span<const Route> search_routes();
std::span<const Route> move_routes();

}  // namespace davit::sandbox::confluence
