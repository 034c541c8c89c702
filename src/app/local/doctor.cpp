#include "app/local/doctor.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <unistd.h>

#include <fmt/format.h>

#include "app/exit_code.h"
#include "app/local/paint.h"
#include "app/local/programs.h"
#include "app/manifest_source.h"
#include "app/terminal.h"
#include "async/child_process.h"
#include "async/lines.h"
#include "async/socket.h"
#include "secrets/reference.h"
#include "targets/local/task.h"
#include "targets/local/variables.h"

namespace davit::app {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Outcome = Finding::Outcome;

// Before this the machine's clock is wrong for sure: certificates and tokens would be refused.
constexpr std::chrono::sys_days kRelease = std::chrono::year(2026) / 1 / 1;

// What a check knows; the manifest is missing when it is not valid.
struct Patient {
  const DoctorRequest* request = nullptr;
  Result<manifest::Manifest> manifest = Error(ErrorKind::not_found, "");
  bool is_up = false;  // a supervisor runs
};

Finding ok(std::string detail) { return {.outcome = Outcome::ok, .detail = std::move(detail)}; }
Finding skipped(std::string detail) {
  return {.outcome = Outcome::skipped, .detail = std::move(detail)};
}
Finding failed(std::string detail, std::string next) {
  return {.outcome = Outcome::failed, .detail = std::move(detail), .next = std::move(next)};
}

Async<std::string> first_line(ChildProcess* child, Executor executor) {
  LineReader reader(executor, child->output(), 4096);
  DAVIT_CO_TRY(auto const line, co_await reader.read());
  co_return line ? line->text : std::string();
}

// The first line that `program` prints about itself.
Result<std::string> version_of(const std::string& program, const std::string& flag) {
  Loop loop;
  ChildOptions options;
  options.command = {program, flag};
  options.errors = ChildErrors::discard;
  DAVIT_TRY(auto const child, ChildProcess::spawn(loop.executor(), std::move(options)));
  return loop.run(with_timeout(first_line(child.get(), loop.executor()), 5s));
}

Finding check_manifest(const Patient& patient) {
  auto const& file = patient.request->place.file;
  if (!patient.manifest) {
    return failed(patient.manifest.error().message(), "mend it; `davit docs manifest` explains it");
  }
  if (patient.manifest->target != manifest::Target::local) {
    return failed(
        file + " is not for this machine", "write `target: local`, in an environment if need be"
    );
  }
  auto const count = patient.manifest->servers.size();
  return ok(fmt::format("{} is good, with {} server{}", file, count, count == 1 ? "" : "s"));
}

Finding check_haproxy(const Patient&) {
  auto const found = find_program("haproxy");
  if (found.empty()) {
    return failed(
        "HAProxy is not installed", "install it: apt install haproxy, dnf install haproxy"
    );
  }
  auto const version = version_of(found, "-v");
  if (!version)
    return failed(found + " does not run: " + version.error().message(), "reinstall it");
  return ok(fmt::format("{}: {}", found, printable(*version)));
}

Finding check_program(const Patient& patient) {
  if (!patient.manifest) return skipped("needs a valid manifest");
  if (!patient.manifest->has_connectors()) return skipped("no server of the manifest needs davitd");
  auto const program = davitd_program(patient.request->program, *patient.manifest);
  auto const version = version_of(program.string(), "--version");
  if (!version) {
    return failed(
        fmt::format("{}: {}", program.string(), version.error().message()),
        "build davitd, or say where it is: `local.program` in the manifest, or --program"
    );
  }
  return ok(fmt::format("{}: {}", program.string(), printable(*version)));
}

Finding check_variables(const Patient& patient) {
  if (!patient.manifest) return skipped("needs a valid manifest");
  auto const set = local::check_variables(*patient.manifest, secrets::process_environment());
  if (set) return ok("each `env:NAME` of the manifest is set");
  auto const& message = set.error().message();
  auto const end = message.rfind("; ");
  if (end == message.npos) return failed(message, "");
  return failed(message.substr(0, end), message.substr(end + 2));
}

Finding check_port(const Patient& patient) {
  if (!patient.manifest) return skipped("needs a valid manifest");
  auto const port = patient.manifest->local.port;
  if (patient.is_up) return ok(fmt::format("port {} is ours: a supervisor runs", port));
  if (local::is_free(port)) return ok(fmt::format("port {} is free", port));
  return failed(
      fmt::format("port {} is taken by another program", port),
      fmt::format("`ss -ltnp sport = :{}` shows it; or take another with `local.port`", port)
  );
}

Finding check_state(const Patient& patient) {
  auto const folder = patient.request->place.folder();
  if (auto const made = make_folders(folder); !made) {
    return failed(made.error().message(), "make it writable, or name another with --state");
  }
  if (::access(folder.root.c_str(), W_OK) != 0) {
    return failed(
        folder.root.string() + " is not writable", "make it so, or name another with --state"
    );
  }
  std::error_code ec;
  auto const space = fs::space(folder.root, ec);
  constexpr std::uintmax_t kLeast = 256U * 1024 * 1024;
  if (!ec && space.available < kLeast) {
    return failed(
        fmt::format("{} MB are left for {}", space.available >> 20U, folder.root.string()),
        "make room: versions and logs go there"
    );
  }
  return ok(folder.root.string() + " is writable");
}

Finding check_supervisor(const Patient& patient) {
  return patient.is_up ? ok("runs, and answers") : skipped("does not run: `davit up` starts it");
}

// PING of the Redis protocol; a server that wants a password first answers as well.
Async<std::string> ping(Executor executor, std::string host, std::uint16_t port) {
  Socket socket(executor);
  DAVIT_CO_CHECK(co_await socket.connect_tcp(std::move(host), port, 3s));
  DAVIT_CO_CHECK(co_await socket.write_all("PING\r\n"));
  std::array<char, 256> buffer{};
  DAVIT_CO_TRY(auto const size, co_await with_timeout(socket.read_some(buffer), 3s));
  co_return std::string(buffer.data(), size);
}

Finding check_store(const Patient& patient) {
  if (!patient.manifest) return skipped("needs a valid manifest");
  auto const& store = patient.manifest->state.store;
  if (store == "none") return skipped("no store is configured");
  constexpr std::string_view kEnvironment = "env:";
  if (!store.starts_with(kEnvironment)) {
    return skipped("only `env:NAME` is looked at from here, and the store is " + store);
  }
  auto const* address = std::getenv(store.substr(kEnvironment.size()).c_str());
  if (address == nullptr) {
    return failed(store + " is not set", "set it to the store's redis:// address");
  }
  // redis://[USER:PASSWORD@]HOST[:PORT][/...]; the password stays unseen.
  std::string_view rest(address);
  if (auto const at = rest.find("://"); at != rest.npos) rest.remove_prefix(at + 3);
  rest = rest.substr(0, rest.find('/'));
  if (auto const at = rest.rfind('@'); at != rest.npos) rest.remove_prefix(at + 1);
  auto const colon = rest.rfind(':');
  auto const host = std::string(rest.substr(0, colon));
  auto const port =
      colon == rest.npos ? 6379 : std::atoi(std::string(rest.substr(colon + 1)).c_str());
  Loop loop;
  auto const answer = loop.run(ping(loop.executor(), host, static_cast<std::uint16_t>(port)));
  auto const where = fmt::format("{}:{}", host, port);
  if (!answer) return failed(where + ": " + answer.error().message(), "start it, or open the way");
  if (answer->starts_with("+PONG")) return ok(where + " answers");
  if (answer->starts_with("-NOAUTH")) return ok(where + " answers, and wants its password");
  return failed(where + " does not answer as Redis does", "is it the right port?");
}

Finding check_clock(const Patient&) {
  auto const now = std::chrono::system_clock::now();
  if (now < kRelease)
    return failed("the clock is years behind", "set it: timedatectl set-ntp true");
  return ok("the clock is later than this program");
}

struct Row {
  std::string_view name;
  Finding (*check)(const Patient&);
  bool is_for_up = false;  // of what `davit up` will find; left out when one runs
};
constexpr Row kChecks[] = {
    {"manifest", check_manifest},
    {"haproxy", check_haproxy},
    {"davitd", check_program},
    // Those of the supervisor count, which need not be ours.
    {"variables", check_variables, true},
    {"state folder", check_state},
    {"supervisor", check_supervisor},
    {"port", check_port},
    {"store", check_store},
    {"clock", check_clock},
};

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::ok: return "ok";
    case Outcome::failed: return "failed";
    case Outcome::skipped: return "skipped";
  }
  return "";
}

