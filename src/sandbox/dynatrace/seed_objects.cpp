// Objectives, vulnerabilities, and documents.
#include <fmt/format.h>

#include "sandbox/dynatrace/seed.h"

namespace davit::sandbox::dynatrace {
namespace {

using std::chrono::hours;

constexpr std::string_view kRate =
    "(100)-(builtin:service.errors.total.rate:filter(eq(\"dt.entity.service\",\"{}\")))";

struct Seed {
  std::string_view title;
  std::string_view cve;
  std::string_view package;
  std::string_view technology;
  std::string_view level;
  double score;
  bool is_exposed;
  bool has_exploit;
  std::string_view groups;  // names, with blanks between
};

constexpr Seed kVulnerabilities[] = {
    {"Prototype Pollution",
     "CVE-2026-20417",
     "qs-parse:4.1.0",
     "NODE_JS",
     "CRITICAL",
     9.8,
     true,
     true,
     "harbor-api harbor-web"},
    {"Deserialization of Untrusted Data",
     "CVE-2026-18233",
     "jackson-lite:2.17.1",
     "JAVA",
     "HIGH",
     8.1,
     false,
     true,
     "harbor-auth harbor-mailer"},
    {"Denial of Service",
     "CVE-2025-99120",
     "go-imaging:1.6.2",
     "GO",
     "MEDIUM",
     5.3,
     false,
     false,
     "harbor-seats"},
};

}  // namespace

void seed_objectives(Store& store) {
  auto const add = [&](std::string_view name,
                       std::string_view about,
                       std::string entity,
                       double target,
                       double value,
                       double burn) {
    store.slos.push_back(
        {.id = stable_uuid(fmt::format("slo {}", name)),
         .name = std::string(name),
         .description = std::string(about),
         .expression = fmt::format(fmt::runtime(kRate), entity),
         .filter = fmt::format("type(\"SERVICE\"),entityId(\"{}\")", entity),
         .target = target,
         .warning = target + (100 - target) / 2,
         .value = value,
         .burn_rate = burn,
         .entity = std::move(entity)}
    );
  };
  add("Checkout availability",
      "Requests to harbor-api that do not fail",
      std::string(story::kServiceEntity),
      99.5,
      98.71,
      14.6);
  add("Ticket shop availability",
      "Requests to harbor-web that do not fail",
      std::string(story::kFrontEndEntity),
      99.0,
      99.24,
      3.2);
  for (int number = 1; number <= 28; ++number) {
    add(fmt::format("Host {} availability", host_name(number)),
        "Uptime of a node",
        host_entity(number),
        99.0,
        99.98,
        0.1);
  }
  add("Search latency \"fast\" <i>enough</i>",
      kHostileText,
      entity_id("SERVICE", "harbor-search"),
      95.0,
      97.2,
      0.5);
  store.slos.back().is_enabled = false;
}

void seed_vulnerabilities(Store& store) {
  int number = 0;
  for (auto const& seed : kVulnerabilities) {
    ++number;
    Vulnerability one{
        .id = fmt::format("{}", 4'815'162'342'000'000'000 + number),
        .display_id = fmt::format("S-{}", 120 + number),
        .title = std::string(seed.title),
        .description = fmt::format(
            "## Overview\nAffected versions of {} are vulnerable to {}.\n", seed.package, seed.title
        ),
        .cve = std::string(seed.cve),
        .package = std::string(seed.package),
        .technology = std::string(seed.technology),
        .level = std::string(seed.level),
        .score = seed.score,
        .is_exposed = seed.is_exposed,
        .has_exploit = seed.has_exploit,
        .first_seen = store.seeded - hours(90 * number),
    };
    for (auto names = seed.groups; !names.empty();) {
      auto const blank = names.find(' ');
      one.affected.push_back(entity_id("PROCESS_GROUP", names.substr(0, blank)));
      names.remove_prefix(blank == names.npos ? names.size() : blank + 1);
    }
    store.vulnerabilities.push_back(std::move(one));
  }
}

void seed_documents(Store& store, const Addresses& addresses) {
  auto const add = [&](std::string_view name, std::string_view type, std::string content) {
    store.documents.push_back(
        {.id = stable_uuid(fmt::format("document of {}", name)),
         .name = std::string(name),
         .type = std::string(type),
         .owner = std::string(story::kTomas.email),
         .content = std::move(content),
         .modified = store.seeded - hours(30)}
    );
  };
  add("Harbor checkout", "dashboard", "{}");
  add("Payment provider connections",
      "notebook",
      fmt::format(
          "See {}/wiki/spaces/{}/pages/{}.", addresses.atlassian, story::kSpace, story::kRunbook
      ));
  add("Checkout outage: investigation", "notebook", std::string(story::kSymptom));
  for (int number = 1; number <= 42; ++number) {
    add(fmt::format("Node {}", host_name(number)), "dashboard", "{}");
  }
}

}  // namespace davit::sandbox::dynatrace
