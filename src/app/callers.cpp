#include "app/callers.h"

#include <fmt/format.h>

#include "app/exit_code.h"
#include "auth/api_keys.h"

namespace davit::app {

Result<std::unique_ptr<auth::Authenticator>> make_authenticator(
    const Settings& settings, const secrets::Environment& environment, const log::Logger& logger
) {
  if (!settings.api_keys) return auth::make_anonymous();
  auto keys = std::make_unique<auth::ApiKeys>();
  for (auto const& text : *settings.api_keys) {
    DAVIT_TRY(auto const reference, secrets::parse_secret_reference(text));
    DAVIT_TRY(auto const list, secrets::resolve(reference, environment));
    if (auto added = keys->add(list.reveal()); !added) {
      return std::move(added).error().while_doing(text);
    }
  }
  if (keys->size() == 0) {
    return Error(
        ErrorKind::invalid_input,
        "auth.api_keys: there is no key in the list; make one with `davitd keys new`"
    );
  }
  logger.info("callers need an API key", {{"keys", keys->size()}});
  return keys;
}

Result<int> run_keys_new(const std::string& principal) {
  DAVIT_TRY(auto const made, auth::make_api_key(principal));
  fmt::print(
      stderr,
      "The key, for {} alone; it is shown this once. Below it, the line to store.\n",
      principal
  );
  fmt::print("{}\n{}\n", made.key.reveal(), made.line);
  return static_cast<int>(ExitCode::done);
}

}  // namespace davit::app
