#include "targets/local/supervisor.h"

#include "targets/local/tasks.h"

namespace davit::local {

Supervisor::Supervisor(
    Executor executor,
    const Clock& clock,
    http::Client& client,
    log::Logger logger,
    SupervisorOptions options
)
    : Supervisor(
          executor, clock, client, logger, options, haproxy(executor, options.balancer, logger)
      ) {}

Supervisor::Supervisor(
    Executor executor,
    const Clock& clock,
    http::Client& client,
    log::Logger logger,
    SupervisorOptions options,
    MakeFront make_front
)
    : tasks_(std::make_unique<Tasks>(
          std::move(executor),
          clock,
          client,
          std::move(logger),
          std::move(options),
          std::move(make_front)
      )) {}

Supervisor::~Supervisor() = default;

Async<> Supervisor::begin() { return tasks_->begin(); }
Async<> Supervisor::run() { return tasks_->run(); }
Async<> Supervisor::stop_all() { return tasks_->stop_all(); }
Async<Status> Supervisor::status() { return tasks_->status(); }
Async<> Supervisor::scale(std::string service, int tasks) {
  return tasks_->scale(std::move(service), tasks);
}

std::vector<std::string> Supervisor::leftovers() const { return tasks_->leftovers(); }

std::vector<std::filesystem::path> Supervisor::logs(const std::string& task) const {
  return tasks_->logs(task);
}

Async<> Supervisor::start(std::string release, int percent) {
  return tasks_->start(std::move(release), percent);
}
Async<> Supervisor::trim(std::string release, int percent) {
  return tasks_->trim(std::move(release), percent);
}
Async<> Supervisor::shift(std::string green, std::string blue, int percent) {
  return tasks_->shift(std::move(green), std::move(blue), percent);
}
Async<std::vector<release::Endpoint>> Supervisor::endpoints(std::string release) {
  return tasks_->endpoints(std::move(release));
}
Async<release::Measured> Supervisor::measure(std::string release) {
  return tasks_->measure(std::move(release));
}
Async<json::Object> Supervisor::evidence(std::string release) {
  return tasks_->evidence(std::move(release));
}

}  // namespace davit::local
