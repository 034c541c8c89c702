// Stream: the bytes of one accepted connection, plain or TLS. Inside the server only: the first
// layer that knows sockets, and the last that shows error codes.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <tuple>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "base/result.h"
#include "http/server.h"

namespace davit::http {

using IoResult = std::tuple<boost::system::error_code, std::size_t>;

class Stream {
 public:
  virtual ~Stream() = default;

  // Before the first byte: the TLS handshake, or nothing.
  virtual boost::asio::awaitable<boost::system::error_code> handshake() = 0;
  virtual boost::asio::awaitable<IoResult> read_some(std::span<char> into) = 0;
  virtual boost::asio::awaitable<IoResult> write_some(std::string_view bytes) = 0;
  // Writes what can be written without waiting, and answers how much that was. An error is left
  // for `write_some` to find.
  virtual std::size_t try_write(std::string_view bytes) = 0;
  // Tells the peer that nothing follows; reading goes on.
  virtual void shutdown_send() = 0;

  virtual boost::asio::ip::tcp::socket& socket() = 0;
};

std::unique_ptr<Stream> make_plain_stream(boost::asio::ip::tcp::socket socket);

// Makes TLS streams with one certificate: TLS 1.2 and later.
class TlsContext {
 public:
  // Errors: invalid_input, naming the file that OpenSSL refused.
  static Result<std::unique_ptr<TlsContext>> load(const TlsFiles& files);
  virtual ~TlsContext() = default;
  virtual std::unique_ptr<Stream> make_stream(boost::asio::ip::tcp::socket socket) = 0;
};

}  // namespace davit::http
