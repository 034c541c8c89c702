// Who may call, by the settings; and `davitd keys`.
#pragma once

#include <memory>
#include <string>

#include "app/settings.h"
#include "auth/authenticator.h"

namespace davit::app {

// Errors: as secrets::resolve; invalid_input, with the reference and the line.
Result<std::unique_ptr<auth::Authenticator>> make_authenticator(
    const Settings& settings, const secrets::Environment& environment, const log::Logger& logger
);

// `davitd keys new`: prints a new key, and the line of the list that lets it in. The key is stored
// nowhere. Answers the exit code. Errors: invalid_input.
Result<int> run_keys_new(const std::string& principal);

}  // namespace davit::app
