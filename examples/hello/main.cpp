// A complete MCP server: a tool, a resource and a prompt, for clients of every protocol revision,
// over HTTP and over stdio. `hello --help` lists its settings.
#include "app/command_line.h"
#include "mcp/typed.h"

using namespace davit;

struct Greeting {
  std::string name;
  std::optional<int> times;
  static auto fields() {
    return std::tuple(
        mcp::field("name", &Greeting::name, "Whom to greet."),
        mcp::field("times", &Greeting::times, "How often; once when left out.").min(1).max(9)
    );
  }
};

Async<mcp::ToolResult> greet(mcp::Context context, Greeting greeting) {
  std::string text;
  auto const times = greeting.times.value_or(1);
  for (int i = 0; i < times; ++i) {
    context.progress(i, times);
    text += "Hello, " + greeting.name + "!\n";
  }
  co_return mcp::ToolResult::text(text);
}

Async<std::vector<mcp::ResourceContents>> manners(mcp::Context, std::string uri) {
  co_return std::vector{mcp::ResourceContents{uri, "text/plain", "Greet back.\n"}};
}

Async<mcp::PromptResult> welcome(mcp::Context, mcp::Variables arguments) {
  co_return mcp::PromptResult{
      "", {{.content = mcp::Content::text("Greet " + arguments["name"] + " warmly.")}}
  };
}

Result<> offer(mcp::Server& server, app::Process&) {
  DAVIT_CHECK(server.add_tool(mcp::typed_tool<Greeting>("greet", "Greets somebody.", greet)));
  DAVIT_CHECK(server.add_resource({{.uri = "hello://manners", .name = "manners"}, manners}));
  return server.add_prompt(
      {.name = "welcome", .arguments = {{.name = "name", .required = true}}, .handler = welcome}
  );
}

int main(int argc, char** argv) {
  return app::serve_command(argc, argv, {{"hello", "1.0.0", "Hello"}, "Greets people."}, offer);
}
