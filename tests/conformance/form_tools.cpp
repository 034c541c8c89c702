// Tools that ask the client for one thing and repeat what it said. The suite calls them in legacy
// sessions; they are served in both eras.
#include <fmt/format.h>

#include "conformance/fixture.h"

namespace davit::conformance {

namespace {

using mcp::Context;
using mcp::ToolResult;

std::string text_of(const json::Object& arguments, std::string_view name) {
  return std::string(json::view(arguments.at(name).get_string()));
}

// Several cases of one pattern: a form, and its outcome in words.
struct Form {
  std::string_view name;
  std::string_view description;
  std::string_view message;
  std::string_view schema;
};

// SEP-1034: defaults of every primitive type. SEP-1330: every form that an enumeration has.
constexpr Form kForms[] = {
    {"test_elicitation_sep1034_defaults",
     "Asks with a form whose fields have defaults.",
     "Please review the defaults",
     R"({
       "type": "object",
       "properties": {
         "name": {"type": "string", "default": "John Doe"},
         "age": {"type": "integer", "default": 30},
         "score": {"type": "number", "default": 95.5},
         "status": {"type": "string", "enum": ["active", "inactive", "pending"], "default": "active"},
         "verified": {"type": "boolean", "default": true}
       }
     })"},
    {"test_elicitation_sep1330_enums",
     "Asks with a form of five enumerations.",
     "Please choose",
     R"({
       "type": "object",
       "properties": {
         "untitledSingle": {"type": "string", "enum": ["option1", "option2", "option3"]},
         "titledSingle": {
           "type": "string",
           "oneOf": [
             {"const": "value1", "title": "First Option"},
             {"const": "value2", "title": "Second Option"},
             {"const": "value3", "title": "Third Option"}
           ]
         },
         "legacyEnum": {
           "type": "string",
           "enum": ["opt1", "opt2", "opt3"],
           "enumNames": ["Option One", "Option Two", "Option Three"]
         },
         "untitledMulti": {
           "type": "array",
           "items": {"type": "string", "enum": ["option1", "option2", "option3"]}
         },
         "titledMulti": {
           "type": "array",
           "items": {
             "anyOf": [
               {"const": "value1", "title": "First Choice"},
               {"const": "value2", "title": "Second Choice"},
               {"const": "value3", "title": "Third Choice"}
             ]
           }
         }
       }
     })"},
};

Async<ToolResult> fill_in(Context context, const Form* form) {
  DAVIT_CO_TRY(
      auto const answers,
      context.ask({mcp::elicit("form", std::string(form->message), object(form->schema))})
  );
  co_return ToolResult::text("Elicitation completed: " + describe_form(answers, "form"));
}

Async<ToolResult> elicitation(Context context, json::Object arguments) {
  auto const schema = object(R"({
    "type": "object",
    "properties": {"username": {"type": "string"}, "email": {"type": "string", "format": "email"}},
    "required": ["username", "email"]
  })");
  DAVIT_CO_TRY(
      auto const answers, context.ask({mcp::elicit("user", text_of(arguments, "message"), schema)})
  );
  co_return ToolResult::text("User response: " + describe_form(answers, "user"));
}

Async<ToolResult> url_elicitation(Context context, json::Object) {
  DAVIT_CO_TRY(
      auto const answers,
      context.ask({mcp::elicit_url("page", "Please sign in.", "https://example.com/sign-in")})
  );
  co_return ToolResult::text(fmt::format("action={}", answers.action("page")));
}

Async<ToolResult> sampling(Context context, json::Object arguments) {
  DAVIT_CO_TRY(
      auto const answers, context.ask({mcp::sample("reply", text_of(arguments, "prompt"), 100)})
  );
  co_return ToolResult::text("LLM response: " + answers.sampled_text("reply"));
}

Async<ToolResult> streaming_elicitation(Context context, json::Object) {
  DAVIT_CO_TRY(auto const answers, context.ask({ask_user_name()}));
  co_return ToolResult::text(describe_form(answers, "user_name"));
}

}  // namespace

Result<> add_form_tools(mcp::Server& server) {
  std::vector<ToolRow> rows{
      {"test_sampling",
       "Asks the client's model.",
       sampling,
       R"({"type":"object","properties":{"prompt":{"type":"string"}},"required":["prompt"]})"},
      {"test_elicitation",
       "Asks the user for a name and an address.",
       elicitation,
       R"({"type":"object","properties":{"message":{"type":"string"}},"required":["message"]})"},
      {"test_url_elicitation", "Asks the user to open a page.", url_elicitation},
      {"test_streaming_elicitation", "Asks the user for a name.", streaming_elicitation},
  };
  for (auto const& form : kForms) {
    auto const* const one = &form;
    rows.push_back({
        form.name,
        form.description,
        [one](Context context, json::Object) { return fill_in(std::move(context), one); },
    });
  }
  return add_tools(server, std::move(rows));
}

}  // namespace davit::conformance
