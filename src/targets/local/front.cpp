#include "targets/local/front.h"

namespace davit::local {
namespace {

class HaproxyFront final : public Front {
 public:
  explicit HaproxyFront(std::unique_ptr<Balancer> balancer) : balancer_(std::move(balancer)) {}

  Async<> start(std::vector<Backend> backends) override {
    return balancer_->start(std::move(backends));
  }
  Async<> apply(std::vector<Backend> backends) override {
    return balancer_->apply(std::move(backends));
  }
  Async<std::map<std::string, Balancer::Seen>> look() override { return balancer_->look(); }
  std::map<std::string, TaskFigures> take_figures() override { return balancer_->take_figures(); }
  std::string trouble() const override { return balancer_->trouble(); }
  bool is_running() const override { return balancer_->is_running(); }
  bool answers() const override { return balancer_->answers(); }
  std::uint16_t port() const override { return balancer_->port(); }
  int pid() const override { return balancer_->pid(); }
  Async<> wait() override { return balancer_->wait(); }
  Async<> stop(Duration grace) override { return balancer_->stop(grace); }

 private:
  std::unique_ptr<Balancer> balancer_;
};

}  // namespace

MakeFront haproxy(Executor executor, BalancerOptions options, log::Logger logger) {
  return [executor, options, logger]() -> Result<std::unique_ptr<Front>> {
    DAVIT_TRY(auto balancer, Balancer::make(executor, options, logger));
    return std::make_unique<HaproxyFront>(std::move(balancer));
  };
}

}  // namespace davit::local
