#include "targets/local/balancer.h"

#include <algorithm>
#include <array>
#include <csignal>

#include <fmt/format.h>

#include "targets/local/access_log.h"
#include "targets/local/balancer_commands.h"
#include "targets/local/balancer_placed.h"
#include "targets/local/files.h"
#include "targets/local/haproxy_config.h"
#include "targets/local/haproxy_liveness.h"
#include "targets/local/haproxy_master.h"
#include "targets/local/haproxy_process.h"
#include "targets/local/haproxy_source.h"
#include "targets/local/runtime_socket.h"
#include "targets/local/slots.h"

namespace davit::local {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLook{20};       // between two looks at what HAProxy has done
constexpr milliseconds kSettle{5'000};  // until it must be so
constexpr milliseconds kLoop{250};      // while waiting for its end
// Of a path of a socket, of which the system takes 108 bytes; HAProxy puts ".PID.tmp" after it.
constexpr std::size_t kLongestFolder = 80;

}  // namespace

struct Balancer::Impl {
  std::filesystem::path at(const char* name) const { return options.folder / name; }
  const HaproxyProcess& process() const { return master.process(); }
  std::size_t slots() const { return static_cast<std::size_t>(options.slots); }

  Async<std::string> ask(std::string question) {
    co_return co_await ask_haproxy(executor, at(kRuntimeSocket), std::move(question));
  }
  // The last that HAProxy said, for the message of a failure.
  std::string last_words() const {
    std::string words;
    for (auto const& line : last_lines(at(kHaproxyLog), 5))
      words += (words.empty() ? "" : " | ") + line;
    return words;
  }

  Async<ServerStates> states() {
    DAVIT_CO_TRY(auto const text, co_await ask("show servers state"));
    co_return parse_servers_state(text);
  }
  Async<std::string> structure() {
    DAVIT_CO_TRY(auto const text, co_await ask("show info"));
    co_return parse_description(text);
  }

  // Until it answers with the configuration named `wanted`.
  Async<> wait_for(std::string wanted) {
    for (milliseconds waited{0}; waited < kSettle; waited += kLook) {
      if (!process().is_running()) {
        co_return Error(ErrorKind::unavailable, "HAProxy has ended: " + last_words());
      }
      auto const now = co_await structure();
      if (now && *now == wanted) co_return Result<>();
      DAVIT_CO_CHECK(co_await sleep_for(kLook));
    }
    co_return Error(
        ErrorKind::unavailable, "HAProxy did not take its configuration: " + last_words()
    );
  }

  // It may have been killed while it reloaded, or hang: then a new one is better than none. One
  // that is only slow may have calls under way.
  Async<bool> can_be_told() {
    auto answers = co_await structure();
    if (!answers && answers.error().kind() == ErrorKind::timeout) {
      DAVIT_CO_TRY(auto const hangs, co_await liveness.hangs(process().port));
      if (!hangs) answers = co_await structure();
    }
    if (answers) co_return true;
    auto const is_strange = answers.error().kind() == ErrorKind::protocol;
    if (!is_strange && !is_silence(answers.error())) co_return answers.error();
    logger.warn("HAProxy does not answer and is started anew", {{"pid", process().pid}});
    co_return false;
  }

  Async<> until_it_ends() {
    while (process().is_running()) DAVIT_CO_CHECK(co_await sleep_for(kLoop));
    co_return Result<>();
  }
  Async<> until_it_hangs() {
    for (;;) {
      DAVIT_CO_CHECK(co_await sleep_for(options.liveness.between));
      DAVIT_CO_TRY(auto const hangs, co_await liveness.hangs(options.port));
      if (hangs) co_return Result<>();
    }
  }

