#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "http/stream.h"

namespace davit::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr auto kAsResult = asio::as_tuple(asio::use_awaitable);

class TlsStream final : public Stream {
 public:
  TlsStream(tcp::socket socket, asio::ssl::context& context) : tls_(std::move(socket), context) {}

  asio::awaitable<boost::system::error_code> handshake() override {
    boost::system::error_code ec;
    co_await tls_.async_handshake(
        asio::ssl::stream_base::server, asio::redirect_error(asio::use_awaitable, ec)
    );
    co_return ec;
  }
  asio::awaitable<IoResult> read_some(std::span<char> into) override {
    return tls_.async_read_some(asio::buffer(into.data(), into.size()), kAsResult);
  }
  asio::awaitable<IoResult> write_some(std::string_view bytes) override {
    return tls_.async_write_some(asio::buffer(bytes), kAsResult);
  }
  // A record is encrypted and sent in steps, which only Asio can take.
  std::size_t try_write(std::string_view) override { return 0; }
  // Without close_notify: every answer of ours is delimited by its length or its last chunk, so a
  // truncation shows (RFC 9112, 9.8).
  void shutdown_send() override {
    boost::system::error_code ignored;
    tls_.next_layer().shutdown(tcp::socket::shutdown_send, ignored);
  }
  tcp::socket& socket() override { return tls_.next_layer(); }

 private:
  asio::ssl::stream<tcp::socket> tls_;
};

class AsioTlsContext final : public TlsContext {
 public:
  std::unique_ptr<Stream> make_stream(tcp::socket socket) override {
    return std::make_unique<TlsStream>(std::move(socket), context);
  }

  asio::ssl::context context{asio::ssl::context::tls_server};
};

}  // namespace

Result<std::unique_ptr<TlsContext>> TlsContext::load(const TlsFiles& files) {
  auto tls = std::make_unique<AsioTlsContext>();
  tls->context.set_options(
      asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1 |
      asio::ssl::context::no_tlsv1_1
  );
  auto const refuse = [](std::string_view what, const std::string& file, const auto& ec) {
    return Error(
        ErrorKind::invalid_input,
        fmt::format("cannot use the {} '{}': {}", what, file, ec.message())
    );
  };
  boost::system::error_code ec;
  tls->context.use_certificate_chain_file(files.certificate_chain, ec);
  if (ec) return refuse("certificate", files.certificate_chain, ec);
  tls->context.use_private_key_file(files.private_key, asio::ssl::context::pem, ec);
  if (ec) return refuse("private key", files.private_key, ec);
  return std::unique_ptr<TlsContext>(std::move(tls));
}

}  // namespace davit::http
