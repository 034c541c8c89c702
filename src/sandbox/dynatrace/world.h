// What the handlers of the sandbox work on, and the tables of routes, one for each part of the API.
#pragma once

#include <span>

#include "sandbox/dynatrace/store.h"
#include "sandbox/rest.h"

namespace davit::sandbox::dynatrace {

struct Token {
  std::string value;
  std::string name;
  bool is_platform = false;
  bool is_limited = false;
};

struct World {
  Store store;
  Addresses addresses;
  std::vector<Token> tokens;
  const Token* caller = nullptr;  // of the request under way
};

using Row = Route<World>;

// Of the classic API, without "/api/v2".
std::span<const Row> problem_routes();
std::span<const Row> comment_routes();
std::span<const Row> event_routes();
std::span<const Row> entity_routes();
std::span<const Row> metric_routes();
std::span<const Row> slo_routes();
std::span<const Row> security_routes();
std::span<const Row> settings_routes();
std::span<const Row> log_routes();
std::span<const Row> token_routes();

// Of the platform, without "/platform".
std::span<const Row> grail_routes();
std::span<const Row> platform_routes();

}  // namespace davit::sandbox::dynatrace
