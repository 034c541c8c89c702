#include "app/local/state_folder.h"

#include <cerrno>
#include <cstdlib>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

#include "app/files.h"
#include "async/listener.h"
#include "base/crypto.h"
#include "base/strings.h"

namespace davit::app {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSocket = "control.sock";
constexpr std::string_view kPointer = "control.path";
// Leaves room for the names of HAProxy's sockets, and for the number that it appends while it is
// reloaded.
constexpr std::size_t kLongestBalancerFolder = 80;

// Tells two deployments of one user apart: 48 bits of the folder's hash.
std::string short_name(const StateFolder& folder, std::string_view ending) {
  std::string name;
  for (auto const byte : sha256(folder.root.string()).substr(0, 6)) {
    name += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  }
  return fmt::format("davit-{}-{}{}", ::geteuid(), name, ending);
}

// The top of a file system has a lost+found, and a checkout a .gitignore: they are nobody's work.
bool holds_work(const fs::path& root) {
  std::error_code ec;
  for (fs::directory_iterator entry(root, ec), end; !ec && entry != end; entry.increment(ec)) {
    auto const name = entry->path().filename().string();
    if (!name.starts_with('.') && name != "lost+found") return true;
  }
  return false;
}

// Whether this is somebody's folder: /tmp, or one with other work in it, which would be closed to
// whoever else uses it.
bool is_shared(const StateFolder& folder) {
  struct stat status{};
  if (::stat(folder.root.c_str(), &status) != 0 || (status.st_mode & 0077) == 0) return false;
  std::error_code ec;
  auto const is_ours = fs::exists(folder.journals(), ec) && fs::exists(folder.evidence(), ec);
  return !is_ours && holds_work(folder.root);
}

}  // namespace

StateFolder state_folder(const std::string& manifest, const std::string& given) {
  auto path =
      given.empty() ? fs::path(manifest).parent_path() / ".davit" / "local" : fs::path(given);
  std::error_code ec;
  auto absolute = fs::absolute(path, ec);
  auto root = (ec ? path : absolute).lexically_normal();
  // "state/" and "state" are one folder, and have one socket.
  if (!root.has_filename()) root = root.parent_path();
  return {root};
}

Result<> make_folders(const StateFolder& folder) {
  if (is_shared(folder)) {
    return Error(
        ErrorKind::forbidden,
        fmt::format(
            "{} holds other files, and others may read it: the state needs a folder of its own, "
            "which --state names",
            folder.root.string()
        )
    );
  }
  std::error_code ec;
  fs::create_directories(folder.root, ec);
  // First, so that nobody else sees what comes into it.
  if (!ec) fs::permissions(folder.root, fs::perms::owner_all, ec);
  if (!ec) fs::create_directories(folder.journals(), ec);
  if (!ec) fs::create_directories(folder.evidence(), ec);
  if (!ec) return {};
  return Error(
      ErrorKind::unavailable,
      fmt::format(
          "cannot make the state folder {}: {}; --state names another",
          folder.root.string(),
          ec.message()
      )
  );
}

std::string runtime_directory() {
  auto const* given = std::getenv("XDG_RUNTIME_DIR");
  return given != nullptr && *given == '/' && ::access(given, W_OK) == 0 ? given : "/tmp";
}

std::string socket_path(const StateFolder& folder, const std::string& runtime_directory) {
  auto near = (folder.root / kSocket).string();
  if (near.size() <= kLongestSocketPath) return near;
  auto const name = short_name(folder, ".sock");
  auto const runtime = runtime_directory + '/' + name;
  return runtime.size() <= kLongestSocketPath ? runtime : "/tmp/" + name;
}

Result<fs::path> balancer_folder(const StateFolder& folder, const std::string& runtime_directory) {
  auto near = folder.root / "balancer";
  if (near.string().size() <= kLongestBalancerFolder) return near;
  auto const name = short_name(folder, "");
  auto far = fs::path(runtime_directory) / name;
  if (far.string().size() > kLongestBalancerFolder) far = "/tmp/" + name;
  // In a folder that everybody may write to, a name alone proves nothing.
  if (::mkdir(far.c_str(), 0700) != 0 && errno != EEXIST) {
    return Error(ErrorKind::unavailable, "cannot make the folder " + far.string());
  }
  struct stat status{};
  if (::lstat(far.c_str(), &status) != 0 || !S_ISDIR(status.st_mode) ||
      status.st_uid != ::geteuid() || (status.st_mode & 0077) != 0) {
    return Error(
        ErrorKind::forbidden,
        fmt::format("{} is not ours alone; name a shorter state folder with --state", far.string())
    );
  }
  return far;
}

Result<> write_pointer(const StateFolder& folder, const std::string& socket) {
  auto const pointer = folder.root / kPointer;
  if (fs::path(socket).parent_path() == folder.root) {
    std::error_code ignored;
    fs::remove(pointer, ignored);
    return {};
  }
  return write_file(pointer.string(), socket + '\n');
}

std::string read_pointer(const StateFolder& folder) {
  auto const text = read_file((folder.root / kPointer).string());
  if (!text) return (folder.root / kSocket).string();
  return std::string(split(*text, '\n').front());
}

}  // namespace davit::app
