// The requestState of 2026-07-28: what a retried request brings back of the rounds before it
// (SEP-2322). Sealed, and bound to the principal, the server and the request, so that a client can
// neither change an answer of an earlier round nor use the state elsewhere.
#pragma once

#include <string>

#include "base/clock.h"
#include "base/seal.h"
#include "mcp/call.h"

namespace davit::mcp {

// How long a user may take for one round.
inline constexpr std::chrono::hours kRequestStateLifetime{1};

// Different for each round.
std::string seal_request_state(
    const KeyRing& ring, const Clock& clock, std::string_view server, const Call& call
);

// Fills call.answers from `params.requestState` and `params.inputResponses`, both optional. A
// response that is no object counts as missing. Errors: invalid_input, for a state that is not
// ours, has expired or belongs to another request, and for responses that are no object.
Result<> read_responses(
    const KeyRing& ring, const Clock& clock, std::string_view server, Call& call
);

}  // namespace davit::mcp
