#include "sandbox/gitlab/seed_traces.h"

#include <fmt/format.h>

namespace davit::sandbox::gitlab::traces {
namespace {

constexpr std::string_view kGreen = "\x1b[32;1m";
constexpr std::string_view kRed = "\x1b[31;1m";
constexpr std::string_view kReset = "\x1b[0;m";
constexpr std::string_view kClear = "\x1b[0K";

// docs.gitlab.com/ci/jobs/job_logs, "Expand and collapse job log sections".
class Log {
 public:
  Log(std::string_view job, std::string_view sha) {
    line("Running with gitlab-runner 19.4.0 (1c5d0b3a)");
    line("  on linux-docker-1 xS6Vzpvo, system ID: s_6b1f6a8d2c14");
    begin("prepare_executor", "Preparing the \"docker\" executor");
    line("Using Docker executor with image node:22 ...");
    line("Pulling docker image node:22 ...");
    end();
    begin("get_sources", "Getting source from Git repository");
    line("Fetching changes with git depth set to 20...");
    line(fmt::format(
        "{}Checking out {} as detached HEAD ({})...{}", kGreen, sha.substr(0, 8), job, kReset
    ));
    end();
    begin("step_script", "Executing \"step_script\" stage of the job script");
  }

  void begin(std::string_view section, std::string_view title) {
    section_ = section;
    text_ += fmt::format(
        "section_start:{}:{}\r{}{}\x1b[36;1m{}{}{}\n",
        clock_,
        section,
        kClear,
        kClear,
        title,
        kReset,
        kClear
    );
    clock_ += 3;
  }
  void end() { text_ += fmt::format("section_end:{}:{}\r{}", clock_, section_, kClear); }
  void line(std::string_view text) {
    text_ += text;
    text_ += '\n';
  }
  void command(std::string_view text) { line(fmt::format("{}$ {}{}", kGreen, text, kReset)); }
  // A progress bar that paints over itself.
  void progress(std::string_view what) {
    for (int percent = 0; percent <= 100; percent += 20) {
      text_ += fmt::format("\r{} {:3} %", what, percent);
    }
    text_ += '\n';
  }
  std::string succeed() {
    end();
    line(fmt::format("{}Job succeeded{}", kGreen, kReset));
    return std::move(text_);
  }
  std::string fail(int code) {
    end();
    begin("cleanup_file_variables", "Cleaning up project directory and file based variables");
    end();
    line(fmt::format("{}ERROR: Job failed: exit code {}{}", kRed, code, kReset));
    return std::move(text_);
  }
  std::string unfinished() { return std::move(text_); }

 private:
  std::string text_;
  std::string section_;
  long clock_ = 1763568380;
};

}  // namespace

std::string plain(std::string_view job, std::string_view sha, std::string_view status) {
  Log log(job, sha);
  log.command("npm ci");
  log.progress("reify:");
  log.line("added 180 packages in 9s");
  log.command(fmt::format("npm run {}", job));
  if (status == "running") return log.unfinished();
  if (status == "success") return log.succeed();
  log.line(fmt::format("{}something went wrong in {}{}", kRed, job, kReset));
  return log.fail(1);
}

std::string failed_unit_tests(std::string_view sha) {
  Log log("unit-tests", sha);
  log.command("npm ci");
  log.progress("reify:");
  log.line("added 180 packages in 11s");
  log.line("npm warn deprecated inflight@1.0.6: This module is not supported, and leaks memory.");
  log.command("npm run test:unit");
  log.line("> @harbor/api@4.1.14 test:unit");
  log.line("> vitest run --reporter=junit --outputFile=junit.xml test");
  // The endless retry writes the same complaint over and over.
  for (int i = 1; i <= 4000; ++i) {
    log.line(fmt::format(
        "stdout | test/payments/retry.test.ts > gives up: attempt 0 failed with 503, next try in "
        "400 ms ({} ms)",
        i * 400
    ));
    if (i % 400 == 0) log.line(fmt::format(" RUN  {} of 123 tests", i / 40));
  }
  log.line(fmt::format(" {}FAIL{}  test/payments/retry.test.ts > retry > gives up", kRed, kReset));
  log.line("Error: Test timed out in 5000ms.");
  log.line("If this is a long-running test, pass a timeout value as the last argument.");
  log.line("  test/payments/retry.test.ts:14:3");
  log.line("     12|   });");
  log.line("     13| ");
  log.line("     14|   it('gives up', async () => {");
  log.line("       |   ^");
  log.line("     15|     const stub = await startStub([{ status: 503 }]);");
  log.line("");
  log.line(fmt::format(
      " {}FAIL{}  test/payments/client.test.ts > PaymentClient > charges once", kRed, kReset
  ));
  log.line(
      "AssertionError: expected [ { method: 'POST', ... }, ...(2) ] to have a length of 1 but got 3"
  );
  log.line("  test/payments/client.test.ts:10:27");
  log.line("");
  log.line(" Test Files  2 failed | 11 passed (13)");
  log.line("      Tests  2 failed | 118 passed | 3 skipped (123)");
  log.line("   Duration  128.44s");
  return log.fail(1);
}

std::string failed_lint(std::string_view sha) {
  Log log("lint", sha);
  log.command("npm run lint");
  log.line("/builds/harbor/api/src/payments/retry.ts");
  log.line("   8:10  \x1b[33mwarning\x1b[0m  Unexpected constant condition   no-constant-condition"
  );
  log.line(
      "  11:14  \x1b[31merror\x1b[0m    'error' is defined but never used  "
      "@typescript-eslint/no-unused-vars"
  );
  log.line("");
  log.line("2 problems (1 error, 1 warning)");
  return log.fail(1);
}

std::string failed_smoke(std::string_view sha) {
  Log log("smoke", sha);
  log.command("./smoke.sh");
  log.line("curl: (22) The requested URL returned error: 502");
  return log.fail(22);
}

}  // namespace davit::sandbox::gitlab::traces
