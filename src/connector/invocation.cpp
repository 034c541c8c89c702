#include "connector/invocation.h"

#include <charconv>

#include <boost/json/monotonic_resource.hpp>
#include <fmt/format.h>

#include "connector/arguments.h"
#include "connector/failure.h"
#include "connector/instance.h"
#include "connector/paging.h"

namespace davit::connector {
namespace {

std::optional<std::int64_t> total_of(const Connector& connector, const http::Headers& headers) {
  if (connector.total_header.empty()) return std::nullopt;
  auto const text = headers.get(connector.total_header).value_or("");
  std::int64_t total = 0;
  auto const [end, ec] = std::from_chars(text.data(), text.data() + text.size(), total);
  if (ec != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return total;
}

}  // namespace

struct Invocation::State {
  const Instance& instance;
  const Tool& tool;
  mcp::Context context;
  json::Object arguments;
  Deadline deadline;
  // Where the upstream's answers live: given back as one block.
  boost::json::monotonic_resource memory{};
};

Invocation::Invocation(
    const Instance& instance,
    const Tool& tool,
    mcp::Context context,
    json::Object arguments,
    Deadline deadline
)
    : state_(new State{
          .instance = instance,
          .tool = tool,
          .context = std::move(context),
          .arguments = std::move(arguments),
          .deadline = deadline,
      }) {}

const Tool& Invocation::tool() const { return state_->tool; }
const mcp::Context& Invocation::context() const { return state_->context; }
json::Object& Invocation::arguments() { return state_->arguments; }
const json::Object& Invocation::arguments() const { return state_->arguments; }

std::string_view Invocation::text(Str name) const { return text_of(arguments(), name); }
std::int64_t Invocation::integer(Str name) const { return integer_of(arguments(), name); }

Async<Page> Invocation::send(Result<ApiRequest> request) {
  if (!request) co_return std::move(request).error();
  auto const method = request->method;
  auto const& instance = state_->instance;
  auto const& connector = instance.connector();
  DAVIT_CO_TRY(
      auto const answer,
      co_await instance.upstream().send(*std::move(request), Intake(), state_->deadline)
  );
  auto body = answer.body.empty() ? Result<json::Value>(json::Value())
                                  : json::parse(answer.body, &state_->memory);
  if (!body) {
    auto const wrong = fmt::format("text that is not whole JSON ({})", body.error().message());
    auto failure = describe_body(connector, answer, wrong);
    warn_of_unknown_outcome(method, failure);
    co_return to_error(failure);
  }
  // Constructed, because assigning it would copy it out of the call's memory.
  Page page{.body = *std::move(body), .total = total_of(connector, answer.headers)};
  if (auto const link = next_link(answer.headers)) {
    page.next = instance.upstream().inside(*link);
    page.next_is_outside = !page.next;
  }
  co_return page;
}

Result<ApiRequest> Invocation::get_request(Str path, const json::Value& answer) const {
  ApiRequest request;
  DAVIT_TRY(request.target, expand_path(path, arguments(), answer));
  return request;
}

Async<json::Value> Invocation::body_of(Result<ApiRequest> request) {
  auto page = co_await send(std::move(request));
  if (!page) co_return std::move(page).error();
  co_return std::move(page->body);
}

Async<json::Value> Invocation::perform() { return body_of(build_request(tool(), arguments())); }

Async<http::ClientResponse> Invocation::perform(Intake intake) {
  return take_in(build_request(tool(), arguments()), std::move(intake));
}

Async<json::Value> Invocation::get(Str path, const json::Value& answer) {
  return body_of(get_request(path, answer));
}

Async<Page> Invocation::get_page(Str path, const json::Value& answer) {
  return send(get_request(path, answer));
}

Async<Rows> Invocation::follow(Result<ApiRequest> request, int max_pages) {
  Rows rows{.items = json::Array(&state_->memory)};
  for (int number = 1;; ++number) {
    DAVIT_CO_TRY(auto page, co_await send(std::move(request)));
    auto* items = page.body.if_array();
    if (items == nullptr) {
      auto const& title = state_->instance.connector().title;
      co_return Error(ErrorKind::protocol, fmt::format("{} answered without a list", title));
    }
    for (auto& item : *items) rows.items.push_back(std::move(item));
    rows.complete = !page.next && !page.next_is_outside;
    if (!page.next || number == max_pages) co_return rows;
    request = ApiRequest{.target = *std::move(page.next)};
  }
}

Async<Rows> Invocation::get_all(Str path, int max_pages, const json::Value& answer) {
  return follow(get_request(path, answer), max_pages);
}

Async<http::ClientResponse> Invocation::take_in(Result<ApiRequest> request, Intake intake) {
  if (!request) co_return std::move(request).error();
  co_return co_await state_->instance.upstream().send(
      *std::move(request), std::move(intake), state_->deadline
  );
}

Async<http::ClientResponse> Invocation::download(
    Str path, Intake intake, const json::Value& answer
) {
  return take_in(get_request(path, answer), std::move(intake));
}

}  // namespace davit::connector
