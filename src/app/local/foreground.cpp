#include "app/local/foreground.h"

#include <csignal>
#include <cstdio>

#include <fmt/format.h>

#include "app/local/addresses.h"
#include "app/terminal.h"
#include "release/lock.h"
#include "secrets/reference.h"
#include "targets/local/variables.h"

namespace davit::app {

using namespace std::chrono_literals;

namespace {

constexpr auto kWatch = 500ms;

local::SupervisorOptions supervisor_options(
    const manifest::Manifest& manifest,
    const StateFolder& folder,
    const std::filesystem::path& balancer,
    std::uint16_t port
) {
  auto const& settings = manifest.local;
  local::SupervisorOptions options;
  options.folder = folder.root;
  options.balancer.folder = balancer;
  options.balancer.host = settings.host;
  options.balancer.port = port != 0 ? port : settings.port;
  options.start_limit = settings.start;
  options.drain = settings.drain;
  options.log_bytes = settings.log_bytes;
  options.log_files = settings.log_files;
  return options;
}

}  // namespace

// The members in the order in which they need each other.
Foreground::Foreground(
    Executor executor,
    const UpRequest& request,
    manifest::Manifest manifest,
    const std::filesystem::path& balancer,
    log::Logger logger,
    const Clock& clock,
    http::Client& client
)
    : executor_(executor),
      signals_(executor, {SIGINT, SIGTERM}),
      request_(request),
      manifest_(std::move(manifest)),
      folder_(request.place.folder()),
      supervisor_(
          executor,
          clock,
          client,
          logger,
          supervisor_options(manifest_, folder_, balancer, request.port)
      ),
      releases_(
          {executor,
           &clock,
           &supervisor_,
           &client,
           logger,
           folder_.journals(),
           [this](const rollout::State& state) { narrator_.tell_state(state, releases_.began()); }}
      ),
      operator_(operator_parts(clock, logger)),
      ordered_(executor),
      background_(executor, logger),
      logger_(std::move(logger)) {}

Operator::Parts Foreground::operator_parts(const Clock& clock, log::Logger logger) {
  Operator::Parts parts;
  parts.executor = executor_;
  parts.clock = &clock;
  parts.releases = &releases_;
  parts.folder = folder_;
  parts.logger = std::move(logger);
  parts.program = request_.program;
  parts.up_settings = up_settings_with(manifest_.local, request_.port);
  parts.status = [this] { return supervisor_.status(); };
  parts.scale = [this](std::string service, int tasks) {
    return supervisor_.scale(std::move(service), tasks);
  };
  parts.stop = [this](std::string by) { order(std::move(by)); };
  return parts;
}

Async<> Foreground::open_control() {
  auto const path = socket_path(folder_, runtime_directory());
  Answer answer = [this](json::Object request, Tell tell) {
    return operator_.answer(std::move(request), std::move(tell));
  };
  DAVIT_CO_TRY(control_, ControlServer::open(executor_, path, std::move(answer), logger_));
  co_return write_pointer(folder_, path);
}

// A release that ended when nothing could be written any more has left tasks behind, and the note
// that they shall run.
void Foreground::end_leftovers() {
  for (auto const& release : supervisor_.leftovers()) {
    say(fmt::format("note: {} has tasks and no traffic: they are ended\n", release));
    background_.spawn("leftovers", supervisor_.trim(release, 0));
  }
}

// What there is to go on with, or the first release when nothing serves.
Async<> Foreground::begin_release() {
  auto const gone_on = operator_.go_on(manifest_);
  // It is stuck, which tell_stuck says: what serves must not lose its supervisor for that.
  if (!gone_on) co_return Result<>();
  for (auto const& remark : gone_on->remarks) say("note: " + remark + '\n');
  if (!gone_on->release.empty()) {
    say(fmt::format("going on with the release {}, which was interrupted\n", gone_on->release));
    co_return Result<>();
  }
  end_leftovers();
  DAVIT_CO_TRY(auto const status, co_await supervisor_.status());
  if (!status.serving.empty()) {
    say(fmt::format(
        "{} serves, as before; `davit deploy` releases what has changed since\n", status.serving
    ));
    co_return Result<>();
  }
  DeployRequest request{
      .file = request_.place.file,
      .environment = request_.place.environment,
      .program = request_.program,
      .actor = release::this_holder(),
      .command = "davit up",
  };
  DAVIT_CO_TRY([[maybe_unused]] auto const begun, co_await operator_.begin(std::move(request)));
  is_own_first_ = true;
  co_return Result<>();
}

// Clients need not wait for what comes in the place of something.
Async<> Foreground::wait_for_first() {
  auto const is_first = [this] {
    return releases_.is_under_way() && releases_.state()->plan.previous.empty();
  };
  while (is_first() && ordered_by_.empty()) {
    DAVIT_CO_CHECK(co_await releases_.wait_for_change(kWatch));
  }
  co_return Result<>();
}

void Foreground::tell_addresses(const local::Status& status) const {
  print(describe_addresses(manifest_, manifest_.local.host, status.port, request_.place));
  std::fflush(stdout);
}

Async<> Foreground::serve() {
  if (!ordered_by_.empty()) co_return Result<>();
  auto const variables = local::check_variables(manifest_, secrets::process_environment());
  if (!variables) {
    say("note: " + variables.error().message() +
        "; until then no deploy begins, and no task that needs it is started\n");
  }
  DAVIT_CO_CHECK(co_await begin_release());
  background_.spawn("restarts", Narrator::tell_restarts(&supervisor_));
  DAVIT_CO_CHECK(co_await wait_for_first());
  DAVIT_CO_TRY(auto const status, co_await supervisor_.status());
  if (ordered_by_.empty() && status.serving.empty()) {
    if (is_own_first_ && releases_.is_stuck())
      co_return Error(ErrorKind::unavailable, releases_.trouble());
    if (!releases_.is_stuck()) {
      auto const& state = releases_.state();
      code_ = state ? exit_code_of(state->stage) : 1;
      say(fmt::format("what was seen of it is in {}\n", folder_.evidence().string()));
      co_return Result<>();
    }
  }
  background_.spawn("stuck", Narrator::tell_stuck(&releases_));
  if (ordered_by_.empty() && !status.serving.empty()) tell_addresses(status);
  while (ordered_by_.empty()) DAVIT_CO_CHECK(co_await ordered_.wait());
  co_return Result<>();
}

Async<int> Foreground::run() {
  // First, for a failure to change nothing yet.
  DAVIT_CO_CHECK(co_await open_control());
  // Before anything is started that would be left behind.
  background_.spawn("signals", watch_signals());
  if (auto const begun = co_await supervisor_.begin(); !begun) {
    DAVIT_CO_CHECK(co_await background_.stop(Duration::zero()));
    co_return begun.error();
  }
  background_.spawn("supervisor", supervisor_.run());
  background_.spawn("control", control_->serve());
  auto const outcome = co_await serve();
  DAVIT_CO_TRY(auto const ends, co_await may_end_all(!outcome));
  auto const ended = ends ? co_await end_all() : co_await leave();
  if (!outcome) co_return outcome.error();
  if (!ended) co_return ended.error();
  co_return code_;
}

}  // namespace davit::app
