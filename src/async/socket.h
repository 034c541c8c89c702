// Socket: a client's connection over TCP or a Unix socket, for protocols of our own. HTTP has its
// own way (http/client.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "async/async.h"

namespace davit {

// Connects once. Use from the loop thread; one read and one write may be under way at a time, and
// the socket must outlive them.
class Socket {
 public:
  explicit Socket(Executor executor);
  ~Socket();
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  // Resolves the name and tries its addresses one after the other, all within `limit`. An address
  // in digits needs no resolver; IPv6 comes without brackets. Errors: unavailable, timeout,
  // cancelled.
  Async<> connect_tcp(std::string host, std::uint16_t port, Duration limit);
  // Errors: invalid_input for a path that no socket can have, unavailable, timeout, cancelled.
  Async<> connect_unix(std::string path, Duration limit);

  // Waits for bytes; answers how many, and 0 when the peer has closed. `into` must live until then.
  // Errors: unavailable when the connection broke or was closed here; cancelled.
  Async<std::size_t> read_some(std::span<char> into);
  // Errors: as for read_some; how much has been written is then not known.
  Async<> write_all(std::string bytes);

  // What is under way ends with `unavailable`. May be repeated.
  void close();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace davit
