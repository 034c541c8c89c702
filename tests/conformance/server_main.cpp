// The fixture server for the official conformance suite and the SDK clients: every setting of
// davitd is its own too.
#include "app/command_line.h"
#include "conformance/fixture.h"

int main(int argc, char** argv) {
  using namespace davit;
  mcp::ServerInfo const info{
      {"davit-conformance", DAVIT_VERSION, "the conformance fixture"},
  };
  return app::serve_command(argc, argv, info, [](mcp::Server& server, app::Process&) {
    return conformance::offer_everything(server);
  });
}
