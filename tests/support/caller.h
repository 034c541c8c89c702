// Caller: the real HTTP client on a loop that runs as long as a request is under way.
#pragma once

#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include "async/loop.h"
#include "http/client.h"

namespace davit::testing {

struct Caller {
  explicit Caller(http::ClientOptions options = {}) {
    ::setenv("no_proxy", "*", 1);  // curl would ask a proxy even for loopback
    client = http::make_curl_client(loop.executor(), std::move(options));
  }
  Result<http::ClientResponse> send(http::ClientRequest request) {
    return loop.run(client->send(std::move(request)));
  }
  Result<http::ClientResponse> get(std::string url) {
    return send(http::ClientRequest(http::Method::get, std::move(url)));
  }

  Loop loop;
  std::unique_ptr<http::Client> client;
};

}  // namespace davit::testing
