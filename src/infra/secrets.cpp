#include <algorithm>

#include <fmt/format.h>

#include "config/secret_reference.h"
#include "infra/concerns.h"
#include "infra/iam.h"
#include "infra/secret_target.h"
#include "infra/secrets_key.h"

namespace davit::infra {
namespace {

using manifest::Server;

// "service-now" as "SERVICE_NOW".
std::string variable_prefix(std::string_view server) {
  std::string prefix;
  for (auto const c : server) {
    prefix += c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return prefix;
}

class SecretsConcern {
 public:
  SecretsConcern(const Manifest& manifest, Parts& parts, Stack& stack)
      : manifest_(manifest), parts_(parts), stack_(stack) {}

  void add() {
    parts_.secrets.kms_key = add_secrets_key(manifest_, stack_);
    find_uses();
    if (manifest_.secrets.create) {
      for (auto const& made : made_) add_secret(made);
    }
    if (manifest_.has_connectors()) add_session_keys();
  }

 private:
  // A secret that the stack makes, and which values are read from it.
  struct Made {
    std::string name;
    std::string id;
    std::vector<std::string> keys;
    std::string server;  // empty when several use it
  };

  void find_uses() {
    for (auto const& server : manifest_.servers) {
      auto& uses = parts_.secrets.of_server[server.name()];
      auto const prefix = variable_prefix(server.name());
      if (server.is_connector()) {
        add_use(uses, server.connector.token, prefix + "_TOKEN", server.name());
        add_use(uses, server.connector.user, prefix + "_USER", server.name());
      }
      for (auto const& [variable, reference] : server.secrets) {
        add_use(uses, reference, variable, server.name());
      }
    }
    if (!manifest_.has_connectors()) return;
    auto& uses = parts_.secrets.of_davitd;
    auto number = 0;
    for (auto const& reference : manifest_.auth.api_keys) {
      add_use(uses, reference, fmt::format("DAVIT_API_KEYS_{}", ++number), "");
    }
    add_use(uses, manifest_.state.store, "DAVIT_STORE_URL", "");
  }

  // Texts that are no references to AWS are none of ours: the name of a user, `none`.
  void add_use(
      std::vector<SecretUse>& uses,
      const std::string& text,
      std::string variable,
      const std::string& server
  ) {
    auto const reference = config::parse_secret_reference(text);
    if (!reference || (reference->scheme != config::Scheme::secrets_manager &&
                       reference->scheme != config::Scheme::parameter_store)) {
      return;
    }
    auto const target = secret_target(*reference);
    SecretUse use{
        .reference = text,
        .variable = std::move(variable),
        .value_from = value_from(arn_of(target), target),
        .resource = arn_for_policy(target),
        .is_parameter = target.is_parameter
    };
    if (manifest_.secrets.create && !target.is_parameter && !target.is_arn()) {
      use.resource = ref_of(made_of(target, server).id);
      use.value_from = value_from(use.resource, target);
    }
    uses.push_back(std::move(use));
  }

  const Made& made_of(const SecretTarget& target, const std::string& server) {
    auto found = std::ranges::find(made_, target.name, &Made::name);
    if (found == made_.end()) {
      made_.push_back({.name = target.name, .id = new_id(target.name), .server = server});
      found = std::prev(made_.end());
    }
    if (found->server != server) found->server.clear();
    if (!target.key.empty() && std::ranges::find(found->keys, target.key) == found->keys.end()) {
      found->keys.push_back(target.key);
    }
    return *found;
  }

  std::string new_id(const std::string& name) const {
    return id_of_secret(name, "Secret", [this](const std::string& id) {
      return std::ranges::find(made_, id, &Made::id) != made_.end();
    });
  }

  void add_secret(const Made& made) {
    json::Object generate{{"PasswordLength", 32}, {"ExcludePunctuation", true}};
    if (!made.keys.empty()) {
      // Only one value is generated; the others have to be there too, or a task that names them
      // does not start.
      json::Object others;
      for (auto const& key : made.keys) {
        if (key != made.keys.front()) others[key] = "replace-me";
      }
      generate["SecretStringTemplate"] = json::to_text(Value(std::move(others)));
      generate["GenerateStringKey"] = made.keys.front();
    }
    json::Object properties{
        {"Name", made.name},
        {"Description", "Has a placeholder inside until somebody puts the real values there."},
        {"GenerateSecretString", std::move(generate)}
    };
    add_secret(made.id, std::move(properties)).retained().of_server(made.server);
    stack_.add_note(fmt::format(
        "The secret {} is made with a placeholder inside; put the real {} there: aws "
        "secretsmanager put-secret-value --secret-id {} --secret-string {}",
        made.name,
        made.keys.empty() ? "value" : "values",
        made.name,
        made.keys.empty() ? "..." : "'" + shape_of(made.keys) + "'"
    ));
  }

  static std::string shape_of(const std::vector<std::string>& keys) {
    json::Object shape;
    for (auto const& key : keys) shape[key] = "...";
    return json::to_text(Value(std::move(shape)));
  }

  Resource& add_secret(std::string id, json::Object properties) {
    if (!parts_.secrets.kms_key.is_null()) properties["KmsKeyId"] = parts_.secrets.kms_key;
    return stack_.add(
        Layer::shared, std::move(id), "AWS::SecretsManager::Secret", std::move(properties)
    );
  }

  // davitd wants keys of 32 bytes in strict base64: 43 letters, of which the last has two bits that
  // must be zero, and "=". Secrets Manager can make letters, but no ending. So it makes the first
  // 42, 250 random bits, and a second secret puts "A=" behind them: the only four bits that are
  // always the same. CloudFormation resolves the reference between the two when it makes the
  // second, and neither shows nor keeps the value (CloudFormation user guide, "Get a secret or
  // secret value from Secrets Manager").
  void add_session_keys() {
    add_secret(
        "SessionKeySeed",
        {{"Description", "What the key that seals sessions is made of. Nothing reads it later."},
         {"GenerateSecretString", json::Object{{"PasswordLength", 42}, {"ExcludePunctuation", true}}
         }}
    );
    add_secret(
        "SessionKeys",
        {{"Description",
          "Keys that seal sessions, 32 bytes in base64, with commas between. The first seals, all "
          "open."},
         {"SecretString", substitute("{{resolve:secretsmanager:${SessionKeySeed}:SecretString}}A=")}
        }
    );
    auto const keys = ref_of("SessionKeys");
    parts_.secrets.of_davitd.push_back(
        {.variable = "DAVIT_SESSION_KEYS", .value_from = keys, .resource = keys}
    );
  }

  const Manifest& manifest_;
  Parts& parts_;
  Stack& stack_;
  std::vector<Made> made_;
};

}  // namespace

void add_secrets(const Manifest& manifest, Parts& parts, Stack& stack) {
  SecretsConcern(manifest, parts, stack).add();
}

}  // namespace davit::infra
