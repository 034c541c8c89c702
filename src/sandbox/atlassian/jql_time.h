// Times and numbers as JQL writes them.
#pragma once

#include <optional>

#include "sandbox/atlassian/jql.h"

namespace davit::sandbox::atlassian {

// "-7d", "2026-11-21", "2026/11/21 09:30", startOfDay(-1), now(): milliseconds since 1970. Nothing
// for what is none of these.
std::optional<double> jql_time(const JqlOperand& operand, Time now);

}  // namespace davit::sandbox::atlassian
