#include "app/local/releases.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "app/local/control_error.h"
#include "async/event.h"
#include "base/crypto.h"

namespace davit::app {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMostTold = 500;

rollout::Time in_milliseconds(std::chrono::system_clock::time_point time) {
  return std::chrono::floor<milliseconds>(time);
}

std::string time_of_day(rollout::Time time) {
  return fmt::format(
      "{:%H:%M:%S} UTC", fmt::gmtime(std::chrono::floor<std::chrono::seconds>(time))
  );
}

}  // namespace

struct Releases::Impl {
  explicit Impl(Parts given)
      : parts(std::move(given)), changed(parts.executor), scope(parts.executor, parts.logger) {}

  void tell() {
    ++changes;
    changed.notify();
  }

  void take(const rollout::State& now) {
    state = now;
    told.push_back(now);
    if (told.size() > kMostTold) {
      told.erase(told.begin());
      ++forgotten;
    }
    if (parts.on_state) parts.on_state(now);
    tell();
  }

  // `origin` and `state` are set; the driver takes the journal.
  void start(release::Journal journal, release::DriverOptions options) {
    gate.reset();
    told.clear();
    forgotten = 0;
    trouble.clear();
    options.on_change = [this](const rollout::State& now) { take(now); };
    options.on_gate = [this](const release::GateReport& report) {
      gate = report;
      tell();
    };
    driver = std::make_unique<release::Driver>(
        parts.executor,
        *parts.clock,
        *parts.target,
        *parts.client,
        parts.logger,
        std::move(journal),
        std::move(options)
    );
    is_under_way = true;
    tell();
    scope.spawn("release", run());
  }

  Async<> run() {
    auto const outcome = co_await driver->run(state->plan);
    if (outcome) {
      if (told.empty() || !(told.back() == *outcome)) take(*outcome);
    } else {
      trouble = is_left && outcome.error().kind() == ErrorKind::cancelled
                    ? "the supervisor was stopped; the next `davit up` goes on with it"
                    : outcome.error().message();
    }
    is_under_way = false;
    tell();
    co_return Result<>();
  }

  Error held() const {
    return Error(
               ErrorKind::conflict,
               fmt::format(
                   "{} is being released by {} since {} ({}), and is at `{}`; `davit wait` watches "
                   "it, "
                   "`davit rollback` ends it, and `davit deploy --supersede` ends it and goes on",
                   origin.release,
                   origin.actor,
                   time_of_day(began),
                   origin.command,
                   to_string(state->stage)
               )
    )
        .with_detail(std::string(kLocked));
  }

  Error stuck() const {
    return Error(
               ErrorKind::conflict,
               fmt::format(
                   "{} stands at `{}`, and nobody goes on with it{}{}; `davit rollback` ends it, "
                   "and the next `davit up` goes on with it",
                   origin.release,
                   to_string(state->stage),
                   trouble.empty() ? "" : ": ",
                   trouble
               )
    )
        .with_detail(std::string(kLocked));
  }
  bool is_stuck() const { return !is_under_way && state && !rollout::is_end(state->stage); }

  Parts parts;
  Event changed;
  std::unique_ptr<release::Driver> driver;
  bool is_under_way = false;
  bool is_left = false;
  std::optional<rollout::State> state;
  std::vector<rollout::State> told;
  std::size_t forgotten = 0;
  release::Origin origin;
  rollout::Time began{};
  std::optional<release::GateReport> gate;
  std::string trouble;
  std::uint64_t changes = 0;
  TaskScope scope;
};

Releases::Releases(Parts parts) : impl_(std::make_unique<Impl>(std::move(parts))) {}
Releases::~Releases() = default;

Result<> Releases::begin(Order order) {
  DAVIT_CHECK(check_free());
  if (auto const wrong = rollout::check(order.plan); !wrong.empty()) {
    return Error(ErrorKind::invalid_input, wrong);
  }
  DAVIT_TRY(auto journal, release::Journal::create(impl_->parts.journals, order.origin));
  rollout::State state;
  state.plan = std::move(order.plan);
  impl_->state = std::move(state);
  impl_->origin = std::move(order.origin);
  impl_->began = in_milliseconds(impl_->parts.clock->now());
  impl_->start(std::move(journal), std::move(order.options));
  return {};
}

Result<> Releases::go_on(const std::string& release, release::DriverOptions options) {
  if (impl_->is_under_way) return impl_->held();
  if (impl_->is_stuck() && impl_->origin.release != release) return impl_->stuck();
  // The one before must not hold the journal any more.
  impl_->driver.reset();
  DAVIT_TRY(auto const record, release::read_record(impl_->parts.journals, release));
  DAVIT_TRY(auto journal, release::Journal::open(impl_->parts.journals, release));
  impl_->state = record.state;
  impl_->origin = record.origin;
  impl_->began = record.began;
  impl_->start(std::move(journal), std::move(options));
  return {};
}

void Releases::give_up(const release::Record& record, const std::string& reason) {
  if (impl_->is_under_way) return;
  impl_->driver.reset();
  impl_->gate.reset();
  impl_->told.clear();
  impl_->forgotten = 0;
  impl_->state = record.state;
  impl_->origin = record.origin;
  impl_->began = record.began;
  impl_->trouble = reason;
  impl_->tell();
}

Result<> Releases::check_free() const {
  if (impl_->is_under_way) return impl_->held();
  if (impl_->is_stuck()) return impl_->stuck();
  return {};
}
bool Releases::is_stuck() const { return impl_->is_stuck(); }
const std::vector<rollout::State>& Releases::told() const { return impl_->told; }
std::size_t Releases::forgotten() const { return impl_->forgotten; }
bool Releases::is_under_way() const { return impl_->is_under_way; }
const std::optional<rollout::State>& Releases::state() const { return impl_->state; }
const release::Origin& Releases::origin() const { return impl_->origin; }
rollout::Time Releases::began() const { return impl_->began; }
const std::optional<release::GateReport>& Releases::gate() const { return impl_->gate; }
const std::string& Releases::trouble() const { return impl_->trouble; }
std::uint64_t Releases::changes() const { return impl_->changes; }

void Releases::resume() {
  if (impl_->is_under_way) impl_->driver->resume();
}

void Releases::roll_back(const std::string& reason) {
  if (impl_->is_under_way) impl_->driver->roll_back(reason);
}

void Releases::cut_hooks() {
  if (impl_->is_under_way) impl_->driver->cut_hooks();
}

Async<> Releases::wait_for_change(Duration limit) {
  auto const outcome = co_await with_timeout(impl_->changed.wait(), limit);
  if (!outcome && outcome.error().kind() != ErrorKind::timeout) co_return outcome.error();
  co_return Result<>();
}

Async<> Releases::stop() {
  impl_->is_left = true;
  return impl_->scope.stop(Duration::zero());
}
bool Releases::is_left() const { return impl_->is_left; }

std::string make_release_name(std::chrono::system_clock::time_point now) {
  auto const seconds = std::chrono::floor<std::chrono::seconds>(now);
  auto const bytes = random_bytes(2);
  return fmt::format(
      "{:%Y%m%d-%H%M%S}-{:02x}{:02x}",
      fmt::gmtime(seconds),
      static_cast<unsigned char>(bytes[0]),
      static_cast<unsigned char>(bytes[1])
  );
}

}  // namespace davit::app
