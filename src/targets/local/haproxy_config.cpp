#include "targets/local/haproxy_config.h"

#include <cstdint>
#include <map>
#include <string_view>

#include <fmt/format.h>

#include "base/strings.h"

namespace davit::local {
namespace {

// What each line is for stands in it; docs.haproxy.org/2.6/configuration.html has the rest.
//
// idle-close-on-response: without it, a reload closes connections that just then get a request.
// http-server-close: a connection to a task serves one request. A request on a reused one can meet
//   a task that closes it in the same moment (Node and uvicorn do so after 5 s), and nobody can
//   tell whether it was taken.
// retry-on conn-failure: the manual says "the request could not be sent"; every other reason may
//   run a tool twice. With redispatch 1, each retry goes to another task.
// No on-error mark-down: a client that hangs up must not take a task out.
// abortonclose: in MCP 2026-07-28 closing is how a client cancels.
// timeouts: streams have a heartbeat each 15 s and calls end after 90 s; a GET is a stream, of a
//   server, perhaps, that knows no heartbeat.
constexpr std::string_view kDefaults = R"(
defaults
  mode http
  log global
  balance roundrobin
  option http-server-close
  option http-no-delay
  option abortonclose
  option redispatch 1
  option idle-close-on-response
  option disable-h2-upgrade
  option dontlognull
  retries 3
  retry-on conn-failure
  timeout connect 1s
  timeout queue 5s
  timeout http-request 60s
  timeout http-keep-alive 1h
  timeout client 1h
  timeout client-fin 30s
  timeout server 120s
  timeout check 2s
  default-server check inter 500ms fall 2 rise 1
)";

struct Failure {
  int status;
  std::string_view message;
};
constexpr Failure kFailures[] = {
    {502, "the task that ran this request has ended"},
    {503, "no task takes requests now, try again"},
    {504, "the task gave no answer in time"},
};

void append_failures(std::string& out) {
  for (auto const& [status, message] : kFailures) {
    fmt::format_to(
        std::back_inserter(out),
        "  http-error status {} content-type application/json string "
        R"('{{"jsonrpc":"2.0","id":null,"error":{{"code":-32603,"message":"{}"}}}}'{})"
        "\n",
        status,
        message,
        // The others may have run already.
        status == 503 ? " hdr Retry-After 1" : ""
    );
  }
}

void append_global(std::string& out, const BalancerOptions& options, std::string_view structure) {
  auto const folder = options.folder.string();
  // fd-hard-limit: without, the memory that is taken follows the limit of the system, which is a
  // thousand million in some containers. noreuseport: else two HAProxies share a port in silence.
  fmt::format_to(
      std::back_inserter(out),
      R"(# Written by davit, again and again: what is changed here is lost.
global
  description {}
  log "{}/{}" len 1024 format raw local0 info
  stats socket "{}/{}" mode 600 level admin expose-fd listeners
  fd-hard-limit 65536
  noreuseport
  mworker-max-reloads 50
  hard-stop-after 24h
)",
      structure,
      folder,
      kLogSocket,
      folder,
      kRuntimeSocket
  );
}

void append_frontend(
    std::string& out, const BalancerOptions& options, const std::vector<SlottedBackend>& backends
) {
  // The line of the access log (access_log.h).
  fmt::format_to(
      std::back_inserter(out),
      R"(
frontend davit_front
  bind {}:{}
  log-format "davit %b %s %sp %ST %Ta %ts %HM %[var(txn.kind)]"
  option forwardfor
  http-response set-var(txn.kind) str(stream) if {{ res.hdr(content-type) -m beg text/event-stream }}
  http-response del-header server
)",
      options.host,
      options.port
  );
  // After a reload, connections that were idle are still with the worker of before, each for one
  // request more. It knows neither the tasks nor the paths of now, and refuses to be told
  // ("Proxy is disabled"), so it hands the request to its successor, which listens on the same
  // port.
  out += "  use_backend davit_successor if { stopping }\n";
  for (auto const& [backend, slots] : backends) {
    for (auto const& path : backend.paths) {
      fmt::format_to(
          std::back_inserter(out),
          "  use_backend {0} if {{ path {1} }} || {{ path_beg {1}/ }}\n",
          backend.name,
          path
      );
    }
  }
  for (auto const& [backend, slots] : backends) {
    if (backend.paths.empty()) out += "  default_backend " + backend.name + "\n";
  }
  auto const all_others = [&] {
    for (auto const& one : backends) {
      if (one.backend.paths.empty()) return true;
    }
    return false;
  }();
  if (!all_others)
    out +=
        "  default_backend davit_nothing\n\nbackend davit_nothing\n"
        "  http-request deny deny_status 404\n";
}

