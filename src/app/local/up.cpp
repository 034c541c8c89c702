#include "app/local/up.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <map>
#include <unistd.h>

#include <fmt/format.h>

#include "app/exit_code.h"
#include "app/local/addresses.h"
#include "app/local/operator.h"
#include "app/manifest_source.h"
#include "app/terminal.h"
#include "async/cancellation.h"
#include "async/listener.h"
#include "http/client.h"
#include "release/lock.h"
#include "targets/local/supervisor.h"

namespace davit::app {
namespace {

using namespace std::chrono_literals;

// Of the last answers on the control socket.
constexpr auto kLastAnswers = 2s;
constexpr auto kWatch = 500ms;
// Of somebody who does not want to wait.
constexpr auto kLastLook = 2s;

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

void say(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

// All parts of the process, in the order in which they need each other.
class Up {
 public:
  Up(Executor executor,
     const UpRequest& request,
     manifest::Manifest manifest,
     const std::filesystem::path& balancer,
     log::Logger logger,
     const Clock& clock,
     http::Client& client)
      : executor_(executor),
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
             [this](const rollout::State& state) { tell_state(state); }}
        ),
        operator_(operator_parts(clock, logger)),
        ordered_(executor),
        background_(executor, logger),
        logger_(logger) {}

  Async<int> run();

 private:
  Operator::Parts operator_parts(const Clock& clock, log::Logger logger);
  Async<> open_control();
  Async<> serve();
  Async<> begin_release();
  Async<> watch_signals();
  Async<> kill_on_signal();
  void tell_state(const rollout::State& state);
  Async<> tell_restarts();
  Async<bool> may_end_all(bool has_failed);
  Async<> end_all();
  Async<> leave();
  Async<> end_ours();
  void order(std::string by);

