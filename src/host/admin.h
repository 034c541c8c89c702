// Admin: what the operator asks on a port of its own: the metrics, the health pages, and the order
// to drain. Nobody is asked for a key there, so it belongs on loopback or into a network that only
// the operator reaches.
#pragma once

#include <functional>
#include <string_view>

#include "base/counters.h"
#include "host/host.h"
#include "http/server.h"

namespace davit::host {

class Admin final : public http::Handler {
 public:
  // `drain` is called for every POST /drain, so it must not mind to be called again. Everything
  // passed by reference must outlive this.
  Admin(
      AccessPolicy access,
      const Host& host,
      const Counters& counters,
      std::function<void()> drain,
      log::Logger logger
  );

  Async<http::Response> handle(http::Request request) override;

 private:
  struct Page;
  static const Page kPages[];

  http::Response answer(const http::Request& request);
  http::Response index(std::string_view path);
  http::Response metrics(std::string_view path);
  http::Response health(std::string_view path);
  http::Response start_drain(std::string_view path);

  AccessPolicy access_;
  const Host& host_;
  const Counters& counters_;
  std::function<void()> drain_;
  log::Logger logger_;
};

}  // namespace davit::host