void append_successor(std::string& out, const BalancerOptions& options) {
  auto const is_any = options.host == "0.0.0.0";
  fmt::format_to(
      std::back_inserter(out),
      R"(
backend davit_successor
  http-request set-timeout server 1h if METH_GET
  server next {}:{} no-check
)",
      is_any ? "127.0.0.1" : options.host,
      options.port
  );
}

// Of a server that is not ours: /NAME and /NAME/mcp are its MCP endpoint, the rest is what it has
// below.
void append_rewrites(std::string& out, const Backend& backend) {
  if (backend.rewrite_to.empty()) return;
  out += "  http-request set-var(txn.path) path\n";
  for (auto const& path : backend.paths) {
    fmt::format_to(
        std::back_inserter(out),
        "  http-request set-path {0} if {{ var(txn.path) -m str {1} {1}/ {1}/mcp }}\n"
        "  http-request set-path %[var(txn.path),regsub(^{1}/,/)] if {{ var(txn.path) -m beg {1}/ "
        "}} "
        "!{{ var(txn.path) -m str {1}/ {1}/mcp }}\n",
        backend.rewrite_to,
        path
    );
  }
}

void append_backend(std::string& out, const SlottedBackend& slotted, std::size_t slots) {
  auto const& backend = slotted.backend;
  fmt::format_to(
      std::back_inserter(out),
      "\nbackend {}\n  http-request set-timeout server 1h if METH_GET\n",
      backend.name
  );
  // Without a page to ask, a connection has to do.
  if (!backend.check.empty()) {
    fmt::format_to(
        std::back_inserter(out),
        "  option httpchk\n"
        "  http-check send meth GET uri {} ver HTTP/1.1 hdr Host localhost\n"
        "  http-check expect status 200\n",
        backend.check
    );
  }
  append_rewrites(out, backend);
  std::map<std::size_t, const BalancedTask*> by_slot;
  for (std::size_t i = 0; i < backend.tasks.size(); ++i)
    by_slot[slotted.slots[i]] = &backend.tasks[i];
  for (std::size_t slot = 0; slot < slots; ++slot) {
    auto const found = by_slot.find(slot);
    if (found == by_slot.end()) {
      // Port 9, "discard": an address has to stand there.
      fmt::format_to(
          std::back_inserter(out), "  server {} 127.0.0.1:9 weight 0 disabled\n", slot_name(slot)
      );
      continue;
    }
    auto const& task = *found->second;
    fmt::format_to(
        std::back_inserter(out),
        "  server {} 127.0.0.1:{} weight {}  # {} of {}\n",
        slot_name(slot),
        task.port,
        task.weight,
        task.id,
        task.release
    );
  }
}

// FNV-1a; it only has to differ.
std::uint64_t hash(std::string_view text) {
  std::uint64_t value = 0xcbf29ce484222325;
  for (auto const c : text) value = (value ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return value;
}

std::string whole(
    const BalancerOptions& options,
    const std::vector<SlottedBackend>& backends,
    std::string_view structure
) {
  std::string out;
  append_global(out, options, structure);
  out += kDefaults;
  append_failures(out);
  append_frontend(out, options, backends);
  append_successor(out, options);
  for (auto const& one : backends)
    append_backend(out, one, static_cast<std::size_t>(options.slots));
  return out;
}

}  // namespace

std::string structure_of(const BalancerOptions& options, const std::vector<Backend>& backends) {
  auto empty = backends;
  for (auto& backend : empty) backend.tasks.clear();
  auto const slotted = assign_slots(empty, {}, static_cast<std::size_t>(options.slots));
  return fmt::format("davit-{:016x}", hash(whole(options, slotted, "")));
}

std::string to_configuration(
    const BalancerOptions& options, const std::vector<SlottedBackend>& backends
) {
  std::vector<Backend> plain;
  for (auto const& one : backends) plain.push_back(one.backend);
  return whole(options, backends, structure_of(options, plain));
}

std::string to_configuration(const BalancerOptions& options, const std::vector<Backend>& backends) {
  return to_configuration(
      options, assign_slots(backends, {}, static_cast<std::size_t>(options.slots))
  );
}

}  // namespace davit::local
