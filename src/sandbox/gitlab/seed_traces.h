// What jobs printed: with the runner's section markers, colours and carriage returns.
#pragma once

#include <string>
#include <string_view>

namespace davit::sandbox::gitlab::traces {

std::string plain(std::string_view job, std::string_view sha, std::string_view status);
// More than 4000 lines.
std::string failed_unit_tests(std::string_view sha);
std::string failed_lint(std::string_view sha);
std::string failed_smoke(std::string_view sha);

}  // namespace davit::sandbox::gitlab::traces
