#include "targets/local/haproxy_source.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/mman.h>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

#include "targets/local/files.h"

namespace davit::local {
namespace {

constexpr std::size_t kMostFile = 4 * 1024 * 1024;
constexpr const char* kMemoryName = "davit-haproxy";

// The master keeps it through its reloads, and opens it anew, from the begin, for each of them.
// HAProxy 2.6 to 3.2 take this name, and none of them takes "-".
constexpr const char* kStandardInput = "/dev/stdin";

Error failure(std::string_view what) {
  auto const code = errno;
  return Error(
      ErrorKind::unavailable,
      fmt::format("cannot {}: {}", what, std::error_code(code, std::generic_category()).message())
  );
}

Result<> fill(int fd, std::string_view text) {
  constexpr auto kWhat = "hold the configuration of HAProxy in memory";
  if (::ftruncate(fd, 0) != 0) return failure(kWhat);
  for (off_t done = 0; !text.empty();) {
    auto const count = ::pwrite(fd, text.data(), text.size(), done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failure(kWhat);
    done += count;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

std::filesystem::path standard_input_of(const HaproxyProcess& process) {
  return fmt::format("/proc/{}/fd/0", process.pid);
}

bool reads_memory(const HaproxyProcess& process) {
  std::error_code error;
  auto const input = std::filesystem::read_symlink(standard_input_of(process), error);
  return input.string().starts_with(fmt::format("/memfd:{}", kMemoryName));
}

}  // namespace

Result<> HaproxySource::save(std::string_view text) {
  auto const now = read_file(file_, kMostFile);
  if (now && *now == text) return {};
  return write_atomically(file_, text);
}

void HaproxySource::note(std::string_view text) {
  if (auto const saved = save(text); !saved)
    logger_.warn("HAProxy's file is not as it runs", {{"reason", saved.error().message()}});
}

Result<HaproxySource::Given> HaproxySource::give(std::string_view text) {
  auto const saved = save(text);
  if (saved) return Given{file_.string(), Descriptor(-1)};
  logger_.warn("HAProxy gets its configuration in memory", {{"reason", saved.error().message()}});
  Descriptor const memory(::memfd_create(kMemoryName, MFD_CLOEXEC));
  if (memory.get() < 0) return failure("get memory for the configuration of HAProxy");
  DAVIT_CHECK(fill(memory.get(), text));
  // For reading: the master of HAProxy 2.6 now and then writes a "c", by which pollers are woken,
  // to its descriptor 0.
  auto const path = fmt::format("/proc/self/fd/{}", memory.get());
  Descriptor input(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (input.get() < 0) return failure("hand over the configuration of HAProxy");
  return Given{kStandardInput, std::move(input)};
}

Result<> HaproxySource::give_anew(const HaproxyProcess& process, std::string_view text) {
  if (!reads_memory(process)) return save(text);
  note(text);
  Descriptor const memory(::open(standard_input_of(process).c_str(), O_RDWR | O_CLOEXEC));
  if (memory.get() < 0) return failure("reach the configuration of HAProxy in memory");
  return fill(memory.get(), text);
}

}  // namespace davit::local
