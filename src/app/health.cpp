#include "app/health.h"

#include <fmt/format.h>

#include "app/exit_code.h"
#include "app/interrupt.h"
#include "app/service.h"
#include "http/client.h"

namespace davit::app {
namespace {

// Below the time that orchestrators commonly give a health check, so that ours is the message.
constexpr std::chrono::seconds kPatience{3};

}  // namespace

Result<int> run_health(const Settings& settings) {
  if (settings.http.tls) {
    return Error(
        ErrorKind::invalid_input,
        "the certificate is for the server's name, and this asks its address; with TLS, ask "
        "https://NAME/health by other means"
    );
  }
  if (settings.http.port == 0) {
    return Error(ErrorKind::invalid_input, "port: 0 takes a free one; say which with --port");
  }
  auto const url = base_url(settings, settings.http.port) + "/health";
  Loop loop;
  http::ClientOptions options;
  options.direct = true;
  auto const client = http::make_curl_client(loop.executor(), std::move(options));
  http::ClientRequest request(http::Method::get, url);
  request.timeout = kPatience;
  DAVIT_TRY(auto const answer, run_until_interrupted(loop, client->send(std::move(request))));
  if (answer.status != 200) {
    return Error(ErrorKind::unavailable, fmt::format("{} answered {}", url, answer.status));
  }
  fmt::print("{}\n", answer.body);
  return static_cast<int>(ExitCode::done);
}

}  // namespace davit::app