  Async<> start_new(std::vector<Backend> backends) {
    DAVIT_CO_TRY(options.port, co_await wait_for_port(options.folder, options.host, options.port));
    auto const wanted = assign_slots(backends, {}, slots());
    DAVIT_CO_TRY(auto const given, source.give(to_configuration(options, wanted)));
    std::vector<std::string> const command{
        program,
        "-W",
        "-S",
        at(kMasterSocket).string() + ",mode,600,level,admin",
        "-f",
        given.name,
    };
    DAVIT_CO_TRY(
        auto const process, start_haproxy(command, options.folder, options.port, given.input.get())
    );
    master.set_process(process);
    liveness.forget();
    co_return co_await wait_for(structure_of(options, backends));
  }

  // What differs in more than tasks. The workers of before finish what they have.
  Async<> reload(std::vector<Backend> backends) {
    DAVIT_CO_TRY(auto const now, co_await states());
    auto const wanted = assign_slots(backends, ports_of(now, slots()), slots());
    DAVIT_CO_CHECK(source.give_anew(process(), to_configuration(options, wanted)));
    logger.info("HAProxy reloads", {{"pid", process().pid}});
    DAVIT_CO_CHECK(co_await master.reload());
    co_return co_await wait_for(structure_of(options, backends));
  }

  Async<> send(std::vector<std::string> commands) {
    for (auto const& batch : in_batches(commands)) {
      // What it says to each is prose; whether it is so is asked afterwards.
      auto const said = co_await ask(batch);
      if (!said) co_return said.error();
    }
    co_return Result<>();
  }

  Async<> bring(std::vector<Backend> backends) {
    DAVIT_CO_TRY(auto const structure_now, co_await structure());
    if (structure_now != structure_of(options, backends)) DAVIT_CO_CHECK(co_await reload(backends));
    for (milliseconds waited{0}; waited < kSettle; waited += kLook) {
      DAVIT_CO_TRY(auto const now, co_await states());
      placed = assign_slots(backends, ports_of(now, slots()), slots());
      tell(log.get(), placed);
      auto const commands = commands_for(placed, now);
      if (commands.empty()) {
        source.note(to_configuration(options, placed));
        co_return Result<>();
      }
      DAVIT_CO_CHECK(co_await send(commands));
      if (waited.count() > 0) DAVIT_CO_CHECK(co_await sleep_for(kLook));
    }
    co_return Error(ErrorKind::timeout, "HAProxy does not take the weights it is told");
  }

