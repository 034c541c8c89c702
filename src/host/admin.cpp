#include "host/admin.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "json/json.h"
#include "telemetry/prometheus.h"

namespace davit::host {
namespace {

constexpr std::string_view kPlain = "text/plain; charset=utf-8";

http::Response error_response(int status, std::string_view message) {
  return http::Response::json(
      status, json::to_text(json::Object{{"error", json::String(message)}})
  );
}

}  // namespace

struct Admin::Page {
  std::string_view path;
  http::Method method;
  std::string_view about;
  http::Response (Admin::*answer)(std::string_view path);
};

const Admin::Page Admin::kPages[] = {
    {"/", http::Method::get, "this page", &Admin::index},
    {"/metrics", http::Method::get, "the counters, as Prometheus text", &Admin::metrics},
    {"/health", http::Method::get, "every server's state", &Admin::health},
    {"/ready", http::Method::get, "200, or 503 while it drains", &Admin::health},
    {"/drain", http::Method::post, "finish what runs, then end the process", &Admin::start_drain},
};

Admin::Admin(
    AccessPolicy access,
    const Host& host,
    const Counters& counters,
    std::function<void()> drain,
    log::Logger logger
)
    : access_(std::move(access)),
      host_(host),
      counters_(counters),
      drain_(std::move(drain)),
      logger_(std::move(logger)) {
  // "*" says that somebody in front checks the name: nobody does on this port.
  std::erase(access_.allowed_hosts, "*");
  access_.allows_addresses = true;
}

Async<http::Response> Admin::handle(http::Request request) { co_return answer(request); }

http::Response Admin::answer(const http::Request& request) {
  auto const path = request.path();
  if (auto const refused = check_access(request.headers, access_)) {
    logger_.warn("admin request refused", {{"peer", request.peer}, {"reason", *refused}});
    return error_response(403, *refused);
  }
  auto const* const page = std::ranges::find(kPages, path, &Page::path);
  if (page == std::end(kPages)) return health(path);
  auto const is_head = request.method == http::Method::head;
  if ((is_head ? http::Method::get : request.method) != page->method) {
    auto const is_get = page->method == http::Method::get;
    auto response = error_response(405, is_get ? "this page takes GET" : "this page takes POST");
    response.headers.add("Allow", is_get ? "GET, HEAD" : "POST");
    return response;
  }
  return (this->*page->answer)(path);
}

http::Response Admin::index(std::string_view) {
  auto text = fmt::format("Davit {}\n\n", DAVIT_VERSION);
  for (auto const& page : kPages) {
    fmt::format_to(
        std::back_inserter(text),
        "{:<5}{:<10}{}\n",
        http::to_string(page.method),
        page.path,
        page.about
    );
  }
  return http::Response::text(200, kPlain, std::move(text));
}

http::Response Admin::metrics(std::string_view) {
  return http::Response::text(
      200, telemetry::kPrometheusContentType, telemetry::to_prometheus(counters_)
  );
}

// Also /NAME/health.
http::Response Admin::health(std::string_view path) {
  auto page = host_.health_page(path);
  return page ? *std::move(page) : error_response(404, "there is no such page; GET / lists them");
}

http::Response Admin::start_drain(std::string_view) {
  drain_();
  return http::Response::json(202, R"({"status":"draining"})");
}

}  // namespace davit::host
