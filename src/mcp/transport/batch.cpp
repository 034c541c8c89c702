#include "mcp/transport/batch.h"

namespace davit::mcp::transport {

struct Batch::Part final : Exchange {
  explicit Part(std::shared_ptr<Batch> b) : batch(std::move(b)) { can_send = batch->streams_; }
  void send(std::string text) override { batch->send(text); }
  void finished() override { batch->part_finished(answer); }

  std::shared_ptr<Batch> batch;
};

Batch::Batch(
    HttpContext& context, const Session& session, const jsonrpc::Id& first, Accepts accepts
)
    : streams_(accepts.stream), changed_(context.endpoint.parts().executor) {
  if (!streams_) return;
  stream_ = context.streams.open(session, first);
  events_ = stream_->attach(0);
}

std::shared_ptr<Exchange> Batch::add() {
  ++open_;
  return std::make_shared<Part>(shared_from_this());
}

void Batch::send(const std::string& text) {
  if (streams_) stream_->send(text);
}

void Batch::answer(const std::string& text) {
  if (streams_) {
    stream_->send(text);
  } else {
    if (!answers_.empty()) answers_ += ',';
    answers_ += text;
  }
}

void Batch::part_finished(const std::string& text) {
  --open_;
  if (!text.empty()) answer(text);
  if (open_ == 0 && complete_ && streams_) stream_->finish({});
  changed_.notify();
}

Async<http::Response> Batch::respond() {
  complete_ = true;
  if (streams_) {
    if (open_ == 0) stream_->finish({});
    co_return stream_response(events_);
  }
  while (open_ > 0) DAVIT_CO_CHECK(co_await changed_.wait());
  co_return http::Response::json(200, '[' + answers_ + ']');
}

}  // namespace davit::mcp::transport
