// Front: what the supervisor asks of the balancer. Balancer is the one that there is; tests answer
// in its place.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "async/async.h"
#include "targets/local/balancer.h"

namespace davit::local {

// The functions are those of Balancer.
class Front {
 public:
  virtual ~Front() = default;
  virtual Async<> start(std::vector<Backend> backends) = 0;
  virtual Async<> apply(std::vector<Backend> backends) = 0;
  virtual Async<std::map<std::string, Balancer::Seen>> look() = 0;
  virtual std::map<std::string, TaskFigures> take_figures() = 0;
  virtual std::string trouble() const { return ""; }
  virtual bool is_running() const = 0;
  virtual bool answers() const { return is_running(); }
  virtual std::uint16_t port() const = 0;
  virtual int pid() const = 0;
  virtual Async<> wait() = 0;
  virtual Async<> stop(Duration grace) = 0;
};

using MakeFront = std::function<Result<std::unique_ptr<Front>>()>;
MakeFront haproxy(Executor executor, BalancerOptions options, log::Logger logger);

}  // namespace davit::local
