#include "mcp/task_id.h"

#include "base/base64.h"
#include "base/crypto.h"
#include "mcp/tasks.h"

namespace davit::mcp {
namespace {

constexpr std::string_view kPurpose = "mcp task 1";
constexpr std::size_t kRandomBytes = 16;
// Ours are shorter; what is longer need not be decoded.
constexpr std::size_t kMaxLength = 512;

}  // namespace

std::string make_task_id(const KeyRing& ring, const TaskId& id) {
  return ring.seal(kPurpose, random_bytes(kRandomBytes) + id.maker.text() + '\n' + id.server);
}

std::optional<TaskId> open_task_id(const KeyRing& ring, std::string_view text) {
  if (text.size() > kMaxLength) return std::nullopt;
  auto const plain = ring.open(kPurpose, text);
  if (!plain || plain->size() < kRandomBytes) return std::nullopt;
  auto const rest = std::string_view(*plain).substr(kRandomBytes);
  auto const end = rest.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  return TaskId{ReplicaId::parse(rest.substr(0, end)), std::string(rest.substr(end + 1))};
}

std::optional<ReplicaId> maker_of_task(const KeyRing& ring, std::string_view id) {
  auto opened = open_task_id(ring, id);
  if (!opened) return std::nullopt;
  return std::move(opened->maker);
}

std::string task_key(std::string_view id) { return "task:" + base64url_encode(sha256(id)); }

}  // namespace davit::mcp
