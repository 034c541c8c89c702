// Tools for the round trips of 2026-07-28 (SEP-2322): the call ends with questions, and is sent
// once more with the answers. The same handlers serve legacy sessions.
#include <fmt/format.h>

#include "conformance/fixture.h"

namespace davit::conformance {

namespace {

using mcp::Answers;
using mcp::Context;
using mcp::InputRequest;
using mcp::ToolResult;

InputRequest ask_ok(std::string message) {
  return mcp::elicit("confirm", std::move(message), object(R"({"ok":{"type":"boolean"}})"));
}

std::string roots_of(const Answers& answers, std::string_view key) {
  std::string text;
  auto const* const answer = answers.find(key);
  auto const* const roots = answer ? answer->if_contains("roots") : nullptr;
  if (!roots || !roots->is_array()) return text;
  for (auto const& root : roots->get_array()) {
    if (auto const uri = json::find_string(root, "uri")) text += fmt::format(" {}", *uri);
  }
  return text;
}

Async<ToolResult> elicitation(Context context, json::Object) {
  DAVIT_CO_TRY(auto const answers, context.ask({ask_user_name()}));
  if (!answers.accepted("user_name")) co_return ToolResult::text("Hello, whoever you are!");
  co_return ToolResult::text(fmt::format("Hello, {}!", answers.text("user_name", "name")));
}

Async<ToolResult> sampling(Context context, json::Object) {
  DAVIT_CO_TRY(
      auto const answers,
      context.ask({mcp::sample("capital_question", "What is the capital of France?", 100)})
  );
  co_return ToolResult::text("The answer: " + answers.sampled_text("capital_question"));
}

Async<ToolResult> list_roots(Context context, json::Object) {
  DAVIT_CO_TRY(auto const answers, context.ask({mcp::list_roots("client_roots")}));
  co_return ToolResult::text("The roots:" + roots_of(answers, "client_roots"));
}

// That the sealed state came back whole is what lets the run get here.
Async<ToolResult> with_state(Context context, json::Object) {
  DAVIT_CO_TRY(auto const answers, context.ask({ask_ok("Please confirm")}));
  co_return ToolResult::text("state-ok, " + describe_form(answers, "confirm"));
}

Async<ToolResult> multiple_inputs(Context context, json::Object) {
  DAVIT_CO_TRY(
      auto const answers,
      context.ask(
          {ask_user_name(),
           mcp::sample("greeting", "Generate a greeting", 50),
           mcp::list_roots("client_roots")}
      )
  );
  co_return ToolResult::text(fmt::format(
      "{} {} -{}",
      answers.sampled_text("greeting"),
      answers.text("user_name", "name"),
      roots_of(answers, "client_roots")
  ));
}

Async<ToolResult> multi_round(Context context, json::Object) {
  DAVIT_CO_TRY(
      auto const first,
      context.ask({mcp::elicit(
          "step1", "Step 1: What is your name?", object(R"({"name":{"type":"string"}})")
      )})
  );
  DAVIT_CO_TRY(
      auto const second,
      context.ask({mcp::elicit(
          "step2", "Step 2: What is your favorite color?", object(R"({"color":{"type":"string"}})")
      )})
  );
  co_return ToolResult::text(
      fmt::format("{} likes {}.", first.text("step1", "name"), second.text("step2", "color"))
  );
}

// Asks only for what the client says it can do.
Async<ToolResult> by_capability(Context context, json::Object) {
  std::vector<InputRequest> requests;
  if (context.client_can(mcp::ClientCapabilities::sampling)) {
    requests.push_back(mcp::sample("capital_question", "What is the capital of France?", 100));
  }
  if (context.client_can(mcp::ClientCapabilities::elicitation_form)) {
    requests.push_back(ask_user_name());
  }
  DAVIT_CO_TRY(auto const answers, context.ask(std::move(requests)));
  co_return ToolResult::text(fmt::format("{} answers came.", answers.all().size()));
}

}  // namespace

Result<> add_round_trip_tools(mcp::Server& server) {
  return add_tools(
      server,
      {
          {"test_input_required_result_elicitation", "Asks for a name, and greets.", elicitation},
          {"test_input_required_result_sampling", "Asks the client's model.", sampling},
          {"test_input_required_result_list_roots", "Asks for the client's roots.", list_roots},
          {"test_input_required_result_request_state", "Asks, with a sealed state.", with_state},
          {"test_input_required_result_multiple_inputs",
           "Asks three things at once.",
           multiple_inputs},
          {"test_input_required_result_multi_round", "Asks one thing, then another.", multi_round},
          {"test_input_required_result_tampered_state",
           "Asks, with a state that must not be changed.",
           with_state},
          {"test_input_required_result_capabilities",
           "Asks what the client is able to answer.",
           by_capability},
      }
  );
}

}  // namespace davit::conformance
