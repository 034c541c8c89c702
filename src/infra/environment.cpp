#include "infra/environment.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "config/units.h"
#include "infra/servers_text.h"

namespace davit::infra {
namespace {

using namespace std::chrono_literals;
using manifest::Manifest;
using std::chrono::milliseconds;

// Holds the keys themselves (docs/configuration.md, "Secrets").
constexpr std::string_view kSessionKeys = "DAVIT_SESSION_KEYS";

// davitd's own defaults, from which the environment of a task departs only where it has to.
constexpr milliseconds kCall = 25s;
constexpr milliseconds kHeartbeat = 15s;
constexpr milliseconds kKeepAlive = 61min;
// Spot tells the task and the balancer at the same time; the balancer needs a moment (ECS developer
// guide, "Amazon ECS clusters for Fargate", on termination notices).
constexpr milliseconds kSpotNotice = 15s;

std::string joined(const std::vector<std::string>& texts) {
  return fmt::format("{}", fmt::join(texts, ","));
}

class Environment {
 public:
  Environment(
      const Manifest& manifest, const Parts& parts, const Container& container, Platform platform
  )
      : manifest_(manifest), parts_(parts), container_(container), platform_(platform) {
    if (platform == Platform::ecs) secrets_ = secrets_of(parts, container);
  }

  std::vector<Variable> variables() {
    for (auto const* server : container_.servers) {
      for (auto const& [name, text] : server->environment) set(name, Value(text));
    }
    if (container_.is_davitd) {
      set_listener();
      set_callers();
      set_times();
      set_replicas();
      set_references();
      set("DAVIT_SERVERS", Value(servers_text(container_.servers, secrets_)));
    } else {
      set("PORT", Value(std::to_string(container_.port)));
      set_artifacts();
    }
    set_traces();
    return std::move(variables_);
  }

 private:
  // What is there already wins: what the manifest says, and secrets, with which ECS refuses to
  // share a name.
  void set(std::string_view name, Value value) {
    if (std::ranges::find(secrets_, name, &SecretUse::variable) != secrets_.end()) return;
    if (std::ranges::find(variables_, name, &Variable::name) != variables_.end()) return;
    variables_.push_back({std::string(name), std::move(value)});
  }
  void set(std::string_view name, milliseconds duration) {
    set(name, Value(config::format_duration(duration)));
  }

  bool on_ecs() const { return platform_ == Platform::ecs; }

  // The reference as davitd can follow it: to the variable in which the secret arrives.
  std::string reference_in_container(const std::string& reference) const {
    auto const found = std::ranges::find(secrets_, reference, &SecretUse::reference);
    return found == secrets_.end() ? reference : "env:" + found->variable;
  }

  bool has_session_keys() const {
    return std::ranges::find(secrets_, kSessionKeys, &SecretUse::variable) != secrets_.end();
  }

  void set_listener() {
    set("DAVIT_RELEASE", ref_of("Release"));
    set("DAVIT_LOG_LEVEL", Value(manifest_.logs.level));
    auto const hosts = allowed_hosts();
    if (!hosts.empty()) set("DAVIT_ALLOWED_HOSTS", concat(hosts));
    if (manifest_.on_lambda() && !manifest_.lambda.origins.empty()) {
      set("DAVIT_ALLOWED_ORIGINS", Value(joined(manifest_.lambda.origins)));
    }
    if (!on_ecs()) return;
    set("DAVIT_HOST", Value("0.0.0.0"));
    set("DAVIT_PORT", Value(std::to_string(container_.port)));
  }

  // The names under which clients come, with commas between.
  Values allowed_hosts() const {
    Values hosts;
    auto const is_url = !manifest_.on_ecs() && manifest_.lambda.front == manifest::Front::url;
    if (!manifest_.domain.empty() && !is_url) {
      hosts.emplace_back(manifest_.domain);
    } else if (on_ecs() && !parts_.edge.dns_name.is_null()) {
      hosts.push_back(parts_.edge.dns_name);
    } else if (!on_ecs()) {
      // The gateway's own name is made with the stack, and no other leads to the function.
      hosts.emplace_back("*");
    }
    if (on_ecs() && !manifest_.service.connect.empty()) {
      hosts.emplace_back((hosts.empty() ? "" : ",") + container_.name);
    }
    return hosts;
  }

  // Who checks tokens: the balancer, or an HTTP API. A REST API and a function's own address have
  // nobody but the function.
  bool checks_tokens() const {
    if (manifest_.auth.jwt_issuer.empty() || manifest_.on_ecs()) return false;
    return manifest_.lambda.front != manifest::Front::http || !manifest_.auth.jwt_jwks.empty();
  }

  void set_tokens() {
    auto const& auth = manifest_.auth;
    set("DAVIT_AUTH_JWT_ISSUER", Value(auth.jwt_issuer));
    set("DAVIT_AUTH_JWT_AUDIENCE", Value(auth.jwt_audience));
    if (!auth.jwt_jwks.empty()) set("DAVIT_AUTH_JWT_JWKS", Value(auth.jwt_jwks));
  }

