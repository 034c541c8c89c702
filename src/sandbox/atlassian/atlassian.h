// An Atlassian Cloud site in memory: Jira (/rest/api/3, /rest/agile/1.0, /rest/software/1.0), and
// whatever is given for /wiki.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "http/server.h"
#include "sandbox/control.h"
#include "sandbox/story.h"

namespace davit::sandbox::atlassian {

struct Options {
  std::string email = "mina@harbor.example";
  std::string token = "sandbox-token";
  int requests_per_minute = 3000;
};

std::unique_ptr<http::Handler> make_sandbox(
    Options options, const Addresses& at, const Clock& clock
);

// The same with Confluence: `wiki` answers what is under /wiki, once the credential is checked.
std::unique_ptr<http::Handler> make_sandbox(
    Options options, const Addresses& at, const Clock& clock, std::unique_ptr<sandbox::Service> wiki
);

}  // namespace davit::sandbox::atlassian
