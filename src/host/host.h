// Host: the outermost handler of a process that serves. Finds the MCP server that a path means,
// after the checks that every request has to pass, and answers the health pages.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "auth/authenticator.h"
#include "host/access.h"
#include "host/refusals.h"
#include "http/server.h"
#include "mcp/transport/streamable_http.h"

namespace davit::host {

struct HostOptions {
  AccessPolicy access;
  std::string base_path;  // "/prod": taken off in front, for gateways that add a stage; a slash at
                          // its end does not count
  std::string release;  // echoed, so that a deployment can prove which build answered; may be empty
};

class Host final : public http::Handler {
 public:
  // Everything passed by reference, and what the logger writes to, must outlive the host.
  Host(
      HostOptions options,
      const auth::Authenticator& authenticator,
      const Clock& clock,
      Counters& counters,
      log::Logger logger
  );

  // Serves the endpoint at /NAME/mcp, /NAME/sse, /NAME and /mcp/NAME, and at /mcp and /sse while it
  // is the only one. It must outlive the host.
  void mount(std::string name, mcp::transport::StreamableHttp& endpoint);
  // Serves the endpoint at /mcp and /sse, however many there are. It must outlive the host.
  void mount_at_root(mcp::transport::StreamableHttp& endpoint) { root_ = Mount{&endpoint, {}}; }
  // A server that is configured, but cannot work: shown in /health, answers 503.
  void mount_broken(std::string name, std::string why);

  // From now on /ready answers 503, so that nothing new is sent here.
  void drain() { draining_ = true; }

  Async<http::Response> handle(http::Request request) override;

  // The answer to /health, /ready and /NAME/health, whoever asks and by whatever method; nothing
  // for another path.
  std::optional<http::Response> health_page(std::string_view path) const;

 private:
  struct Mount {
    mcp::transport::StreamableHttp* endpoint = nullptr;
    std::string broken_because;
  };

  std::string make_request_id(const http::Headers& headers);
  std::string_view without_base(std::string_view path) const;
  const Mount* find_mount(std::string_view path) const;
  Async<http::Response> route(http::Request request, std::string request_id);
  http::Response health() const;
  http::Response health_of(std::string_view name) const;

  HostOptions options_;
  const auth::Authenticator& authenticator_;
  Refusals refusals_;
  std::map<std::string, Mount, std::less<>> mounts_;
  std::optional<Mount> root_;
  std::string
      id_prefix_;  // unique to this process, so that with a number behind it ids never repeat
  std::uint64_t last_id_ = 0;
  bool draining_ = false;
};

}  // namespace davit::host
