// Where the server is: the part of redis.h that is only text.
#include <charconv>

#include <fmt/format.h>

#include "mcp/store/redis.h"

namespace davit::mcp {
namespace {

Error bad_url(std::string_view what) {
  return {
      ErrorKind::invalid_input,
      fmt::format(
          "{}; expected redis://[user:password@]host:port[/database] or"
          " unix://[user:password@]/path",
          what
      )
  };
}

template <class Number>
Result<Number> parse_number(std::string_view digits, std::string_view what) {
  Number number = 0;
  auto const* end = digits.data() + digits.size();
  auto const [stop, ec] = std::from_chars(digits.data(), end, number);
  if (ec != std::errc() || stop != end) return bad_url(fmt::format("no {}", what));
  return number;
}

// RFC 3986, 2.1.
Result<std::string> percent_decode(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    auto const digits = text.substr(i + 1, 2);
    unsigned byte = 0;
    auto const* end = digits.data() + digits.size();
    if (digits.size() < 2 || std::from_chars(digits.data(), end, byte, 16).ptr != end) {
      return bad_url("a percent sign without two hex digits");
    }
    decoded += static_cast<char>(byte);
    i += 2;
  }
  return decoded;
}

Result<> read_login(std::string_view login, RedisAddress& address) {
  auto const colon = login.find(':');
  if (colon == std::string_view::npos) return bad_url("a user without a password");
  DAVIT_TRY(address.user, percent_decode(login.substr(0, colon)));
  DAVIT_TRY(auto password, percent_decode(login.substr(colon + 1)));
  address.password = Secret(std::move(password));
  return {};
}

Result<> read_server(std::string_view rest, RedisAddress& address) {
  auto const slash = rest.find('/');
  if (slash != std::string_view::npos && slash + 1 < rest.size()) {
    DAVIT_TRY(address.database, parse_number<unsigned>(rest.substr(slash + 1), "database number"));
  }
  auto const server = rest.substr(0, slash);
  auto const host_end = server.starts_with('[') ? server.find(']') + 1 : server.find(':');
  if (server.starts_with('[') && host_end == 0) return bad_url("a bracket that is not closed");
  auto host = server.substr(0, host_end);
  auto const port = server.substr(host.size());
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  if (host.empty()) return bad_url("no host");
  address.host = host;
  if (port.empty()) return {};
  if (port.front() != ':') return bad_url("no colon between host and port");
  DAVIT_TRY(address.port, parse_number<std::uint16_t>(port.substr(1), "port number"));
  return {};
}

}  // namespace

std::string RedisAddress::text() const {
  if (!path.empty()) return path;
  auto const* form = host.find(':') == std::string::npos ? "{}:{}" : "[{}]:{}";
  return fmt::format(fmt::runtime(form), host, port);
}

Result<RedisAddress> parse_redis_url(std::string_view url) {
  auto const scheme_end = url.find("://");
  auto const scheme = url.substr(0, scheme_end);
  if (scheme == "rediss") return bad_url("TLS (rediss://) is not supported");
  if (scheme_end == std::string_view::npos || (scheme != "redis" && scheme != "unix")) {
    return bad_url("not the URL of a store");
  }
  RedisAddress address;
  auto rest = url.substr(scheme_end + 3);
  if (auto const at = rest.substr(0, rest.find('/')).rfind('@'); at != std::string_view::npos) {
    DAVIT_CHECK(read_login(rest.substr(0, at), address));
    rest = rest.substr(at + 1);
  }
  if (scheme == "redis") {
    DAVIT_CHECK(read_server(rest, address));
    return address;
  }
  if (!rest.starts_with('/')) return bad_url("no path that begins with a slash");
  address.path = rest;
  return address;
}

}  // namespace davit::mcp
