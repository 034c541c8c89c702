#include "app/manifest_commands.h"

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <unistd.h>

#include <fmt/format.h>

#include "app/exit_code.h"
#include "app/files.h"
#include "app/terminal.h"
#include "base/strings.h"
#include "config/yaml.h"
#include "infra/build.h"
#include "json/pretty.h"
#include "manifest/formats.h"
#include "manifest/reader.h"
#include "manifest/schema.h"

namespace davit::app {
namespace {

using manifest::Callers;
using manifest::Starter;
using manifest::Target;

constexpr int kDone = static_cast<int>(ExitCode::done);

struct TargetName {
  Target target;
  std::string_view name;
};
constexpr TargetName kTargets[] = {
    {Target::local, "local"},
    {Target::ecs, "ecs"},
    {Target::lambda, "lambda"},
    {Target::hybrid, "hybrid"},
    {Target::kubernetes, "kubernetes"},
};

std::string_view name_of(Target target) {
  return std::ranges::find(kTargets, target, &TargetName::target)->name;
}

// Asks on the terminal until the answer is good; an empty one takes `standard`. Nothing at the end
// of the input.
std::optional<std::string> ask(
    std::string_view question,
    std::string_view standard,
    std::string_view (*check)(std::string_view)
) {
  for (;;) {
    fmt::print(stderr, "{} [{}]: ", question, standard);
    std::string answer;
    if (!std::getline(std::cin, answer)) return std::nullopt;
    auto text = std::string(trim(answer));
    if (text.empty()) text = standard;
    auto const wrong = text.empty() ? std::string_view() : check(text);
    if (wrong.empty()) return text;
    fmt::print(stderr, "  {}\n", wrong);
  }
}

std::string_view check_target(std::string_view text) {
  return std::ranges::find(kTargets, text, &TargetName::name) != std::end(kTargets)
             ? ""
             : "must be local, ecs, lambda, hybrid or kubernetes";
}

std::string_view check_names(std::string_view text) {
  for (auto const name : split(text, ',')) {
    if (auto const wrong = config::check_name(trim(name)); !wrong.empty()) return wrong;
  }
  return "";
}

Error unanswered() {
  return Error(ErrorKind::cancelled, "the questions were not answered; nothing was written");
}

Result<> ask_all(Starter& starter) {
  auto const name = ask("Name of the deployment", starter.name, manifest::check_stack_name);
  if (!name) return unanswered();
  starter.name = *name;
  auto const target =
      ask("Target: local, ecs, lambda, hybrid", name_of(starter.target), check_target);
  if (!target) return unanswered();
  starter.target = std::ranges::find(kTargets, *target, &TargetName::name)->target;
  auto const connectors =
      ask("Connectors, with commas between",
          fmt::format("{}", fmt::join(starter.connectors, ",")),
          check_names);
  if (!connectors) return unanswered();
  starter.connectors.clear();
  for (auto const one : split(*connectors, ',')) starter.connectors.emplace_back(trim(one));
  if (starter.target == Target::local) return {};
  auto const domain = ask("Host name", "mcp.example.com", manifest::check_domain);
  if (!domain) return unanswered();
  starter.domain = *domain;
  return {};
}

// The part in front of the next ": ", which it takes away; nothing when there is none.
std::string_view take_part(std::string_view& line) {
  auto const end = line.find(": ");
  if (end == std::string_view::npos) return "";
  auto const part = line.substr(0, end);
  line.remove_prefix(end + 2);
  return part;
}

// "davit.yaml:3: servers.gitlab.url: must ..." as {place, key, message}; the first two are empty
// where they are not told.
json::Object problem_of(std::string_view line, std::string_view file) {
  auto const place = line.starts_with(file) ? take_part(line) : "";
  auto message = line;
  auto key = place.empty() ? "" : take_part(message);
  if (key.find(' ') != std::string_view::npos) {
    key = "";
    message = line;
  }
  return {{"place", place}, {"key", key}, {"message", message}};
}

json::Array problems_of(const Error& error, std::string_view file) {
  json::Array problems;
  for (auto const line : split(error.message(), '\n')) problems.push_back(problem_of(line, file));
  return problems;
}

// What a manifest is good for, in a line.
std::string describe(const manifest::Manifest& manifest) {
  auto const environment =
      manifest.environment.empty() ? std::string() : manifest.environment + ": ";
  return fmt::format(
      "  {}{} on {}, {} server{}\n",
      environment,
      manifest.stack_name(),
      name_of(manifest.target),
      manifest.servers.size(),
      manifest.servers.size() == 1 ? "" : "s"
  );
}

// Also what only the infrastructure knows: overrides of resources that there are not.
Result<std::vector<manifest::Manifest>> validate(const std::string& file) {
  DAVIT_CHECK(check_is_there(file));
  DAVIT_TRY(auto manifests, manifest::load_all(file));
  for (auto const& manifest : manifests) {
    if (!manifest.on_ecs() && !manifest.on_lambda()) continue;
    auto const stacks = infra::build_stacks(manifest);
    // What cannot be rendered yet is not wrong.
    if (!stacks && stacks.error().kind() == ErrorKind::invalid_input) return stacks.error();
  }
  return manifests;
}

}  // namespace

Result<int> run_init(InitRequest request) {
  if (!request.force && ::access(request.file.c_str(), F_OK) == 0) {
    return Error(
        ErrorKind::conflict,
        fmt::format("{} is there already; --force writes over it, --file elsewhere", request.file)
    );
  }
  if (request.asks) DAVIT_CHECK(ask_all(request.starter));
  if (auto const wrong = manifest::check(request.starter); !wrong.empty()) {
    return Error(ErrorKind::invalid_input, std::string(wrong));
  }
  auto const text = manifest::starter_manifest(request.starter);
  // A flag may say what no manifest can have.
  DAVIT_TRY(auto const root, config::parse_yaml(text, request.file));
  DAVIT_CHECK(manifest::read_all(root));
  DAVIT_CHECK(write_file(request.file, text));
  fmt::print(
      stderr,
      "wrote {}; `davit validate` checks it, `davit docs manifest` explains it\n",
      request.file
  );
  return kDone;
}

Result<int> run_validate(const ManifestSource& source) {
  auto const manifests = validate(source.file);
  if (source.json) {
    json::Object object{{"version", 1}, {"file", source.file}, {"valid", manifests.has_value()}};
    object["problems"] = manifests ? json::Array() : problems_of(manifests.error(), source.file);
    print(json::pretty(object) + '\n');
    return manifests ? kDone : to_exit_code(manifests.error().kind());
  }
  if (!manifests) return manifests.error();
  print(fmt::format("{} is good:\n", source.file));
  for (auto const& manifest : *manifests) print(describe(manifest));
  return kDone;
}

Result<int> run_docs(const std::string& what) {
  print(
      what == "schema" ? json::pretty(manifest::json_schema()) + '\n'
                       : manifest::describe_manifest()
  );
  return kDone;
}

}  // namespace davit::app