Ink ink_of(Outcome outcome) {
  if (outcome == Outcome::ok) return Ink::green;
  return outcome == Outcome::failed ? Ink::red : Ink::dim;
}

void print_json(const std::vector<Finding>& findings) {
  json::Array checks;
  for (auto const& finding : findings) {
    json::Object one;
    one["name"] = finding.name;
    one["outcome"] = to_string(finding.outcome);
    one["detail"] = finding.detail;
    if (!finding.next.empty()) one["next"] = finding.next;
    checks.push_back(std::move(one));
  }
  json::Object object{{"version", 1}};
  object["checks"] = std::move(checks);
  fmt::print("{}\n", json::to_text(object));
}

}  // namespace

std::string describe(const std::vector<Finding>& findings, const Look& look) {
  constexpr std::size_t kIndent = 23;
  constexpr std::size_t kMostRows = 8;
  // In a narrow terminal what is said goes below.
  auto const indent = look.width < 2 * kIndent ? std::size_t{2} : kIndent;
  auto const gap = indent == kIndent ? std::string(1, ' ') : "\n  ";
  std::string out;
  for (auto const& [name, outcome, detail, next] : findings) {
    auto const word = paint(to_string(outcome), ink_of(outcome), look.is_coloured);
    auto const blanks = std::string(8 - to_string(outcome).size(), ' ');
    auto const head = fmt::format("{:<13} {}{}", name, word, gap == " " ? blanks : "");
    auto const said =
        wrap(std::string(indent, ' ') + on_a_line(detail), look.width, indent, kMostRows);
    out += head + gap + said.substr(indent) + '\n';
    if (next.empty()) continue;
    out += wrap(std::string(indent, ' ') + on_a_line(next), look.width, indent, kMostRows) + '\n';
  }
  return out;
}

Result<int> run_doctor(const DoctorRequest& request) {
  Patient patient{.request = &request};
  patient.manifest = load({.file = request.place.file, .environment = request.place.environment});
  patient.is_up =
      ask_supervisor(request.place, make_request("status", request.place), {}, 5s).has_value();
  std::vector<Finding> findings;
  for (auto const& [name, check, is_for_up] : kChecks) {
    if (is_for_up && patient.is_up) continue;
    findings.push_back(check(patient));
    findings.back().name = name;
  }
  if (request.place.json) {
    print_json(findings);
  } else {
    fmt::print("{}", describe(findings, look_of_output()));
  }
  auto const is_well = std::ranges::none_of(findings, [](const Finding& finding) {
    return finding.outcome == Outcome::failed;
  });
  return static_cast<int>(is_well ? ExitCode::done : ExitCode::verification);
}

}  // namespace davit::app
