#include "mcp/request_state.h"

#include "base/crypto.h"
#include "mcp/packing.h"

namespace davit::mcp {
namespace {

constexpr std::string_view kPurpose = "mcp request state 1";
constexpr std::size_t kDigestBytes = 32;
constexpr std::size_t kMaxStateBytes = 256 * 1024;

// What makes two requests the same: whose it is, and everything but what a retry changes.
std::string digest(std::string_view server, const Call& call) {
  json::Object params;
  if (auto const* given = call.message->params()) params = *given;
  for (auto const* changing : {"_meta", "inputResponses", "requestState"}) params.erase(changing);
  Packer packer;
  packer.text(call.principal.id);
  packer.text(server);
  packer.text(call.message->method);
  packer.raw(json::canonical(params));
  return sha256(packer.out());
}

}  // namespace

std::string seal_request_state(
    const KeyRing& ring, const Clock& clock, std::string_view server, const Call& call
) {
  auto const expires_at =
      std::chrono::floor<std::chrono::seconds>(clock.now()) + kRequestStateLifetime;
  json::Object answers;
  for (auto const& [key, answer] : call.answers.all()) answers[key] = answer;
  Packer packer;
  packer.number(static_cast<std::uint64_t>(expires_at.time_since_epoch().count()), 8);
  packer.raw(digest(server, call));
  packer.raw(json::to_text(answers));
  return ring.seal(kPurpose, packer.out());
}

Result<> read_responses(
    const KeyRing& ring, const Clock& clock, std::string_view server, Call& call
) {
  auto const* params = call.message->params();
  if (params == nullptr) return {};
  if (auto const* state = params->if_contains("requestState")) {
    auto const refused = Error(
        ErrorKind::invalid_input,
        "params.requestState is not one of this request, or has expired; send the request again "
        "without it"
    );
    if (!state->is_string() || state->get_string().size() > kMaxStateBytes) return refused;
    auto const plain = ring.open(kPurpose, json::view(state->get_string()));
    if (!plain) return refused;
    Unpacker unpacker(*plain);
    auto const expires_at =
        std::chrono::sys_seconds(std::chrono::seconds(static_cast<std::int64_t>(unpacker.number(8)))
        );
    auto const is_same = unpacker.raw(kDigestBytes) == digest(server, call);
    auto const answers = json::parse(unpacker.rest());
    if (expires_at <= clock.now() || !is_same || !answers || !answers->is_object()) return refused;
    for (auto const& [key, answer] : answers->get_object()) {
      if (answer.is_object()) call.answers.set(std::string(key), answer.get_object());
    }
  }
  auto const* responses = params->if_contains("inputResponses");
  if (responses == nullptr) return {};
  if (!responses->is_object()) {
    return Error(
        ErrorKind::invalid_input, "params.inputResponses must be an object of responses by key"
    );
  }
  for (auto const& [key, answer] : responses->get_object()) {
    // The arena of the message ends with the call; the answers may outlive it, in a task.
    if (answer.is_object())
      call.answers.set(std::string(key), json::Object(answer.get_object(), {}));
  }
  return {};
}

}  // namespace davit::mcp
