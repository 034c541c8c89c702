#include <fmt/format.h>

#include "infra/concerns.h"

namespace davit::infra {
namespace {

// A function's own URL takes no domain of ours, so that a certificate would wait for nobody.
bool has_use_for_certificate(const Manifest& manifest) {
  return manifest.on_ecs() || manifest.lambda.front != manifest::Front::url;
}

// CloudFormation adds the record that proves the domain where it is told the zone, and otherwise
// waits for somebody to add it. ACM gives up after 72 hours (ACM user guide, "DNS validation").
void add_certificate_for_domain(const Manifest& manifest, Stack& stack) {
  json::Object properties{{"DomainName", manifest.domain}, {"ValidationMethod", "DNS"}};
  if (!manifest.dns.zone.empty()) {
    properties["DomainValidationOptions"] = json::Array{
        json::Object{{"DomainName", manifest.domain}, {"HostedZoneId", manifest.dns.zone}}
    };
  } else {
    stack.add_note(fmt::format(
        "The stack stops at Certificate until the domain is proven: add the CNAME record that the "
        "stack's events name (\"Content of DNS Record is ...\") to the zone of {}, and leave it "
        "there, since renewals look for it too. ACM waits 72 hours. `dns.zone` does this for you.",
        manifest.domain
    ));
  }
  stack.add(
      Layer::edge, "Certificate", "AWS::CertificateManager::Certificate", std::move(properties)
  );
}

}  // namespace

void add_certificate(const Manifest& manifest, Parts& parts, Stack& stack) {
  if (!manifest.balancer.certificate.empty()) {
    parts.edge.certificate = Value(manifest.balancer.certificate);
  } else if (!manifest.domain.empty() && has_use_for_certificate(manifest)) {
    add_certificate_for_domain(manifest, stack);
    parts.edge.certificate = ref_of("Certificate");
  }
}

}  // namespace davit::infra
