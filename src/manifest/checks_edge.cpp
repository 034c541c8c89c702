// What the world sees: domain, certificate, records, firewall, listeners.
#include <algorithm>

#include <fmt/format.h>

#include "manifest/findings.h"
#include "manifest/formats.h"

namespace davit::manifest {
namespace {

void check_domain_given(const Manifest& manifest, Findings& findings) {
  if (!manifest.domain.empty() || !on_aws(manifest)) return;
  if (!manifest.dns.zone.empty()) {
    findings.add("domain", "is missing: `dns.zone` gets a record for it; write the name");
  } else if (manifest.target == Target::hybrid) {
    findings.add(
        "domain", "is missing: `target: hybrid` has ECS and Lambda on one name; write yours"
    );
  }
}

void check_front_domain(const Manifest& manifest, Findings& findings) {
  if (manifest.target != Target::lambda || manifest.lambda.front != Front::url ||
      manifest.domain.empty()) {
    return;
  }
  // https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html
  findings.add(
      "domain", "cannot be that of a function URL; write `lambda.front: rest`, or leave it out"
  );
}

void check_failover(const Manifest& manifest, Findings& findings) {
  auto const& dns = manifest.dns;
  if (!on_aws(manifest)) return;
  if (!dns.failover.empty() && (dns.zone.empty() || !dns.health_check)) {
    findings.add(
        "dns.failover",
        fmt::format(
            "needs {}, so that Route 53 knows which of the two answers",
            dns.zone.empty() ? "`zone` and `health_check: true`" : "`health_check: true`"
        )
    );
  }
}

// Route 53 developer guide, "How Route 53 checks health": from many places on the internet.
void check_health_check(const Manifest& manifest, Findings& findings) {
  if (!on_aws(manifest) || !manifest.dns.health_check) return;
  if (manifest.domain.empty()) {
    findings.add("dns.health_check", "needs `domain`, the name that is checked");
  }
  auto const& network = manifest.network;
  auto const is_open = std::ranges::find(network.allow, "0.0.0.0/0") != network.allow.end();
  if (manifest.is_internet_facing() && (is_open || !manifest.on_ecs())) return;
  findings.add(
      "dns.health_check",
      fmt::format(
          "comes from the internet, which `network.{}` shuts out; leave it out",
          manifest.is_internet_facing() ? "allow" : "ingress"
      )
  );
}

// What an ARN must be of, and in which region; most services see their own only.
struct Expected {
  std::string_view key;
  std::string_view text;
  std::string_view service;
  std::string_view resource;  // what it begins with
  std::string_view what;
  bool is_regional = true;
};

void check_arn_of(const Manifest& manifest, const Expected& expected, Findings& findings) {
  auto const arn = parse_arn(expected.text);
  if (arn.service.empty()) return;
  if (arn.service != expected.service || !arn.resource.starts_with(expected.resource)) {
    findings.add(
        std::string(expected.key),
        fmt::format(
            "is no ARN of {}; it begins with arn:aws:{}:{}:ACCOUNT:{}",
            expected.what,
            expected.service,
            expected.is_regional ? manifest.region : "",
            expected.resource
        )
    );
  } else if (expected.is_regional && arn.region != manifest.region) {
    findings.add(
        std::string(expected.key),
        fmt::format(
            "is in {}, and the deployment in {}; name {} of {}",
            arn.region,
            manifest.region,
            expected.what,
            manifest.region
        )
    );
  }
}

void check_certificate(const Manifest& manifest, Findings& findings) {
  if (!on_aws(manifest)) return;
  auto const& arn = manifest.balancer.certificate;
  check_arn_of(
      manifest,
      {"balancer.certificate", arn, "acm", "certificate/", "a certificate of ACM"},
      findings
  );
}

void check_topic(const Manifest& manifest, Findings& findings) {
  if (!on_aws(manifest)) return;
  check_arn_of(manifest, {"alerts.topic", manifest.alerts.topic, "sns", "", "a topic"}, findings);
}

void check_key(const Manifest& manifest, Findings& findings) {
  if (!on_aws(manifest)) return;
  check_arn_of(manifest, {"secrets.kms", manifest.secrets.kms, "kms", "key/", "a key"}, findings);
}

void check_provider(const Manifest& manifest, Findings& findings) {
  if (!on_aws(manifest)) return;
  check_arn_of(
      manifest,
      {"deploy.oidc_provider",
       manifest.deploy.oidc_provider,
       "iam",
       "oidc-provider/",
       "a provider",
       false},
      findings
  );
}

// https://docs.aws.amazon.com/waf/latest/developerguide/how-aws-waf-works-resources.html: balancers
// and REST APIs.
void check_firewall(const Manifest& manifest, Findings& findings) {
  if (manifest.target != Target::lambda || !manifest.balancer.waf_rate ||
      manifest.lambda.front == Front::rest) {
    return;
  }
  findings.add(
      "balancer.waf_rate",
      "has no effect: AWS WAF protects balancers and REST APIs; write `lambda.front: rest`, or "
      "leave it out"
  );
}

void check_test_port(const Manifest& manifest, Findings& findings) {
  auto const port = manifest.balancer.test_port;
  if (!manifest.on_ecs() || manifest.release.strategy == Strategy::rolling) return;
  if (port != 80 && port != 443) return;
  findings.add(
      "balancer.test_port",
      fmt::format("is {}, the port of the clients; write another one, such as 8443", port)
  );
}

constexpr Check kChecks[] = {
    {"domain dns", check_domain_given},
    {"domain lambda", check_front_domain},
    {"dns", check_failover},
    {"dns domain network", check_health_check},
    {"balancer region", check_certificate},
    {"alerts region", check_topic},
    {"secrets region", check_key},
    {"deploy", check_provider},
    {"balancer lambda", check_firewall},
    {"balancer release", check_test_port},
};

}  // namespace

std::span<const Check> edge_checks() { return kChecks; }

}  // namespace davit::manifest
