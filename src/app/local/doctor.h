// Doctor: whether this machine can run the deployment, check by check, each with the next step.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "app/local/client.h"
#include "app/local/findings.h"

namespace davit::app {

struct DoctorRequest {
  Place place;
  std::string program;                          // davitd
  Duration patience = std::chrono::seconds(5);  // until a supervisor has answered
};
// Prints what was found. Answers the exit code, 4 when a check failed; it blocks meanwhile.
Result<int> run_doctor(const DoctorRequest& request);

std::string describe(const std::vector<Finding>& findings, const Look& look);

}  // namespace davit::app
