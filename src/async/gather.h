// gather: several coroutines at once.
#pragma once

#include <iterator>
#include <vector>

#include "async/async.h"

namespace davit {

// Runs all of `ops` and answers each one's outcome, in order. A cancellation reaches all that still
// run.
template <class T>
Async<std::vector<Result<T>>> gather(std::vector<Async<T>> ops) {
  using namespace boost::asio::experimental::awaitable_operators;
  std::vector<Result<T>> outcomes;
  if (ops.empty()) co_return outcomes;
  // The coroutines below begin with a cancellation state of their own, which knows nothing of a
  // cancellation that came before.
  co_await boost::asio::this_coro::throw_if_cancelled(false);
  if (co_await is_cancelled()) co_return Error(ErrorKind::cancelled, "cancelled");
  if (ops.size() == 1) {
    outcomes.push_back(co_await shielded_from_exceptions(std::move(ops.front())));
    co_return outcomes;
  }
  auto const half = static_cast<std::ptrdiff_t>(ops.size() / 2);
  std::vector<Async<T>> rest(
      std::make_move_iterator(ops.begin() + half), std::make_move_iterator(ops.end())
  );
  ops.erase(ops.begin() + half, ops.end());
  auto both = co_await (gather(std::move(ops)) && gather(std::move(rest)));
  auto& [first, second] = both;
  if (!first) co_return std::move(first).error();
  if (!second) co_return std::move(second).error();
  outcomes = *std::move(first);
  for (auto& outcome : *second) outcomes.push_back(std::move(outcome));
  co_return outcomes;
}

}  // namespace davit
