// Doctor: whether this machine can run the deployment, check by check, each with the next step.
#pragma once

#include <string>
#include <vector>

#include "app/local/client.h"

namespace davit::app {

struct Finding {
  enum class Outcome { ok, failed, skipped };
  std::string name;
  Outcome outcome = Outcome::ok;
  std::string detail;
  std::string next;  // what to do about it
};

struct DoctorRequest {
  Place place;
  std::string program;
};
// Exit code 4 when a check failed.
Result<int> run_doctor(const DoctorRequest& request);

std::string describe(const std::vector<Finding>& findings, const Look& look);

}  // namespace davit::app
