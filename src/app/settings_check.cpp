#include "app/settings_check.h"

#include <arpa/inet.h>
#include <cstring>
#include <netinet/in.h>

#include <fmt/format.h>

#include "http/url.h"

namespace davit::app {
namespace {

// 127.0.0.0/8 and ::1.
bool is_loopback(const std::string& address) {
  in_addr four = {};
  if (::inet_pton(AF_INET, address.c_str(), &four) == 1) return ntohl(four.s_addr) >> 24 == 127;
  in6_addr six = {};
  return ::inet_pton(AF_INET6, address.c_str(), &six) == 1 &&
         std::memcmp(&six, &in6addr_loopback, sizeof six) == 0;
}

class Checker {
 public:
  Checker(Settings& settings, config::Report& report) : settings_(settings), report_(report) {}

  void run() {
    check_references("session_keys", settings_.session_keys);
    if (settings_.api_keys) check_references("auth.api_keys", *settings_.api_keys);
    check_callers();
    check_tls();
    check_times();
    check_replicas();
    for (auto& server : settings_.servers) check_server(server);
  }

 private:
  // Where the value of the key came from, for a message.
  std::string place_of(std::string_view key) const {
    auto const found = report_.origins.find(key);
    return found == report_.origins.end() ? "default" : found->second;
  }
  void complain(std::string_view key, std::string message) {
    report_.problems.push_back({place_of(key), std::string(key), std::move(message)});
  }
  void needs(std::string_view key, std::string_view other) {
    complain(key, fmt::format("needs `{}` too", other));
  }

  void check_references(std::string_view key, const std::vector<std::string>& texts) {
    for (auto const& text : texts) {
      auto const reference = secrets::parse_secret_reference(text);
      if (!reference) complain(key, reference.error().message());
    }
  }

  void check_callers() {
    auto const& keys = settings_.api_keys;
    if (keys && keys->empty()) complain("auth.api_keys", "has no key in it");
    if (keys && settings_.auth) {
      complain("auth", "is none, and there are `auth.api_keys`: only one of them can be meant");
    }
    auto const& host = settings_.http.host;
    if (!is_loopback(host) && !settings_.auth && !keys) {
      complain(
          "host",
          fmt::format(
              "everybody who reaches {} could use the servers' credentials; give callers"
              " `auth.api_keys`, write `auth: none` when something in front of it checks them, or"
              " listen on 127.0.0.1",
              host
          )
      );
    }
    auto const& admin = settings_.admin;
    if (admin.port && !is_loopback(admin.host)) {
      settings_.warnings.push_back(fmt::format(
          "admin.host: everybody who reaches {} can stop this process; only the operator should",
          admin.host
      ));
    }
  }

  void check_tls() {
    auto const& certificate = settings_.tls_certificate;
    auto const& key = settings_.tls_key;
    if (!certificate.empty() && !key.empty()) {
      settings_.http.tls = http::TlsFiles{.certificate_chain = certificate, .private_key = key};
    } else if (!certificate.empty()) {
      needs("tls.certificate", "tls.key");
    } else if (!key.empty()) {
      needs("tls.key", "tls.certificate");
    }
  }

  void check_times() {
    if (settings_.endpoint.call_timeout >= settings_.drain) {
      complain("timeouts.call", "is not below `timeouts.drain`, so that a stop would cut calls");
    }
    if (settings_.drain_notice > settings_.drain) {
      complain("timeouts.drain_notice", "is longer than `timeouts.drain`");
    }
  }

  // What several processes share only works with keys that all of them have.
  void check_replicas() {
    auto const& peer = settings_.peer;
    if (!peer.address.empty() && !peer.port) needs("peer.address", "peer.port");
    if (peer.port && settings_.session_keys.empty()) needs("peer.port", "session_keys");
    if (settings_.store != "none" && settings_.session_keys.empty()) {
      needs("state.store", "session_keys");
    }
  }

  // A text that is no reference may be the secret itself, and does not stay.
  void check_server(config::ServerConfig& server) {
    auto const prefix = config::join_key("servers", server.name);
    if (server.timeout >= settings_.drain) {
      settings_.warnings.push_back(fmt::format(
          "{}.timeout: is not below `timeouts.drain`, so that a stop would cut calls", prefix
      ));
    }
    std::vector<config::Problem> problems;
    auto const add = [&](std::string_view member, const Error& error) {
      auto key = config::join_key(prefix, member);
      problems.push_back({place_of(key), std::move(key), error.message()});
    };
    if (!server.token.empty()) {
      if (auto const reference = secrets::parse_secret_reference(server.token); !reference) {
        add("token", reference.error());
        server.token = "***";
      }
    }
    if (!server.url.empty()) {
      if (auto const url = http::parse_url(server.url); !url) {
        add("url", url.error());
        server.url.clear();
      }
    }
    if (problems.empty()) return;
    auto text = config::to_text(problems);
    if (server.error) text = server.error->message() + '\n' + text;
    server.error = Error(ErrorKind::invalid_input, std::move(text));
  }

  Settings& settings_;
  config::Report& report_;
};

}  // namespace

void check_settings(Settings& settings, config::Report& report) { Checker(settings, report).run(); }

}  // namespace davit::app
