#include "connectors/dynatrace/dynatrace.h"

#include "connectors/dynatrace/advice.h"
#include "connectors/dynatrace/place.h"
#include "connectors/dynatrace/references.h"
#include "connectors/dynatrace/tables.h"

namespace davit::connectors::dynatrace {
namespace {

// Scopes of access tokens, then those of platform tokens and OAuth clients.
// https://docs.dynatrace.com/docs/manage/identity-access-management/access-tokens-and-oauth-clients
constexpr Toolset kToolsets[] = {
    {"environment", "What this server may do.", "apiTokens.read or any platform scope"},
    {"problems",
     "What Dynatrace found wrong.",
     "problems.read or environment-api:problems:read",
     "problems.write or environment-api:problems:write"},
    {"dql", "Queries of Grail.", "storage:buckets:read and the storage:...:read of what is fetched"
    },
    {"logs", "Log records.", "logs.read or storage:logs:read with storage:buckets:read"},
    {"metrics", "Metrics and their series.", "metrics.read or environment-api:metrics:read"},
    {"entities",
     "Services, hosts, processes and how they hang together.",
     "entities.read or environment-api:entities:read"},
    {"events",
     "Deployments, changes, Kubernetes.",
     "events.read or environment-api:events:read, and storage:events:read for Kubernetes",
     "events.ingest or storage:events:write"},
    {"slo", "Service-level objectives.", "slo.read or environment-api:slo:read"},
    {"security",
     "Vulnerabilities.",
     "securityProblems.read or environment-api:security-problems:read"},
    {"traces", "Requests and their spans.", "storage:spans:read with storage:buckets:read"},
    {"documents", "Dashboards and notebooks.", "document:documents:read", "document:documents:write"
    },
    {"maintenance",
     "Silence during work.",
     "settings.read or settings:objects:read",
     "settings.write or settings:objects:write"},
};

// What the default tools need. A client that lacks one of them must be given it.
constexpr Str kOauthScopes =
    "environment-api:problems:read environment-api:problems:write environment-api:entities:read "
    "environment-api:metrics:read environment-api:events:read environment-api:slo:read "
    "environment-api:security-problems:read storage:buckets:read storage:logs:read "
    "storage:spans:read storage:events:read storage:events:write storage:metrics:read "
    "storage:entities:read settings:objects:read settings:objects:write";

// https://docs.dynatrace.com/docs/manage/identity-access-management/access-tokens-and-oauth-clients
constexpr AuthRule kAuth[] = {
    {.name = kAccessToken,
     .prefix = "dt0c01.",
     .scheme = "Api-Token ",
     .note = "access token of an environment at live.dynatrace.com, of Managed or an ActiveGate; "
             "without DQL and the platform"},
    {.name = kPlatformToken,
     .prefix = "dt0s16.",
     .note = "platform token, for an environment at apps.dynatrace.com"},
    {.name = kOauthClient,
     .kind = AuthRule::Kind::client_credentials,
     .prefix = "dt0s02.",
     .needs_user = true,
     .token_url = "https://sso.dynatrace.com/sso/oauth2/token",
     .scope = kOauthScopes,
     .note = "secret of an OAuth client whose id is `user`, for apps.dynatrace.com"},
};

constexpr const std::span<const Tool>* kTables[] = {
    &environment_tools,
    &problem_tools,
    &dql_tools,
    &log_tools,
    &metric_tools,
    &entity_tools,
    &event_tools,
    &slo_tools,
    &vulnerability_tools,
    &trace_tools,
    &document_tools,
    &maintenance_tools,
};

// Shown to administrators as the origin of a query.
constexpr std::pair<Str, Str> kHeaders[] = {{"dt-client-context", "davit"}};

}  // namespace

// Limits: https://docs.dynatrace.com/docs/discover-dynatrace/references/dynatrace-api/basics/
// access-limit; the reset is Unix time in microseconds.
constexpr connector::Connector connector{
    .name = "dynatrace",
    .title = "Dynatrace",
    .auth = kAuth,
    .headers = kHeaders,
    .toolsets = kToolsets,
    .tables = kTables,
    .error_paths = "error.message +error.details.errorMessage 0.error.message message",
    .reset_header = "X-RateLimit-Reset",
    .foreign_authors = "users and monitored systems",
    .check_settings = check_settings,
    .place = place,
    .resolve = resolve_references,
    .advice = advice,
};

}  // namespace davit::connectors::dynatrace
