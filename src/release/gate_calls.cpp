// The checks of an endpoint that need its tools: calls, contract; and the build that answered.
#include <algorithm>

#include <fmt/format.h>

#include "release/gate_endpoint.h"

namespace davit::release {
namespace {

bool has_tool(const json::Array& tools, std::string_view name) {
  return std::ranges::any_of(tools, [name](const json::Value& tool) {
    return json::find_string(tool, "name") == name;
  });
}

// What a model reads of a result, in one text.
std::string text_of(const json::Object& result) {
  std::string text;
  if (auto const* blocks = json::find_array(result, "content")) {
    for (auto const& block : *blocks) {
      auto const part = json::find_string(block, "text");
      text += part ? std::string(*part) : json::to_text(block);
      text += '\n';
    }
  }
  if (auto const* structured = json::find(result, "structuredContent")) {
    text += json::to_text(*structured);
  }
  return text;
}

std::string count_text(const std::vector<Change>& changes) {
  std::string text;
  for (auto const weight : {Weight::breaking, Weight::additive, Weight::cosmetic}) {
    auto const count = std::ranges::count(changes, weight, &Change::weight);
    if (count > 0)
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, to_string(weight));
  }
  return text.empty() ? "no changes" : text;
}

}  // namespace

std::string problem_of(const json::Object& result, const SmokeCall& call) {
  auto const text = text_of(result);
  if (json::find_bool(result, "isError").value_or(false)) {
    return fmt::format("the tool failed: {}", excerpt(text));
  }
  if (!result.contains("content") && !result.contains("structuredContent")) {
    return "the answer has no content";
  }
  if (text.find(call.contains) != std::string::npos) return "";
  return fmt::format("the answer does not have '{}': {}", excerpt(call.contains), excerpt(text));
}

Async<> EndpointGate::check_calls() {
  for (auto const& call : options_.calls) {
    auto const is_here = call.server.empty() ? tools && has_tool(*tools, call.tool)
                                             : call.server == endpoint_.server;
    if (is_here) DAVIT_CO_CHECK(co_await check_call(call));
  }
  co_return Result<>();
}

Async<> EndpointGate::check_call(SmokeCall call) {
  auto& check = begin("call " + call.tool);
  auto* const side = newest();
  if (side == nullptr || !tools) {
    end(check, Check::Outcome::failed, "the tools could not be listed");
    co_return Result<>();
  }
  if (!has_tool(*tools, call.tool)) {
    end(check, Check::Outcome::failed, "there is no such tool");
    co_return Result<>();
  }
  auto calling = side->client->call_tool(call.tool, call.arguments);
  auto limited = with_timeout(std::move(calling), options_.timeout);
  auto const result = co_await std::move(limited);
  if (!result) {
    if (result.error().kind() == ErrorKind::cancelled) co_return result.error();
    auto why = explain(observer_.last_post(), result.error(), options_.timeout);
    end(check, Check::Outcome::failed, std::move(why));
    co_return Result<>();
  }
  auto problem = problem_of(*result, call);
  auto const is_good = problem.empty();
  auto const detail = call.contains.empty()
                          ? std::string("answered")
                          : fmt::format("answered with '{}'", excerpt(call.contains));
  end(check, is_good ? Check::Outcome::ok : Check::Outcome::failed, is_good ? detail : problem);
  co_return Result<>();
}

void EndpointGate::check_contract() {
  auto const before = options_.before.find(endpoint_.server);
  if (before == options_.before.end()) return;
  auto& check = begin("tool contract");
  if (!tools) return end(check, Check::Outcome::skipped, "needs tools/list");
  changes = compare_tools(before->second, *tools);
  auto const counts = count_text(*changes);
  if (!is_breaking(*changes)) return end(check, Check::Outcome::ok, counts);
  if (options_.allows_breaking)
    return end(check, Check::Outcome::ok, counts + ", which is allowed");
  auto const& first = changes->front();
  end(check,
      Check::Outcome::failed,
      fmt::format("{}: {}{}{}", counts, first.tool, first.tool.empty() ? "" : ": ", first.what));
}

// A version that is asked where another one answers proves nothing.
void EndpointGate::check_build() {
  auto const& answers = observer_.answers();
  auto const named =
      std::ranges::find_if(answers, [](const auto& answer) { return answer.release.has_value(); });
  if (!is_ours() && named == answers.end()) return;
  auto& check = begin("build");
  auto const expected = is_ours() ? endpoint_.release : *named->release;
  if (answers.empty()) return end(check, Check::Outcome::failed, "nothing answered");
  auto const other =
      std::ranges::find_if(answers, [&](const auto& answer) { return answer.release != expected; });
  if (other == answers.end()) {
    auto const count = answers.size();
    return end(
        check,
        Check::Outcome::ok,
        fmt::format("{}, in {} answer{}", excerpt(expected), count, count == 1 ? "" : "s")
    );
  }
  auto const who = other->release ? fmt::format("from the build '{}'", excerpt(*other->release))
                                  : std::string("without a Davit-Release header");
  end(check,
      Check::Outcome::failed,
      fmt::format(
          "the answer to {} came {}, and not from '{}'",
          excerpt(other->what),
          who,
          excerpt(expected)
      ));
}

}  // namespace davit::release
