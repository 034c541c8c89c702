#include "sandbox/story.h"

#include <fmt/format.h>

namespace davit::sandbox::story {

std::string merge_request_url(const Addresses& at) {
  return fmt::format("{}/{}/-/merge_requests/{}", at.gitlab, kProject, kMergeRequest);
}
std::string problem_url(const Addresses& at) {
  return fmt::format(
      "{}/ui/apps/dynatrace.classic.problems/#problems/problemdetails;pid={}",
      at.dynatrace,
      kProblemId
  );
}
std::string page_url(const Addresses& at) {
  return fmt::format("{}/incidents/{}", at.pagerduty, kPage);
}
std::string incident_url(const Addresses& at) {
  return fmt::format(
      "{}/nav_to.do?uri=incident.do?sysparm_query=number={}", at.servicenow, kIncident
  );
}
std::string change_url(const Addresses& at) {
  return fmt::format(
      "{}/nav_to.do?uri=change_request.do?sysparm_query=number={}", at.servicenow, kChange
  );
}
std::string ticket_url(const Addresses& at) {
  return fmt::format("{}/browse/{}", at.atlassian, kTicket);
}
std::string post_mortem_url(const Addresses& at) {
  return fmt::format("{}/wiki/spaces/{}/pages/{}", at.atlassian, kSpace, kPostMortem);
}

}  // namespace davit::sandbox::story
