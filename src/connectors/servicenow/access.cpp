#include "connectors/servicenow/access.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "connectors/servicenow/names.h"

namespace davit::connectors::servicenow {
namespace {

// A '*' at the end stands for any end.
constexpr std::string_view kUnreadable[] = {
    "sys_user_token",   "sys_user_has_role",
    "sys_user_session", "sys_user_password*",
    "sys_password*",    "oauth_*",
    "sys_credentials*", "discovery_credentials*",
    "*_credentials",    "sys_certificate*",
    "sys_properties",   "sys_security_acl*",
    "sys_auth*",        "sys_kmf*",
    "ecc_queue*",       "ecc_agent*",
    "sys_email*",       "sys_api_key*",
    "sys_encryption*",  "sn_kmf*",
    "api_key*",         "sys_user_multifactor*",
    "multi_factor*",    "password_*",
};
constexpr std::string_view kUnwritable[] = {
    "sys_script*",
    "sys_dictionary*",
    "sys_db_object*",
    "sys_user_role*",
    "sys_user_grmember",
    "sys_group_has_role",
    "sys_journal_field",
    "sys_audit*",
    "sys_ws_*",
    "sys_web_service*",
    "sys_ui_*",
    "sysevent*",
    "sysauto*",
    "sys_trigger*",
    "sys_hub_*",
    "sys_flow*",
    "wf_*",
    "sys_processor*",
    "sys_update_*",
    "sys_rest_*",
    "sys_choice*",
    "sys_plugins*",
    "v_plugin*",
    "sys_transform*",
    "sys_public*",
    "ldap_*",
    "saml*",
};
constexpr std::string_view kSecretWords[] = {
    "token", "secret", "password", "private_key", "passphrase", "api_key"
};
constexpr std::string_view kSecretTypes[] = {"password", "password2", "glide_encrypted"};

bool fits(std::string_view table, std::string_view pattern) {
  if (pattern.starts_with('*')) return table.ends_with(pattern.substr(1));
  if (pattern.ends_with('*')) return table.starts_with(pattern.substr(0, pattern.size() - 1));
  return table == pattern;
}

template <class List>
bool is_among(const List& patterns, std::string_view table) {
  return std::ranges::any_of(patterns, [&](auto pattern) { return fits(table, pattern); });
}

}  // namespace

Result<> check_readable(std::string_view table) {
  if (!is_table_name(table)) {
    return Error(
        ErrorKind::invalid_input,
        "table must be the name of a table in lower case, such as incident or u_asset"
    );
  }
  if (!is_among(kUnreadable, table)) return {};
  return Error(
      ErrorKind::forbidden,
      fmt::format("the table {} may hold secrets or rights and is not read by this server", table)
  );
}

Result<> check_writable(std::string_view table) {
  DAVIT_CHECK(check_readable(table));
  if (!is_among(kUnwritable, table)) return {};
  return Error(
      ErrorKind::forbidden,
      fmt::format("the table {} configures the instance and is not written by this server", table)
  );
}

bool is_secret_field(std::string_view name) {
  auto const lower = to_lower(name);
  return std::ranges::any_of(kSecretWords, [&](auto word) {
    return lower.find(word) != std::string::npos;
  });
}

bool is_secret_type(std::string_view type) {
  return std::ranges::find(kSecretTypes, type) != std::end(kSecretTypes);
}

}  // namespace davit::connectors::servicenow
