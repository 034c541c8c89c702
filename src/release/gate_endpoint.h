// The checks of one endpoint, one after the other. Inside the gate only.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "mcp/client/client.h"
#include "release/gate.h"
#include "release/gate_observer.h"

namespace davit::release {

class EndpointGate {
 public:
  // `options` and `client` must outlive it.
  EndpointGate(
      Executor executor,
      http::Client& client,
      const GateOptions& options,
      Endpoint endpoint,
      log::Logger logger
  );
  ~EndpointGate();

  // Fills what follows. Errors: cancelled.
  Async<> run();

  std::vector<Check> checks;
  std::optional<json::Array> tools;
  std::optional<std::vector<Change>> changes;

 private:
  // One of the two eras of the protocol.
  struct Side {
    std::unique_ptr<mcp::client::Client> client;
    bool is_spoken = false;
    bool is_refused = false;  // the server answered as one that does not know this era
  };

  Async<> ask_all();
  Async<> close();
  Async<> check_health();
  Async<> check_handshake(Side* side, mcp::Era era);
  void judge_eras();
  Async<> check_plain_initialize();
  Async<> check_tools(Side* side, bool is_first);
  Async<> check_calls();
  Async<> check_call(SmokeCall call);
  void check_contract();
  void check_build();

  bool is_ours() const { return !endpoint_.release.empty(); }
  bool refuses_era(mcp::Era era) const;
  Side* newest();
  Check& begin(std::string name);
  void end(Check& check, Check::Outcome outcome, std::string detail);

  Executor executor_;
  Observer observer_;
  const GateOptions& options_;
  Endpoint endpoint_;
  log::Logger logger_;
  Side modern_;
  Side legacy_;
  std::chrono::steady_clock::time_point began_;
};

// Why the result of a call is not what `call` wants; empty when it is.
std::string problem_of(const json::Object& result, const SmokeCall& call);

}  // namespace davit::release
