// Results that come later: the tasks extension of 2026-07-28 (SEP-2663).
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "mcp/client/core.h"
#include "mcp/client/waits.h"

namespace davit::mcp::client {
namespace {

// When the server has not said how often to ask, and within which bounds it may.
constexpr std::int64_t kPollMs = 1000;
constexpr std::int64_t kShortestPollMs = 20;
constexpr std::int64_t kLongestPollMs = 60'000;

std::string text_at(const json::Object& object, std::string_view member) {
  auto const* value = object.if_contains(member);
  if (value == nullptr || !value->is_string()) return {};
  return std::string(json::view(value->get_string()));
}

std::chrono::milliseconds poll_interval(const json::Object& task) {
  auto const* value = task.if_contains("pollIntervalMs");
  auto const asked = value == nullptr ? std::nullopt : json::find_int(*value, "");
  return std::chrono::milliseconds(
      std::clamp(asked.value_or(kPollMs), kShortestPollMs, kLongestPollMs)
  );
}

// The questions that have not been answered yet: until the server has taken an answer in, it shows
// the question again.
json::Object new_questions(json::Object& task, const std::set<std::string>& answered) {
  json::Object questions;
  auto* all = task.if_contains("inputRequests");
  if (all == nullptr || !all->is_object()) return questions;
  for (auto& [key, question] : all->get_object()) {
    if (!answered.contains(std::string(key))) questions[key] = std::move(question);
  }
  return questions;
}

bool is_passing(const Error& error) {
  return error.kind() == ErrorKind::unavailable || error.kind() == ErrorKind::timeout ||
         error.kind() == ErrorKind::rate_limited;
}

}  // namespace

Async<json::Object> Core::follow_task(json::Object task) {
  auto const id = text_at(task, "taskId");
  if (id.empty()) co_return Error(ErrorKind::protocol, "the server started a task without an id");
  auto result = co_await with_timeout(poll_task(id, std::move(task)), options_.task_timeout);
  auto const is_abandoned = !result && (result.error().kind() == ErrorKind::timeout ||
                                        result.error().kind() == ErrorKind::cancelled);
  if (is_abandoned) replies_.spawn("task cancellation", cancel_task(id));
  co_return result;
}

Async<json::Object> Core::poll_task(std::string task_id, json::Object task) {
  std::set<std::string> answered;
  Waits waits(options_.limits);
  for (;;) {
    auto const status = text_at(task, "status");
    if (status == "completed") {
      auto* result = task.if_contains("result");
      if (result == nullptr || !result->is_object())
        co_return Error(ErrorKind::protocol, "the server completed a task without a result");
      co_return std::move(result->get_object());
    }
    if (status == "failed") {
      auto const* error = task.if_contains("error");
      co_return to_error(error == nullptr ? json::Value() : *error);
    }
    if (status == "cancelled") {
      co_return Error(ErrorKind::conflict, "the server cancelled the task")
          .with_detail(text_at(task, "statusMessage"));
    }
    if (status != "working" && status != "input_required") {
      co_return Error(
          ErrorKind::protocol, fmt::format("the server's task has the status '{}'", status)
      );
    }
    auto questions = new_questions(task, answered);
    if (status == "input_required" && !questions.empty()) {
      for (auto const& question : questions) answered.emplace(question.key());
      if (answered.size() > options_.limits.asks * static_cast<std::size_t>(options_.limits.rounds))
        co_return Error(ErrorKind::protocol, "the server's task asks again and again");
      DAVIT_CO_TRY(auto answers, co_await gather(std::move(questions)));
      json::Object params{{"taskId", task_id}, {"inputResponses", std::move(answers)}};
      DAVIT_CO_CHECK(co_await exchange("tasks/update", std::move(params), {}, options_.timeout));
    }
    DAVIT_CO_CHECK(co_await sleep_for(poll_interval(task)));
    json::Object params{{"taskId", task_id}};
    auto polled = co_await exchange("tasks/get", std::move(params), {}, options_.timeout);
    while (!polled) {
      if (!is_passing(polled.error()) || waits.vain() >= options_.limits.resumptions)
        co_return std::move(polled).error();
      DAVIT_CO_CHECK(co_await sleep_for(waits.next({})));
      json::Object again{{"taskId", task_id}};
      polled = co_await exchange("tasks/get", std::move(again), {}, options_.timeout);
    }
    waits.reset();
    task = *std::move(polled);
  }
}

Async<> Core::cancel_task(std::string task_id) {
  json::Object params{{"taskId", task_id}};
  auto const sent = co_await exchange("tasks/cancel", std::move(params), {}, options_.timeout);
  if (!sent) co_return sent.error();
  co_return Result<>();
}

}  // namespace davit::mcp::client
