// Tools that run as tasks (SEP-2663; 2025-11-25, basic/utilities/tasks), and one that can be
// cancelled and remembers it.
#include <fmt/format.h>

#include "conformance/fixture.h"

namespace davit::conformance {

namespace {

using namespace std::chrono_literals;
using mcp::Context;
using mcp::TaskSupport;
using mcp::ToolResult;

constexpr std::string_view kNameSchema =
    R"({"type":"object","properties":{"name":{"type":"string"}},"required":["name"]})";
constexpr std::string_view kSlowSchema = R"({
  "type": "object",
  "properties": {"seconds": {"type": "number", "minimum": 0}, "label": {"type": "string"}},
  "required": ["seconds"]
})";
constexpr std::string_view kFileSchema =
    R"({"type":"object","properties":{"filename":{"type":"string"}},"required":["filename"]})";

mcp::InputRequest ask_to_confirm(std::string message) {
  return mcp::elicit("confirm", std::move(message), object(R"({"confirm":{"type":"boolean"}})"));
}

Async<ToolResult> greet(Context, json::Object arguments) {
  co_return ToolResult::text(
      fmt::format("Hello, {}!", json::view(arguments.at("name").get_string()))
  );
}

Async<ToolResult> slow_compute(json::Object arguments, std::shared_ptr<int> cancelled) {
  auto const seconds = arguments.at("seconds").to_number<double>();
  auto const delay = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
  if (auto slept = co_await sleep_for(delay); !slept) {
    if (slept.error().kind() == ErrorKind::cancelled) ++*cancelled;
    co_return std::move(slept).error();
  }
  co_return ToolResult::text(fmt::format("Computed for {} s.", seconds));
}

Async<ToolResult> cancelled_calls(std::shared_ptr<int> cancelled) {
  co_return ToolResult::text(fmt::format("{}", *cancelled));
}

Async<ToolResult> failing_job(Context, json::Object) {
  DAVIT_CO_CHECK(co_await sleep_for(1s));
  co_return ToolResult::error("The job failed, as it always does.");
}

Async<ToolResult> protocol_error_job(Context, json::Object) {
  DAVIT_CO_CHECK(co_await sleep_for(200ms));
  co_return Error(ErrorKind::internal, "the job broke");
}

Async<ToolResult> confirm_delete(Context context, json::Object arguments) {
  auto const file = std::string(json::view(arguments.at("filename").get_string()));
  DAVIT_CO_TRY(auto const answers, context.ask({ask_to_confirm(fmt::format("Delete {}?", file))}));
  auto const* const said = answers.field("confirm", "confirm");
  bool const deletes = said && said->is_bool() && said->get_bool();
  co_return ToolResult::text(fmt::format("{} {}", deletes ? "Deleted" : "Kept", file));
}

Async<ToolResult> multi_input(Context context, json::Object) {
  DAVIT_CO_TRY(
      auto const answers, context.ask({ask_user_name(), ask_to_confirm("Shall it be done?")})
  );
  co_return ToolResult::text(fmt::format(
      "name={} confirm={}", answers.text("user_name", "name"), answers.text("confirm", "confirm")
  ));
}

// Asks while the client waits, and goes on in the background.
Async<ToolResult> ask_then_start(Context context, json::Object) {
  DAVIT_CO_TRY(auto const answers, context.ask({ask_user_name()}));
  DAVIT_CO_CHECK(context.start_task());
  co_return ToolResult::text(fmt::format("Hello, {}!", answers.text("user_name", "name")));
}

}  // namespace

Result<> add_task_tools(mcp::Server& server) {
  auto const cancelled = std::make_shared<int>(0);
  auto const slow = [cancelled](Context, json::Object arguments) {
    return slow_compute(std::move(arguments), cancelled);
  };
  auto const count = [cancelled](Context, json::Object) { return cancelled_calls(cancelled); };
  return add_tools(
      server,
      {
          {"greet", "Greets at once.", greet, kNameSchema},
          {"slow_compute", "Takes its time.", slow, kSlowSchema, TaskSupport::optional},
          {"test_cancelled_calls", "How many runs of slow_compute were cancelled.", count},
          {.name = "failing_job",
           .description = "Runs as a task, and fails.",
           .handler = failing_job,
           .tasks = TaskSupport::required},
          {.name = "protocol_error_job",
           .description = "Runs as a task, and breaks.",
           .handler = protocol_error_job,
           .tasks = TaskSupport::required},
          {"confirm_delete",
           "Asks before it deletes nothing.",
           confirm_delete,
           kFileSchema,
           TaskSupport::optional},
          {.name = "multi_input",
           .description = "Asks two things at once.",
           .handler = multi_input,
           .tasks = TaskSupport::optional},
          {.name = "test_tool_with_task",
           .description = "Asks first, then runs as a task.",
           .handler = ask_then_start,
           .tasks = TaskSupport::required,
           .starts_task_itself = true},
      }
  );
}

}  // namespace davit::conformance
