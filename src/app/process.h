// What all parts of a serving process share.
#pragma once

#include <memory>
#include <random>

#include "async/task_scope.h"
#include "base/clock.h"
#include "base/counters.h"
#include "base/log.h"
#include "http/client.h"

namespace davit::app {

struct Process {
  Process(log::Level level, Executor executor);

  Executor executor;
  SystemClock clock;
  std::unique_ptr<log::Sink> sink;  // standard error, flushed every now and then
  log::Logger logger;
  Counters counters;
  std::unique_ptr<http::Client> http;
  std::minstd_rand random{std::random_device{}()};
  TaskScope background;

 private:
  Async<> flush_log();
};

}  // namespace davit::app
