// People, by whatever name they are given.
#pragma once

#include <string>

#include "connector/invocation.h"

namespace davit::connectors::atlassian {

// The account id of "me", of an account id, a name as it is shown, or an e-mail address. Errors:
// invalid_input: nobody, or several, with whom it may be.
Async<std::string> find_person(connector::Invocation call, std::string name);

// An account id, of today's or of older kinds.
bool is_account_id(std::string_view text);

}  // namespace davit::connectors::atlassian
