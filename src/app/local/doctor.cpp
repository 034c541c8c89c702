#include "app/local/doctor.h"

#include <algorithm>
#include <unistd.h>

#include <fmt/format.h>

#include "app/exit_code.h"
#include "app/local/control_error.h"
#include "app/local/findings.h"
#include "app/local/programs.h"
#include "app/manifest_source.h"
#include "app/paint.h"
#include "app/terminal.h"
#include "async/child_process.h"
#include "async/lines.h"
#include "secrets/reference.h"
#include "targets/local/haproxy_process.h"
#include "targets/local/port_holder.h"
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
  Result<View> supervisor = View();  // kNobodyListens when none runs

  bool is_up() const { return supervisor.has_value(); }
};

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
  auto const found = local::find_haproxy("haproxy");
  if (!found) {
    return failed(
        "HAProxy is not installed", "install it: apt install haproxy, dnf install haproxy"
    );
  }
  auto const version = version_of(*found, "-v");
  if (!version)
    return failed(*found + " does not run: " + version.error().message(), "reinstall it");
  return ok(fmt::format("{}: {}", *found, printable(*version)));
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
  auto const& host = patient.manifest->local.host;
  auto const port = patient.manifest->local.port;
  if (patient.is_up()) {
    auto const ours = patient.supervisor->status.port;
    if (ours == port) return ok(fmt::format("port {} is ours: a supervisor runs", port));
    // It was begun with --port, or the manifest was changed since, which no release follows.
    if (ours != 0) {
      return ok(fmt::format(
          "port {} is ours: a supervisor runs; {}, the manifest's, was not looked at", ours, port
      ));
    }
  }
  // Which serves though nobody watches it.
  auto const folder = balancer_folder(patient.request->place.folder(), runtime_directory());
  auto const balancer = folder ? local::find_process(*folder) : std::nullopt;
  if (balancer && balancer->port == port)
    return ok(fmt::format("port {} is our balancer's, which `davit up` takes over", port));
  auto const free = local::check_port(host, port);
  if (free) return ok(fmt::format("port {} of {} is free", port, host));
  auto const is_taken = free.error().kind() == ErrorKind::conflict;
  auto const why = is_taken ? local::port_is_taken(port) : free.error();
  return failed(why.message(), "`local.host` and `local.port` say where clients find the servers");
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
  constexpr std::uintmax_t kLeast = std::uintmax_t{256} * 1024 * 1024;
  if (!ec && space.available < kLeast) {
    return failed(
        fmt::format("{} MB are left for {}", space.available >> 20U, folder.root.string()),
        "make room: versions and logs go there"
    );
  }
  return ok(folder.root.string() + " is writable");
}

Finding check_supervisor(const Patient& patient) {
  if (patient.is_up()) {
    auto const& status = patient.supervisor->status;
    auto const& trouble = status.balancer_trouble;
    if (trouble.empty()) return ok("runs, and answers");
    // What was, and was mended, is no failure.
    if (trouble != "does not answer") return ok("runs, and answers; its HAProxy " + trouble);
    return failed(
        fmt::format("runs, but its HAProxy (process {}) {}", status.balancer_pid, trouble),
        "look into " + patient.request->place.folder().log().string()
    );
  }
  auto const& error = patient.supervisor.error();
  if (error.detail() == kNobodyListens) return skipped("does not run: `davit up` starts it");
  auto const log = patient.request->place.folder().log();
  return failed(
      "does not answer: " + error.message(),
      "look into " + log.string() +
          "; when it hangs, end it and run `davit up` again, which takes "
          "over what serves"
  );
}

Finding check_store(const Patient& patient) {
  if (!patient.manifest) return skipped("needs a valid manifest");
  return look_at_store(patient.manifest->state.store);
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
  print(json::to_text(object) + '\n');
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
  auto const status =
      ask_supervisor(request.place, make_request("status", request.place), {}, request.patience);
  patient.supervisor = status ? view_from_json(*status) : Result<View>(status.error());
  std::vector<Finding> findings;
  for (auto const& [name, check, is_for_up] : kChecks) {
    if (is_for_up && patient.is_up()) continue;
    findings.push_back(check(patient));
    findings.back().name = name;
  }
  if (request.place.json) {
    print_json(findings);
  } else {
    print(describe(findings, look_of_output()));
  }
  auto const is_well = std::ranges::none_of(findings, [](const Finding& finding) {
    return finding.outcome == Outcome::failed;
  });
  return static_cast<int>(is_well ? ExitCode::done : ExitCode::verification);
}

}  // namespace davit::app
