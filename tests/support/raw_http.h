// Raw HTTP over blocking sockets, for tests that care about single bytes: a client that sends what
// it is told, and a server that answers what it is told. Every wait ends after kPatience.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "http/message.h"

namespace davit::testing {

// Far more than anything should take, so that a loaded machine fails no test.
inline constexpr std::chrono::seconds kPatience{15};

struct RawResponse {
  int status = 0;
  std::string version;  // "HTTP/1.1"
  http::Headers headers;
  std::string body;  // chunks already joined
};

// One TCP connection to or from loopback.
class RawSocket {
 public:
  // Connects. `receive_bytes` bounds the receive buffer, for playing a slow reader.
  explicit RawSocket(std::uint16_t port, int receive_bytes = 0);
  // Takes over an accepted descriptor.
  static RawSocket adopt(int descriptor);
  ~RawSocket();
  RawSocket(RawSocket&& other) noexcept;
  RawSocket& operator=(RawSocket&&) = delete;

  // False when the other end has closed.
  bool send(std::string_view bytes);
  // Each byte by itself, without delay.
  bool send_bytewise(std::string_view bytes);

  // Reads up to and with `marker`; nothing when the connection ended before.
  std::optional<std::string> read_to(std::string_view marker);
  std::optional<std::string> read_exactly(std::size_t size);
  // One response, framed by Content-Length, chunks, or the end. `to_head`: it has no body.
  std::optional<RawResponse> read_response(bool to_head = false);
  // Everything up to the end of the connection.
  std::string read_to_end();
  // True when the other end closes or resets within kPatience, without sending a byte more.
  bool ends();

  void half_close();
  void close();

 private:
  RawSocket() = default;
  // False at the end of the connection.
  bool fill();

  int descriptor_ = -1;
  std::string input_;
};

// Accepts connections on a free port and hands them to `serve`, one after the other, on a thread of
// its own. The connection closes when `serve` returns. Destroy the client first: `serve` may wait
// for it.
class RawServer {
 public:
  explicit RawServer(std::function<void(RawSocket&)> serve);
  ~RawServer();
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  std::uint16_t port() const { return port_; }
  std::string url(std::string_view path) const;
  int accepted() const { return accepted_; }

 private:
  std::uint16_t port_ = 0;
  int listening_ = -1;
  std::atomic<int> accepted_ = 0;
  std::thread thread_;
};

// A port of loopback on which nobody listens now.
std::uint16_t free_port();

// Asks again and again until `holds` or kPatience has passed; answers whether it holds.
bool eventually(const std::function<bool()>& holds);

}  // namespace davit::testing
