// The story that all sandboxes tell, each its part of it. Harbor sells tickets. A merge request
// that keeps too many connections is merged and deployed; checkout begins to fail; Dynatrace raises
// a problem, which pages the engineer on call; the service desk opens an incident; a ticket gathers
// what is known; and a post-mortem page waits to be written. Names, ids and times that two
// sandboxes mention are here and only here.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "sandbox/time_text.h"

namespace davit::sandbox {

// Where the sandboxes are, each without a slash at its end: "http://127.0.0.1:8929". Their texts
// link to one another with these.
struct Addresses {
  std::string gitlab;
  std::string atlassian;
  std::string dynatrace;
  std::string pagerduty;
  std::string servicenow;
};

namespace story {

struct Person {
  std::string_view username;
  std::string_view name;
  std::string_view email;
  std::string_view title;
};

inline constexpr Person kMina{"mina", "Mina Okafor", "mina@harbor.example", "Engineering manager"};
inline constexpr Person kJonas{"jonas", "Jonas Berg", "jonas@harbor.example", "Backend engineer"};
inline constexpr Person kAisha{"aisha", "Aisha Rahman", "aisha@harbor.example", "Staff engineer"};
// On call when it happens.
inline constexpr Person kTomas{
    "tomas", "Tomas Lind", "tomas@harbor.example", "Site reliability engineer"
};
inline constexpr Person kPriya{"priya", "Priya Nair", "priya@harbor.example", "Change manager"};
// Of the service desk; opens the incident.
inline constexpr Person kLena{"lena", "Lena Fischer", "lena@harbor.example", "Service desk agent"};
inline constexpr Person kPeople[] = {kMina, kJonas, kAisha, kTomas, kPriya, kLena};
// The token of each sandbox is Mina's.
inline constexpr const Person& kCaller = kMina;

// The systems, by the same name everywhere.
inline constexpr std::string_view kService = "harbor-api";         // orders, payments, tickets
inline constexpr std::string_view kFrontEnd = "harbor-web";        // calls kService
inline constexpr std::string_view kDatabase = "orders-db";         // used by kService
inline constexpr std::string_view kProvider = "payment-provider";  // outside, called by kService
inline constexpr std::string_view kTeam = "Payments";
inline constexpr std::string_view kBadVersion = "4.2.0";
inline constexpr std::string_view kGoodVersion = "4.1.14";

// GitLab
inline constexpr std::string_view kProject = "harbor/api";
inline constexpr int kMergeRequest = 10;  // by Jonas, merged by Aisha
inline constexpr std::string_view kMergeRequestTitle =
    "Keep connections to the payment provider open";
// In logs, spans and the post-mortem: what the merge request broke.
inline constexpr std::string_view kSymptom =
    "PoolExhaustedError: no free connection to payment-provider after 2000 ms (pool size 4)";

// Dynatrace
inline constexpr std::string_view kProblem = "P-26110042";
inline constexpr std::string_view kProblemId = "-4211906530071144123_1763726400000V2";
inline constexpr std::string_view kProblemTitle = "Failure rate increase";
inline constexpr std::string_view kServiceEntity = "SERVICE-6B1F0C2E5A7D9301";
inline constexpr std::string_view kFrontEndEntity = "SERVICE-2D94A7710C3E5B68";

// PagerDuty
inline constexpr std::string_view kPage = "Q1HARBOR0042XY";  // id of the incident
inline constexpr int kPageNumber = 1042;
inline constexpr std::string_view kPageTitle =
    "harbor-api: failure rate increase (12.4 % of requests)";
inline constexpr std::string_view kPageService = "PHARAPI";  // named "Harbor API"

// ServiceNow
inline constexpr std::string_view kIncident = "INC0010042";
inline constexpr std::string_view kIncidentTitle = "Customers cannot pay: checkout answers 503";
inline constexpr std::string_view kChange = "CHG0030021";
inline constexpr std::string_view kChangeTitle = "Deploy harbor-api 4.2.0 to production";

// Jira and Confluence
inline constexpr std::string_view kTicket = "HARB-231";
inline constexpr std::string_view kTicketTitle =
    "Checkout fails since 4.2.0: connection pool exhausted";
inline constexpr std::string_view kSpace = "HARBOR";      // key of the Confluence space
inline constexpr std::string_view kPostMortem = "98310";  // id of the page, to be filled in
inline constexpr std::string_view kPostMortemTitle = "Post-mortem: checkout outage";
inline constexpr std::string_view kRunbook = "98244";
inline constexpr std::string_view kRunbookTitle = "Runbook: payment provider";

// Before the sandbox started, when the story stands still and the user comes in.
using std::chrono::minutes;
inline constexpr minutes kMerged{55};
inline constexpr minutes kDeployed{48};
inline constexpr minutes kProblemOpened{41};
inline constexpr minutes kPaged{40};
inline constexpr minutes kAcknowledged{36};
inline constexpr minutes kIncidentOpened{34};
inline constexpr minutes kTicketOpened{25};

// Web addresses, as people paste them.
std::string merge_request_url(const Addresses& at);
std::string problem_url(const Addresses& at);
std::string page_url(const Addresses& at);
std::string incident_url(const Addresses& at);
std::string change_url(const Addresses& at);
std::string ticket_url(const Addresses& at);
std::string post_mortem_url(const Addresses& at);

}  // namespace story
}  // namespace davit::sandbox