  Executor executor;
  BalancerOptions options;
  std::string program;
  log::Logger logger;
  std::unique_ptr<AccessLog> log;
  HaproxyMaster master;
  HaproxyLiveness liveness;
  HaproxySource source;
  std::vector<SlottedBackend> placed;
  std::string trouble = {};  // of the HAProxy before this one
};

Balancer::Balancer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Balancer::~Balancer() = default;

Result<std::unique_ptr<Balancer>> Balancer::make(
    Executor executor, BalancerOptions options, log::Logger logger
) {
  DAVIT_TRY(auto program, find_haproxy(options.program));
  std::error_code error;
  options.folder = std::filesystem::absolute(options.folder, error);
  if (options.folder.string().size() > kLongestFolder ||
      options.folder.string().find_first_of("\"\\$'\n,") != std::string::npos) {
    return Error(
        ErrorKind::invalid_input,
        fmt::format(
            "{}: the balancer's sockets need a folder whose name is of at most {} characters, "
            "without quotes, $ and commas",
            options.folder.string(),
            kLongestFolder
        )
    );
  }
  std::filesystem::create_directories(options.folder, error);
  std::filesystem::permissions(options.folder, std::filesystem::perms::owner_all, error);
  if (error)
    return Error(ErrorKind::unavailable, "cannot make the folder " + options.folder.string());
  DAVIT_TRY(auto log, AccessLog::open(executor, options.folder / kLogSocket, logger));
  HaproxyMaster master(executor, options.folder / kMasterSocket);
  HaproxyLiveness liveness(
      executor, options.folder / kRuntimeSocket, options.host, options.liveness
  );
  HaproxySource source(options.folder / kConfigurationFile, logger);
  auto impl = std::unique_ptr<Impl>(new Impl{
      .executor = executor,
      .options = std::move(options),
      .program = std::move(program),
      .logger = std::move(logger),
      .log = std::move(log),
      .master = std::move(master),
      .liveness = std::move(liveness),
      .source = std::move(source),
      .placed = {},
  });
  return std::unique_ptr<Balancer>(new Balancer(std::move(impl)));
}

Async<> Balancer::start(std::vector<Backend> backends) {
  auto& self = *impl_;
  DAVIT_CO_CHECK(check_backends(backends, self.slots()));
  auto const running = find_process(self.options.folder);
  if (running) {
    if (self.options.port == 0) self.options.port = running->port;
    self.master.set_process(*running);
    DAVIT_CO_TRY(auto const is_usable, co_await self.can_be_told());
    if (is_usable) co_return co_await self.bring(std::move(backends));
    DAVIT_CO_CHECK(co_await stop(std::chrono::seconds(1)));
  }
  DAVIT_CO_CHECK(co_await self.start_new(backends));
  co_return co_await self.bring(std::move(backends));
}

Async<> Balancer::apply(std::vector<Backend> backends) {
  DAVIT_CO_CHECK(check_backends(backends, impl_->slots()));
  if (!is_running()) co_return Error(ErrorKind::unavailable, "HAProxy does not run");
  co_return co_await impl_->bring(std::move(backends));
}

Async<std::map<std::string, Balancer::Seen>> Balancer::look() {
  DAVIT_CO_TRY(auto const text, co_await impl_->ask("show stat"));
  DAVIT_CO_TRY(auto const all, parse_stat(text));
  DAVIT_CO_TRY(auto const old, co_await impl_->master.old_sessions());
  co_return seen_of(impl_->placed, all, old);
}

std::map<std::string, TaskFigures> Balancer::take_figures() { return impl_->log->take(); }

std::string Balancer::trouble() const {
  return is_running() && !answers() ? "does not answer" : impl_->trouble;
}

bool Balancer::is_running() const { return impl_->process().is_running(); }
bool Balancer::answers() const { return is_running() && !impl_->liveness.is_silent(); }
std::uint16_t Balancer::port() const { return impl_->options.port; }
int Balancer::pid() const { return impl_->process().pid; }

Async<> Balancer::wait() {
  using namespace boost::asio::experimental::awaitable_operators;
  auto const watched = impl_->process();
  co_await (
      shielded_from_exceptions(impl_->until_it_ends()) ||
      shielded_from_exceptions(impl_->until_it_hangs())
  );
  if (co_await is_cancelled()) co_return Error(ErrorKind::cancelled, "cancelled");
  auto const had_hung = watched.is_running();
  impl_->trouble = fmt::format(
      "was started after process {} {}", watched.pid, had_hung ? "hung and was killed" : "ended"
  );
  if (had_hung) {
    impl_->logger.error(
        "HAProxy hangs and is killed: neither its runtime socket nor its port answers",
        {{"pid", watched.pid}}
    );
    watched.send_signal(SIGKILL);
  }
  co_return co_await impl_->until_it_ends();
}

Async<> Balancer::stop(Duration grace) {
  // management guide 2.6, 4: SIGUSR1 stops softly, SIGTERM at once.
  constexpr std::array kSteps{SIGUSR1, SIGTERM, SIGKILL};
  for (auto const signal : kSteps) {
    impl_->process().send_signal(signal);
    auto const limit = signal == SIGUSR1 ? grace : Duration(std::chrono::seconds(1));
    for (Duration waited{0}; is_running() && waited < limit; waited += kLook)
      DAVIT_CO_CHECK(co_await sleep_for(kLook));
    if (!is_running()) break;
  }
  auto const& folder = impl_->options.folder;
  for (Duration waited{0}; waited < grace && !find_orphans(folder).empty(); waited += kLoop)
    DAVIT_CO_CHECK(co_await sleep_for(kLoop));
  kill_orphans(folder);
  co_return Result<>();
}

}  // namespace davit::local
