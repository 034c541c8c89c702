#include "async/task_scope.h"

#include <list>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>

#include "async/event.h"

namespace davit {

namespace asio = boost::asio;

struct Task::Entry {
  asio::cancellation_signal signal;
};

void Task::cancel() {
  if (auto const entry = entry_.lock()) entry->signal.emit(asio::cancellation_type::terminal);
}

struct TaskScope::Impl {
  Impl(const Executor& on, log::Logger log) : executor(on), logger(std::move(log)), changed(on) {}

  void report(std::string_view name, std::exception_ptr escaped, const Result<>& result) const {
    if (escaped) {
      try {
        std::rethrow_exception(std::move(escaped));
      } catch (const std::exception& e) {
        logger.error("task ended by an exception", {{"task", name}, {"error", e.what()}});
      } catch (...) {
        logger.error("task ended by an exception", {{"task", name}});
      }
    } else if (!result && result.error().kind() != ErrorKind::cancelled) {
      logger.error("task failed", {{"task", name}, {"error", result.error().message()}});
    }
  }

  Executor executor;
  log::Logger logger;
  Event changed;
  std::list<std::shared_ptr<Task::Entry>> running;
};

TaskScope::TaskScope(Executor executor, log::Logger logger)
    : impl_(std::make_shared<Impl>(executor, std::move(logger))) {}
TaskScope::~TaskScope() = default;

Task TaskScope::spawn(std::string_view name, Async<> task) {
  auto const place = impl_->running.insert(impl_->running.end(), std::make_shared<Task::Entry>());
  auto entry = *place;
  auto on_done = [scope = impl_, place, name](std::exception_ptr escaped, const Result<>& result) {
    scope->report(name, std::move(escaped), result);
    scope->running.erase(place);
    scope->changed.notify();
  };
  asio::co_spawn(
      impl_->executor,
      shielded_from_exceptions(std::move(task)),
      asio::bind_cancellation_slot(entry->signal.slot(), std::move(on_done))
  );
  return Task(entry);
}

std::size_t TaskScope::size() const { return impl_->running.size(); }

Async<> TaskScope::join() {
  while (!impl_->running.empty()) DAVIT_CO_CHECK(co_await impl_->changed.wait());
  co_return Result<>();
}

Async<> TaskScope::stop(Duration grace) {
  auto joined = co_await with_timeout(join(), grace);
  if (joined) co_return Result<>();
  auto const remaining = impl_->running;  // a cancelled task leaves the list at once
  for (auto const& entry : remaining) entry->signal.emit(asio::cancellation_type::terminal);
  co_return co_await join();
}

}  // namespace davit