  Executor executor_;
  const UpRequest& request_;
  manifest::Manifest manifest_;
  StateFolder folder_;
  local::Supervisor supervisor_;
  std::optional<View> told_;
  Releases releases_;
  Operator operator_;
  std::unique_ptr<ControlServer> control_;
  Event ordered_;
  std::string ordered_by_;
  bool is_own_first_ = false;  // nothing served, and this run began its first release
  int code_ = 0;
  TaskScope background_;
  log::Logger logger_;
};

Operator::Parts Up::operator_parts(const Clock& clock, log::Logger logger) {
  Operator::Parts parts;
  parts.executor = executor_;
  parts.clock = &clock;
  parts.releases = &releases_;
  parts.folder = folder_;
  parts.logger = logger;
  parts.program = request_.program;
  parts.status = [this] { return supervisor_.status(); };
  parts.scale = [this](std::string service, int tasks) {
    return supervisor_.scale(std::move(service), tasks);
  };
  parts.stop = [this](std::string by) { order(std::move(by)); };
  return parts;
}

void Up::order(std::string by) {
  if (ordered_by_.empty()) ordered_by_ = by.empty() ? "somebody" : std::move(by);
  ordered_.notify();
}

Async<> Up::watch_signals() {
  DAVIT_CO_TRY(auto const signal, co_await wait_for_signal({SIGINT, SIGTERM}));
  order(signal == SIGINT ? "Ctrl-C" : "SIGTERM");
  co_return co_await kill_on_signal();
}

// The second signal: nothing is drained any more.
Async<> Up::kill_on_signal() {
  DAVIT_CO_TRY([[maybe_unused]] auto const signal, co_await wait_for_signal({SIGINT, SIGTERM}));
  // Now, not at the first signal: a pid of then may be another's by now.
  auto const status = co_await with_timeout(supervisor_.status(), kLastLook);
  say(status
          ? "\nended at once: calls that were running are lost\n"
          : "\nended at once, but what runs did not tell its processes: `davit status` shows them, "
            "`davit up` takes them over\n");
  if (status) {
    for (auto const& task : status->tasks) {
      if (task.record.pid > 0) ::kill(-task.record.pid, SIGKILL);
    }
    if (status->balancer_pid > 0) ::kill(status->balancer_pid, SIGKILL);
  }
  std::_Exit(static_cast<int>(ExitCode::interrupted));
}

Async<> Up::open_control() {
  auto const path = socket_path(folder_, runtime_directory());
  Answer answer = [this](json::Object request, Tell tell) {
    return operator_.answer(std::move(request), std::move(tell));
  };
  DAVIT_CO_TRY(control_, ControlServer::open(executor_, path, std::move(answer), logger_));
  co_return write_pointer(folder_, path);
}

// What there is to go on with, or the first release when nothing serves.
Async<> Up::begin_release() {
  DAVIT_CO_TRY(auto const gone_on, operator_.go_on(manifest_));
  for (auto const& remark : gone_on.remarks) say("note: " + remark + '\n');
  if (!gone_on.release.empty()) {
    say(fmt::format("going on with the release {}, which was interrupted\n", gone_on.release));
    co_return Result<>();
  }
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

// A line for each change, whoever brought it about.
void Up::tell_state(const rollout::State& state) {
  View view;
  view.state = state;
  view.began = releases_.began();
  view.now = std::max(state.since, view.began);
  say(tell_change(told_ ? &*told_ : nullptr, view));
  if (rollout::is_end(state.stage)) say(tell_end(state));
  told_ = std::move(view);
}

// And one for each task that ended by itself.
Async<> Up::tell_restarts() {
  std::map<std::string, int> restarts;
  for (;;) {
    auto const status = co_await supervisor_.status();
    for (auto const& task : status ? status->tasks : std::vector<local::TaskStatus>()) {
      auto& known = restarts[task.record.id];
      if (task.restarts > known) {
        say(fmt::format(
            "{} ended ({}) and was started again\n",
            task.record.id,
            task.last_exit.empty() ? "nobody saw how" : printable(task.last_exit)
        ));
      }
      known = task.restarts;
    }
    DAVIT_CO_CHECK(co_await sleep_for(kWatch));
  }
}

Async<> Up::serve() {
  DAVIT_CO_CHECK(co_await begin_release());
  background_.spawn("restarts", tell_restarts());
  // Clients need not wait for what comes in the place of something.
  auto const is_first = [this] {
    return releases_.is_under_way() && releases_.state()->plan.previous.empty();
  };
  while (is_first() && ordered_by_.empty()) {
    DAVIT_CO_CHECK(co_await releases_.wait_for_change(kWatch));
  }
  if (!releases_.trouble().empty()) co_return Error(ErrorKind::unavailable, releases_.trouble());
  DAVIT_CO_TRY(auto const status, co_await supervisor_.status());
  if (ordered_by_.empty() && status.serving.empty()) {
    code_ = releases_.state() ? exit_code_of(releases_.state()->stage) : 1;
    say(fmt::format("nothing serves; {} has what was seen\n", folder_.evidence().string()));
    co_return Result<>();
  }
  if (ordered_by_.empty()) {
    fmt::print(
        "{}",
        describe_addresses(manifest_, manifest_.local.host, status.port, request_.place.flags())
    );
    std::fflush(stdout);
  }
  while (ordered_by_.empty()) DAVIT_CO_CHECK(co_await ordered_.wait());
  co_return Result<>();
}

Async<> Up::end_all() {
  say(fmt::format(
      "\n{}: everything that was started is drained and stopped, which takes {} at most; Ctrl-C "
      "again ends it at once\n",
      ordered_by_.empty() ? "stopping" : "stopping, asked by " + ordered_by_,
      to_text(manifest_.local.drain)
  ));
  if (releases_.is_under_way()) {
    say(fmt::format(
        "{} was being released: the next `davit up` goes on with it\n",
        releases_.state()->plan.release
    ));
  }
  DAVIT_CO_CHECK(co_await operator_.stop());
  DAVIT_CO_CHECK(co_await releases_.stop());
  auto const ended = co_await supervisor_.stop_all();
  DAVIT_CO_CHECK(co_await end_ours());
  if (!ended) co_return ended.error();
  say("stopped\n");
  co_return Result<>();
}

// Tasks and HAProxy run on, as when we were killed.
Async<> Up::leave() {
  say("this supervisor ends; what it found running goes on serving, and nobody watches it until "
      "the next `davit up`\n");
  DAVIT_CO_CHECK(co_await operator_.stop());
  DAVIT_CO_CHECK(co_await releases_.stop());
  co_return co_await end_ours();
}

Async<> Up::end_ours() {
  operator_.ended();
  DAVIT_CO_CHECK(co_await control_->stop(kLastAnswers));
  co_return co_await background_.stop(Duration::zero());
}

// A failure of ours is no reason to end what serves.
Async<bool> Up::may_end_all(bool has_failed) {
  if (!has_failed || !ordered_by_.empty()) co_return true;
  auto const status = co_await supervisor_.status();
  if (!status || !status->serving.empty()) co_return false;
  co_return is_own_first_ || status->tasks.empty();
}

Async<int> Up::run() {
  // First, for a failure to change nothing yet.
  DAVIT_CO_CHECK(co_await open_control());
  DAVIT_CO_CHECK(co_await supervisor_.begin());
  background_.spawn("supervisor", supervisor_.run());
  background_.spawn("control", control_->serve());
  background_.spawn("signals", watch_signals());
  auto const outcome = co_await serve();
  DAVIT_CO_TRY(auto const ends, co_await may_end_all(!outcome));
  auto const ended = ends ? co_await end_all() : co_await leave();
  if (!outcome) co_return outcome.error();
  if (!ended) co_return ended.error();
  co_return code_;
}

}  // namespace

Result<int> run_up(const UpRequest& request) {
  DAVIT_TRY(
      auto manifest, load({.file = request.place.file, .environment = request.place.environment})
  );
  if (manifest.target != manifest::Target::local) {
    return Error(
        ErrorKind::invalid_input,
        fmt::format(
            "{}: `target` is not `local`; `davit up` runs what is deployed to this machine",
            request.place.file
        )
    );
  }
  auto const folder = request.place.folder();
  DAVIT_CHECK(make_folders(folder));
  auto const lock = release::Lock::take(folder.lock(), release::this_holder());
  if (!lock) {
    if (lock.error().kind() != ErrorKind::conflict) return lock.error();
    fmt::print(
        stderr,
        "davit: a supervisor runs here already: {}; `davit deploy` releases through it\n",
        lock.error().message()
    );
    return static_cast<int>(ExitCode::locked);
  }
  DAVIT_TRY(auto const balancer, balancer_folder(folder, runtime_directory()));
  Descriptor const log_file(
      ::open(folder.log().c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)
  );
  if (log_file.get() < 0) {
    return Error(ErrorKind::unavailable, "cannot write " + folder.log().string());
  }
  SystemClock const clock;
  auto const sink = log::make_descriptor_sink(log_file.get());
  log::Logger const logger(log::Level::info, *sink, clock);
  Loop loop;
  auto const client = http::make_curl_client(loop.executor(), {});
  Up up(loop.executor(), request, std::move(manifest), balancer, logger, clock, *client);
  auto const outcome = loop.run(up.run());
  sink->flush();
  return outcome;
}

}  // namespace davit::app
