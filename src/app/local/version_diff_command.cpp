// `davit diff` without two servers: the manifest here against what serves.
#include <cstdio>

#include <fmt/format.h>

#include "app/exit_code.h"
#include "app/local/control_error.h"
#include "app/local/programs.h"
#include "app/local/reports.h"
#include "app/local/scratch.h"
#include "app/local/version_diff.h"
#include "app/manifest_source.h"
#include "app/terminal.h"
#include "json/pretty.h"

namespace davit::app {
namespace {

using namespace std::chrono_literals;

// Of what runs. Without a supervisor there is only what the folder tells.
struct Running {
  std::string serving;
  std::string program;
  UpSettings settings;
};

Result<Running> look(const Place& place) {
  auto const answer = ask_supervisor(place, make_request("status", place), {}, 30s);
  if (!answer) {
    if (answer.error().detail() != kNobodyListens) return answer.error();
    // What the next `davit up` starts again, too: what serves is of no use after a reboot.
    auto const history = release::read_history(place.folder().journals());
    auto const view = look_without_supervisor(place.folder());
    auto const& serving = view.status.serving;
    return Running{.serving = serving.empty() ? release::last_good(history) : serving};
  }
  DAVIT_TRY(auto const view, view_from_json(*answer));
  Running running{.serving = view.status.serving};
  running.program = json::find_string(*answer, "program").value_or("");
  // Keys have dots in them, which paths do not.
  if (auto const* settings = json::find_object(*answer, "settings")) {
    running.settings = up_settings_from_json(*settings);
  }
  return running;
}

}  // namespace

Result<int> run_version_diff(const VersionDiffRequest& request) {
  auto const& place = request.place;
  DAVIT_TRY(auto const manifest, load({.file = place.file, .environment = place.environment}));
  if (manifest.target != manifest::Target::local) {
    return Error(
        ErrorKind::invalid_input,
        fmt::format(
            "{}: `target` is not `local`; `davit plan` shows what would change there, and `davit "
            "diff BEFORE AFTER` compares the tools of two servers",
            place.file
        )
    );
  }
  DAVIT_TRY(auto const running, look(place));
  auto const folder = place.folder();
  DAVIT_CHECK(make_folders(folder));
  Scratch const scratch(folder.root);
  DAVIT_CHECK(scratch.check());
  auto const program = request.program.empty() ? running.program : request.program;
  local::VersionOptions const where{
      .program = davitd_program(program, manifest), .folder = scratch.path()
  };
  DAVIT_TRY(auto const version, local::make_version(manifest, "new", where));
  DAVIT_TRY(auto const after, settings_of(version, scratch.path()));
  VersionDiff diff{.serving = running.serving};
  VersionSettings before;
  if (!running.serving.empty()) {
    DAVIT_TRY(auto const serving, local::read_version(folder.root, running.serving));
    DAVIT_TRY(before, settings_of(serving, folder.root));
  }
  diff.changes = compare(before, after);
  diff.up_changes = compare(running.settings, up_settings(manifest.local));
  auto const text = place.json ? json::pretty(to_json(diff)) + '\n'
                               : draw_diff(diff, place.look(look_of_output()));
  print(text);
  auto const differs = request.exit_code && !diff.is_empty();
  return static_cast<int>(differs ? ExitCode::differences : ExitCode::done);
}

}  // namespace davit::app
