// The folder in which one machine's deployment keeps its state: .davit/local beside the manifest.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"

namespace davit::app {

inline constexpr const char* kJournals = "releases";

struct StateFolder {
  std::filesystem::path root;  // absolute

  std::filesystem::path journals() const { return root / kJournals; }
  std::filesystem::path evidence() const { return root / "evidence"; }
  std::filesystem::path lock() const { return root / "up.lock"; }
  std::filesystem::path log() const { return root / "up.log"; }
};

// `given` is what --state says; without it the folder lies beside the manifest.
StateFolder state_folder(const std::string& manifest, const std::string& given);

// Makes it, for its owner alone. Errors: unavailable; forbidden (it is there, with other files that
// others may read).
Result<> make_folders(const StateFolder& folder);

// Where the control socket is: in the folder, or under a short name elsewhere when its path is
// longer than a socket's may be.
std::string socket_path(const StateFolder& folder, const std::string& runtime_directory);

// The runtime directory of this user, "/run/user/1000", or "/tmp".
std::string runtime_directory();

// HAProxy's folder, whose sockets have the same trouble: in this one, or under a short name
// elsewhere. It is made. Errors: forbidden (somebody else has made one of that name), unavailable.
Result<std::filesystem::path> balancer_folder(
    const StateFolder& folder, const std::string& runtime_directory
);

// Writes down, in the folder, where the socket is, when it is elsewhere. Errors: unavailable.
Result<> write_pointer(const StateFolder& folder, const std::string& socket);
// Where the running supervisor says that its socket is.
std::string read_pointer(const StateFolder& folder);

}  // namespace davit::app