  // Signatures are checked by what stands in front; keys by davitd itself.
  void set_callers() {
    if (checks_tokens()) return set_tokens();
    if (manifest_.auth.api_keys.empty()) return set("DAVIT_AUTH", Value("none"));
    std::vector<std::string> references;
    for (auto const& key : manifest_.auth.api_keys) {
      references.push_back(reference_in_container(key));
    }
    set("DAVIT_AUTH_API_KEYS", Value(joined(references)));
  }

  // Each stays below what the platform allows: heartbeats below the balancer's idle time, calls
  // below the drain, the drain below SIGKILL, streams below the moment at which they would be cut.
  void set_times() {
    if (!on_ecs()) {
      return set(
          "DAVIT_STREAMS_MAX_AGE", std::max<milliseconds>(1s, manifest_.lambda.timeout * 4 / 5)
      );
    }
    auto const& balancer = manifest_.balancer;
    milliseconds const drain = milliseconds(manifest_.service.stop_timeout) * 5 / 6;
    set("DAVIT_TIMEOUTS_DRAIN", drain);
    if (auto const call = drain * 4 / 5; call < kCall) set("DAVIT_TIMEOUTS_CALL", call);
    if (manifest_.service.capacity != manifest::Capacity::fargate) {
      set("DAVIT_TIMEOUTS_DRAIN_NOTICE", std::min<milliseconds>(kSpotNotice, drain / 2));
    }
    milliseconds const idle = balancer.idle_timeout;
    set("DAVIT_TIMEOUTS_HEARTBEAT", std::min<milliseconds>(kHeartbeat, idle / 4));
    set("DAVIT_TIMEOUTS_KEEP_ALIVE", std::max<milliseconds>(kKeepAlive, idle + 1min));
    milliseconds const delay = balancer.deregistration_delay;
    set("DAVIT_STREAMS_MAX_AGE", std::max<milliseconds>(1s, delay * 4 / 5));
  }

  // What replicas share needs a key ring that all of them have.
  void set_replicas() {
    if (!has_session_keys()) return;
    // The address is known to the running task only, and davitd finds it out there.
    set("DAVIT_PEER_HOST", Value("0.0.0.0"));
    set("DAVIT_PEER_PORT", Value(std::to_string(kPeerPort)));
    set_store();
  }

  void set_store() {
    auto const& store = manifest_.state.store;
    if (!parts_.store.url.is_null()) {
      set("DAVIT_STATE_STORE", parts_.store.url);
    } else if (store != "none" && store != "valkey") {
      set("DAVIT_STATE_STORE", Value(reference_in_container(store)));
    }
  }

  // Lambda puts no secrets into variables: the function follows the references by itself.
  void set_references() {
    if (on_ecs()) return;
    auto const& uses = parts_.secrets.of_davitd;
    auto const keys = std::ranges::find(uses, kSessionKeys, &SecretUse::variable);
    if (keys != uses.end()) set(kSessionKeys, concat({Value("secretsmanager:"), keys->resource}));
    set_store();
  }

  void set_artifacts() {
    if (!manifest_.state.has_bucket()) return;
    set("ARTIFACTS_BUCKET", parts_.storage.bucket);
  }

  // OpenTelemetry specification 1.30, "OpenTelemetry Protocol Exporter" and "General SDK
  // Configuration".
  void set_traces() {
    auto const is_heard = on_ecs() || !manifest_.traces_endpoint.empty();
    if (manifest_.traces == manifest::Traces::none || !is_heard) return;
    auto const endpoint =
        manifest_.traces_endpoint.empty() ? "http://localhost:4318" : manifest_.traces_endpoint;
    set("OTEL_SERVICE_NAME", Value(manifest_.stack_name() + '-' + container_.name));
    set("OTEL_EXPORTER_OTLP_ENDPOINT", Value(endpoint));
    set("OTEL_EXPORTER_OTLP_PROTOCOL", Value("http/protobuf"));
    set("OTEL_TRACES_SAMPLER", Value("parentbased_traceidratio"));
    set("OTEL_TRACES_SAMPLER_ARG", Value(fmt::format("{}", manifest_.traces_sample / 100.0)));
  }

  const Manifest& manifest_;
  const Parts& parts_;
  const Container& container_;
  Platform platform_;
  std::vector<SecretUse> secrets_;  // that arrive in variables
  std::vector<Variable> variables_;
};

}  // namespace

std::vector<Variable> environment_of(
    const Manifest& manifest, const Parts& parts, const Container& container, Platform platform
) {
  return Environment(manifest, parts, container, platform).variables();
}

std::vector<SecretUse> secrets_of(const Parts& parts, const Container& container) {
  std::vector<SecretUse> secrets;
  auto const add = [&secrets](const std::vector<SecretUse>& uses) {
    for (auto const& use : uses) {
      auto const has = std::ranges::find(secrets, use.variable, &SecretUse::variable);
      if (has == secrets.end()) secrets.push_back(use);
    }
  };
  if (container.is_davitd) add(parts.secrets.of_davitd);
  for (auto const* server : container.servers) {
    auto const found = parts.secrets.of_server.find(server->name());
    if (found != parts.secrets.of_server.end()) add(found->second);
  }
  return secrets;
}

bool has_collector(const Manifest& manifest) {
  return manifest.traces != manifest::Traces::none && manifest.traces_endpoint.empty();
}

}  // namespace davit::infra
