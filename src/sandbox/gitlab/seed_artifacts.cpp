// What the jobs of the seed left.
#include "sandbox/gitlab/seed.h"

namespace davit::sandbox::gitlab {
namespace {

constexpr std::string_view kReport = R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="vitest tests" tests="123" failures="2" errors="0" time="133.02">
  <testsuite name="test/payments/retry.test.ts" tests="2" failures="1" time="5.415">
    <testcase classname="test/payments/retry.test.ts" name="retry &gt; gives up" time="5.003">
      <failure message="Test timed out in 5000ms." type="Error">
test/payments/retry.test.ts:14:3
      </failure>
    </testcase>
  </testsuite>
  <testsuite name="test/payments/client.test.ts" tests="1" failures="1" time="0.871">
    <testcase classname="test/payments/client.test.ts" name="PaymentClient &gt; charges once" time="0.871">
      <failure message="expected [ ...(3) ] to have a length of 1 but got 3" type="AssertionError">
test/payments/client.test.ts:10:27
      </failure>
    </testcase>
  </testsuite>
</testsuites>
)";

std::string archive() {
  constexpr std::string_view kBytes = "\x1F\x8B\x08\0\0\0\0\0\0\3\x4B\x4C\x4A\6\0\xC2\x41\x24\x35";
  return std::string(kBytes.data(), 19);
}

}  // namespace

void seed_artifacts(Store& store) {
  auto& jobs = store.projects.at(kApi).jobs;
  jobs.at(61070).artifacts = {
      {"dist/server.js", "import Fastify from 'fastify';\n"},
      {"dist/payments/client.js", "import { request } from 'undici';\n"},
      {"dist/server.js.map.gz", archive()},
  };
  jobs.at(61072).artifacts = {{"junit.xml", std::string(kReport)}};
}

}  // namespace davit::sandbox::gitlab
