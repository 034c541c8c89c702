#include "connectors/dynatrace/place.h"

#include <algorithm>

#include <fmt/format.h>

#include "connector/instance.h"
#include "connectors/dynatrace/tables.h"

namespace davit::connectors::dynatrace {
namespace {

using connector::AuthRule;
using connector::Invocation;
using connector::Place;

// Behind the root of an environment: what people paste along with it.
constexpr Str kFolders[] = {"/ui", "/api", "/platform"};

struct Base {
  Str name;
  Str classic;  // empty where only the platform has it
  Str platform;
};

constexpr Base kBases[] = {
    {"v2:", "/api/v2", "/platform/classic/environment-api/v2"},
    {"grail:", "", "/platform/storage/query/v1"},
    {"plat:", "", "/platform"},
};

bool is_platform(const AuthRule& auth) {
  return auth.name == kPlatformToken || auth.name == kOauthClient;
}

// "https://abc12345.apps.dynatrace.com", "https://managed.example.com/e/0a1b".
std::string root_of(const http::Url& base) {
  Str path = base.path;
  for (auto const folder : kFolders) {
    for (auto at = path.find(folder); at != Str::npos; at = path.find(folder, at + 1)) {
      auto const end = at + folder.size();
      if (end == path.size() || path[end] == '/') path = path.substr(0, at);
    }
  }
  while (path.ends_with('/')) path.remove_suffix(1);
  return base.origin() + std::string(path);
}

std::string with_host_kind(const http::Url& base, Str from, Str to) {
  auto other = base;
  other.host.replace(other.host.find(from), from.size(), to);
  return other.origin();
}

Error refuse(std::string why) { return Error(ErrorKind::invalid_input, std::move(why)); }

}  // namespace

Place place(const http::Url& base, const AuthRule& auth, Str path) {
  for (auto const& entry : kBases) {
    if (!path.starts_with(entry.name)) continue;
    path.remove_prefix(entry.name.size());
    auto const& folder =
        is_platform(auth) || entry.classic.empty() ? entry.platform : entry.classic;
    return {.url = fmt::format("{}{}{}", root_of(base), folder, path)};
  }
  return {.url = fmt::format("{}{}", root_of(base), path)};
}

// https://docs.dynatrace.com/docs/manage/identity-access-management/access-tokens-and-oauth-clients
Result<> check_settings(const http::Url& base, const AuthRule& auth) {
  if (is_platform(auth)) {
    if (base.host.find(".live.") != std::string::npos) {
      return refuse(fmt::format(
          "a platform token or OAuth client does not work on {}: set url to {}",
          base.host,
          with_host_kind(base, ".live.", ".apps.")
      ));
    }
    if (base.path.starts_with("/e/")) {
      return refuse(
          "Managed and ActiveGate take neither platform tokens nor OAuth clients: use an access "
          "token (dt0c01), or set url to the environment at apps.dynatrace.com"
      );
    }
    return {};
  }
  if (auth.name == kAccessToken && base.host.find(".apps.") != std::string::npos) {
    return refuse(fmt::format(
        "an access token (dt0c01) does not work on {}: set url to {}, or use a platform token "
        "(dt0s16)",
        base.host,
        with_host_kind(base, ".apps.", ".live.")
    ));
  }
  return {};
}

bool has_platform(const Invocation& call) {
  auto const* auth = call.instance().upstream().auth();
  return auth != nullptr && is_platform(*auth);
}

Result<> require_platform(const Invocation& call, Str what) {
  if (has_platform(call)) return {};
  return Error(
      ErrorKind::forbidden,
      fmt::format(
          "{} needs the Dynatrace platform: an address at apps.dynatrace.com with a platform token "
          "(dt0s16) or an OAuth client (dt0s02), and this server has an access token; ask the "
          "operator",
          what
      )
  );
}

}  // namespace davit::connectors::dynatrace
