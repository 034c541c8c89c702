// The `servers:` block, which davitd's file and the deployment manifest share: which MCP servers
// there are, and what each may do.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/reader.h"

namespace davit::config {

// Rising: each level has the rights of those before it.
enum class Access { read_only, read_write, full };

struct ServerConfig {
  std::string name;       // [a-z][a-z0-9-]{0,31}
  std::string connector;  // "gitlab"
  std::string url;        // empty takes the connector's default
  std::string user;       // where the service wants a name beside the token
  std::string token;      // a secret reference, never the secret
  std::string auth;       // how the credential travels; empty takes what fits it
  Access access = Access::read_only;
  std::vector<std::string> toolsets;  // empty takes what the connector offers by default
  std::vector<std::string> allow;     // names of tools; empty takes those of the toolsets
  std::vector<std::string> deny;      // wins over `allow`
  std::size_t max_concurrent = 6;     // requests to the service at once
  int max_requests_per_minute = 0;    // of one credential; 0 takes the connector's
  std::size_t max_result_bytes = 48 * 1024;
  std::chrono::milliseconds timeout{25'000};  // of one tool call
  // What is wrong with this entry. The server cannot run then, and the others can.
  std::optional<Error> error;
};

// The rows of one server.
Table<ServerConfig> server_table();

// Reads the entries of `node`, the value of the key `path`. Problems of an entry go to its `error`,
// those of the block to the report.
std::vector<ServerConfig> read_servers(const Node& node, std::string_view path, Report& report);

}  // namespace davit::config
