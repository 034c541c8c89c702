// What one version of a deployment consists of on this machine: groups of equal tasks, each the
// same program on ports of its own. A version is written down whole, with a copy of davitd, so that
// it can be started again after the program and the manifest have changed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "manifest/manifest.h"

namespace davit::local {

// A group of equal tasks. In `command` and `environment`, {port}, {admin_port} and {peer_port} are
// the task's ports, {folder} is the version's.
struct Service {
  std::string name;  // "davitd", or the server's
  std::vector<std::string> command;
  std::string directory;             // where it runs: that of the manifest
  manifest::Texts environment;       // beside ours; PORT and DAVIT_RELEASE are always set
  manifest::Texts secrets;           // variables from references, followed at each start
  std::vector<std::string> servers;  // that it has: each is at /NAME and /NAME/mcp
  std::string mcp_path;              // of a server that is not ours: where it listens, "/mcp"
  std::string health = "/health";    // answers 200 when a task is well; empty: it answers MCP
  std::string ready;                 // 200 while it takes new work; empty: `health` says it, too
  bool is_davitd = false;            // it has an admin port with /metrics and /drain
  int tasks = 2;
  // Whichever task answers, of whichever version: else its sessions live in the one where they
  // began, it has one task, and a release moves it at once.
  bool is_stateless = true;

  bool operator==(const Service&) const = default;
};

struct Version {
  std::string release;
  std::vector<Service> services;
  std::string commit;  // of the folder of the manifest, when it is a Git repository
};

// `text` with the task's ports and the version's folder in the place of their names.
std::string fill_in(
    std::string text,
    std::uint16_t port,
    std::uint16_t admin_port,
    std::uint16_t peer_port,
    const std::filesystem::path& folder
);

// With it, which is written last, a version is whole.
inline constexpr const char* kVersionFile = "version.json";

// STATE/versions/RELEASE.
std::filesystem::path version_folder(
    const std::filesystem::path& state, const std::string& release
);

struct VersionOptions {
  std::filesystem::path program;  // davitd
  std::filesystem::path folder;   // of the state; versions/RELEASE goes below it
};

// Reads what the manifest says, copies the program, writes davitd's configuration, and then
// version.json. Errors: invalid_input (a server that this target cannot run, with its place in the
// manifest); not_found (the program); conflict (there is such a version); unavailable (the disk).
Result<Version> make_version(
    const manifest::Manifest& manifest, const std::string& release, const VersionOptions& options
);

// Errors: not_found, protocol.
Result<Version> read_version(const std::filesystem::path& folder, const std::string& release);

}  // namespace davit::local
