// Client: a command's side of the control socket, and what it shows of a release meanwhile.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "app/local/control.h"
#include "app/local/live_block.h"
#include "app/local/state_folder.h"
#include "app/local/view.h"
#include "async/loop.h"

namespace davit::app {

// Which deployment a command means.
struct Place {
  std::string file = "davit.yaml";
  std::string environment;
  std::string state;  // the folder; empty: beside the manifest
  bool json = false;

  StateFolder folder() const { return state_folder(file, state); }
  // "davit status --file other.yaml": with what that command has to be given to find the same
  // place, quoted for a shell where need be.
  std::string command(std::string_view verb) const;
  // A text with these flags behind each command that it names: "`davit wait --file other.yaml`".
  std::string in_hints(std::string text) const;
  // For what is wrapped. Must outlive it.
  Look look(Look of) const {
    of.place = this;
    return of;
  }
};

// "nothing runs here: ...", with the detail kNobodyListens.
Error nothing_runs(const Place& place);

// Asks the supervisor, and blocks until it has answered. `limit` zero is none. Errors: as ask, but
// nothing_runs when nobody listens; cancelled by Ctrl-C; timeout.
Result<json::Object> ask_supervisor(
    const Place& place, json::Object request, OnEvent on_event, Duration limit = Duration::zero()
);

// A request with who asks.
json::Object make_request(std::string_view verb, const Place& place);

// Shows a release: a live block on a terminal, else a line for each change, or JSON Lines.
class Watcher {
 public:
  explicit Watcher(Place place);
  ~Watcher();
  void take(const json::Object& event);
  // Takes the block away, before last words.
  void end();
  // Of the release that was seen; empty when none was.
  const std::string& release() const { return release_; }

 private:
  void take_view(const json::Object& event);
  void tell_gate(const json::Object& event);
  void print_json(const View& view) const;

  Place place_;
  bool is_live_;
  LiveBlock block_;
  std::optional<View> seen_;
  std::string release_;
};

// Shows the release that the supervisor is asked about to its end, and says how it ended. Answers
// the exit code.
Result<int> watch_release(const Place& place, json::Object request, Duration limit);

}  // namespace davit::app
