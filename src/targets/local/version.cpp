#include "targets/local/version.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/base64.h"
#include "base/crypto.h"
#include "config/secret_reference.h"
#include "json/pretty.h"
#include "targets/local/commit.h"
#include "targets/local/configuration.h"
#include "targets/local/files.h"
#include "targets/local/version_json.h"

namespace davit::local {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostBytes = 4 * 1024 * 1024;  // of kVersionFile
constexpr std::size_t kMostName = 64;

// It becomes the name of a folder and a header field's value.
bool is_name(std::string_view release) {
  constexpr std::string_view kLetters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  return !release.empty() && release.size() <= kMostName && release.front() != '.' &&
         release.front() != '-' && release.find_first_not_of(kLetters) == std::string_view::npos;
}

fs::path folder_of(const manifest::Manifest& manifest) {
  std::error_code error;
  return fs::absolute(fs::path(manifest.file), error).parent_path();
}

Service davitd_service(const manifest::Manifest& manifest) {
  Service service;
  service.name = "davitd";
  service.command = {
      "{folder}/davitd",
      "--config={folder}/davitd.yaml",
      "--host=127.0.0.1",
      "--port={port}",
      "--admin-port={admin_port}",
      "--peer-port={peer_port}",
  };
  service.directory = folder_of(manifest).string();
  service.ready = "/ready";
  service.is_davitd = true;
  service.tasks = manifest.local.tasks;
  for (auto const& server : manifest.servers) {
    if (server.is_connector()) service.servers.push_back(server.name());
  }
  return service;
}

// A server that is not ours. Its sessions are where they began, unless it says that it has none.
Service command_service(const manifest::Manifest& manifest, const manifest::Server& server) {
  Service service;
  service.name = server.name();
  service.command = server.command;
  service.directory = folder_of(manifest).string();
  service.environment = server.environment;
  service.secrets = server.secrets;
  service.servers = {server.name()};
  service.mcp_path = server.path;
  auto const is_written = manifest.origins.contains("servers." + server.name() + ".health");
  service.health = is_written ? server.health : "";
  service.is_stateless = server.sessions == manifest::Sessions::stateless;
  service.tasks = service.is_stateless ? manifest.local.tasks : 1;
  return service;
}

Error refused(const manifest::Server& server, std::string_view why) {
  return Error(
      ErrorKind::invalid_input, fmt::format("{}: servers.{}: {}", server.place, server.name(), why)
  );
}

// What `davit validate` says, too: a manifest may have been made in another way.
Result<> check_server(const manifest::Server& server) {
  if (server.is_image())
    return refused(server, "an image cannot run on this machine; write its `command`");
  if (!server.is_connector() && !server.is_http_command()) {
    return refused(
        server,
        "a command that speaks stdio is not served by davitd yet; write `transport: http` when it "
        "can serve HTTP"
    );
  }
  for (auto const& [name, reference] : server.secrets) {
    auto const parsed = config::parse_secret_reference(reference);
    if (parsed && (parsed->scheme == config::Scheme::env || parsed->scheme == config::Scheme::file))
      continue;
    return refused(
        server,
        fmt::format(
            "secrets.{}: this machine follows `env:NAME` and `file:PATH` only, not {}",
            name,
            parsed ? reference : "what is written there"
        )
    );
  }
  return {};
}

// The keys that seal sessions are the deployment's, so that a session outlives a release.
Result<fs::path> session_keys(const fs::path& state) {
  constexpr std::size_t kKeyBytes = 32;
  auto file = state / "session.keys";
  std::error_code error;
  if (!fs::exists(file, error)) {
    DAVIT_CHECK(write_atomically(file, base64_encode(random_bytes(kKeyBytes)) + '\n'));
  }
  return file;
}

// Goes with what it holds, unless it is finished.
struct Unfinished {
  explicit Unfinished(fs::path path) : folder(std::move(path)) {}
  ~Unfinished() {
    std::error_code error;
    if (!folder.empty()) fs::remove_all(folder, error);
  }
  Unfinished(const Unfinished&) = delete;
  Unfinished& operator=(const Unfinished&) = delete;

  fs::path folder;
};

}  // namespace

std::string fill_in(
    std::string text,
    std::uint16_t port,
    std::uint16_t admin_port,
    std::uint16_t peer_port,
    const fs::path& folder
) {
  std::pair<std::string_view, std::string> const names[] = {
      {"{port}", std::to_string(port)},
      {"{admin_port}", std::to_string(admin_port)},
      {"{peer_port}", std::to_string(peer_port)},
      {"{folder}", folder.string()},
  };
  for (auto const& [name, value] : names) {
    for (auto at = text.find(name); at != text.npos; at = text.find(name, at + value.size()))
      text.replace(at, name.size(), value);
  }
  return text;
}

fs::path version_folder(const fs::path& state, const std::string& release) {
  return state / "versions" / release;
}

Result<Version> make_version(
    const manifest::Manifest& manifest, const std::string& release, const VersionOptions& options
) {
  if (!is_name(release)) {
    return Error(
        ErrorKind::invalid_input,
        fmt::format(
            "`{}` cannot be the name of a release: at most {} letters, digits, `.`, `_` and `-`",
            release,
            kMostName
        )
    );
  }
  for (auto const& server : manifest.servers) DAVIT_CHECK(check_server(server));
  std::error_code error;
  auto const state = fs::absolute(options.folder, error);
  auto const folder = version_folder(state, release);
  if (fs::exists(folder / kVersionFile, error)) {
    return Error(
        ErrorKind::conflict,
        fmt::format("there is a version {} already; take another name", release)
    );
  }
  DAVIT_CHECK(make_folder(folder));
  Unfinished unfinished(folder);

  Version version;
  version.release = release;
  version.commit = commit_of(folder_of(manifest));
  if (manifest.has_connectors()) {
    version.services.push_back(davitd_service(manifest));
    if (auto copied = local::copy_file(options.program, folder / "davitd"); !copied) {
      return Error(
          copied.error().kind(),
          fmt::format(
              "davitd for the connectors: {}; build it, or say where it is with `local.program`",
              copied.error().message()
          )
      );
    }
    DAVIT_TRY(auto const keys, session_keys(state));
    DAVIT_CHECK(write_atomically(folder / "davitd.yaml", davitd_configuration(manifest, keys)));
  }
  for (auto const& server : manifest.servers) {
    if (server.is_http_command()) version.services.push_back(command_service(manifest, server));
  }
  // Last: with it the version is whole.
  DAVIT_CHECK(write_atomically(folder / kVersionFile, json::pretty(to_json(version)) + '\n'));
  unfinished.folder.clear();
  return version;
}

Result<Version> read_version(const fs::path& folder, const std::string& release) {
  auto const file = version_folder(folder, release) / kVersionFile;
  auto text = read_file(file, kMostBytes);
  if (!text) {
    if (text.error().kind() != ErrorKind::not_found) return std::move(text).error();
    return Error(
        ErrorKind::not_found,
        fmt::format("there is no version {}; `davit history` shows what there is", release)
    );
  }
  auto const value = json::parse(*text);
  auto version = value ? version_from_json(*value) : Result<Version>(value.error());
  if (version) return version;
  return Error(
      ErrorKind::protocol,
      fmt::format("{} cannot be read: {}", file.string(), version.error().message())
  );
}

}  // namespace davit::local
