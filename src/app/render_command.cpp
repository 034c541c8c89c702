#include "app/render_command.h"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "app/exit_code.h"
#include "app/files.h"
#include "app/interrupt.h"
#include "app/saved_templates.h"
#include "app/terminal.h"
#include "async/child_process.h"
#include "async/loop.h"
#include "infra/cloudformation.h"
#include "infra/openapi.h"
#include "infra/picture.h"
#include "infra/resolve.h"
#include "infra/yaml_text.h"
#include "json/pretty.h"

namespace davit::app {
namespace {

using infra::Template;

void note(std::string_view text) { fmt::print(stderr, "{}\n", text); }

constexpr int kDone = static_cast<int>(ExitCode::done);

std::string to_text(const json::Value& value, bool is_json) {
  return is_json ? json::pretty(value) + '\n' : infra::to_yaml(value);
}

struct File {
  Template rendered;
  std::string path;
  std::string text;
};

// What a person has to know or do, and what to type.
void explain(const Deployment& deployment, const std::vector<File>& files, bool is_kept) {
  for (auto const& stack : deployment.stacks) {
    for (auto const& one : stack.notes()) note("note: " + one.text);
  }
  if (!is_kept) {
    return note("`--out FOLDER` writes files, and prints the commands that apply them.");
  }
  note(files.size() == 1 ? "To apply it:" : "To apply them, in this order:");
  auto is_large = false;
  for (auto const& [rendered, path, text] : files) {
    is_large = is_large || text.size() > infra::kMaxInlineBytes;
    note("  " + infra::deploy_command(rendered, path, text.size(), deployment.manifest.region));
  }
  if (is_large) note("BUCKET: one of yours in that region; AWS takes large templates from there.");
}

// What cannot be split further may still be more than AWS takes.
Result<> check_size(const File& file) {
  auto const* resources = json::find_object(file.rendered.body, "Resources");
  auto const count = resources == nullptr ? 0 : resources->size();
  if (count <= infra::kMaxResources && file.text.size() <= infra::kMaxTemplateBytes) return {};
  return Error(
      ErrorKind::invalid_input,
      fmt::format(
          "the template {} has {} resources and {} bytes, and AWS takes {} and {}; divide the "
          "servers among several manifests",
          file.rendered.stack_name,
          count,
          file.text.size(),
          infra::kMaxResources,
          infra::kMaxTemplateBytes
      )
  );
}

Result<int> render_templates(const RenderRequest& request, const Deployment& deployment) {
  auto const is_json = request.format == "json" || request.source.json;
  auto const folder = request.save ? std::string(kSavedFolder) : request.out;
  std::vector<File> files;
  std::vector<std::string> names;
  for (auto const& stack : deployment.stacks) {
    for (auto& rendered : infra::to_templates(stack)) {
      names.push_back(rendered.stack_name);
      if (!request.stack.empty() && request.stack != rendered.stack_name) continue;
      auto file = fmt::format("{}.{}", rendered.stack_name, is_json ? "json" : "yaml");
      if (!folder.empty()) file = fmt::format("{}/{}", folder, file);
      auto text = to_text(rendered.body, is_json);
      files.push_back({std::move(rendered), std::move(file), std::move(text)});
    }
  }
  if (files.empty()) {
    return Error(
        ErrorKind::invalid_input,
        fmt::format("there is no stack `{}`; there are: {}", request.stack, fmt::join(names, ", "))
    );
  }
  for (auto const& one : files) DAVIT_CHECK(check_size(one));
  for (auto const& [rendered, path, text] : files) {
    if (!folder.empty()) {
      DAVIT_CHECK(write_file(path, text));
      if (request.save) forget_others(folder, rendered.stack_name, path);
      note("wrote " + path);
      continue;
    }
    // Several are documents of one stream, each with its name in front.
    if (files.size() > 1 && !is_json) print(fmt::format("---\n# {}\n", rendered.stack_name));
    print(text);
  }
  if (request.save && request.stack.empty()) forget_stacks(deployment.manifest, names);
  explain(deployment, files, !folder.empty());
  return kDone;
}

std::vector<const infra::Resource*> find_all(const Deployment& deployment, std::string_view type) {
  std::vector<const infra::Resource*> found;
  for (auto const& stack : deployment.stacks) {
    for (auto const& resource : stack.resources()) {
      if (resource.type->name == type) found.push_back(&resource);
    }
  }
  return found;
}

Error nothing_to_render(std::string_view what, std::string_view why) {
  return Error(ErrorKind::invalid_input, fmt::format("there is no {} here: {}", what, why));
}

// The input of `aws ecs register-task-definition --cli-input-json`.
Result<int> render_task_definitions(const Deployment& deployment) {
  auto const found = find_all(deployment, "AWS::ECS::TaskDefinition");
  if (found.empty()) return nothing_to_render("task definition", "the target has no tasks");
  json::Array all;
  for (auto const* resource : found) {
    all.push_back(infra::to_api_names(infra::resolve(resource->properties, deployment.manifest)));
  }
  print(json::pretty(all.size() == 1 ? all[0] : json::Value(all)) + '\n');
  note("${...} stands for what the stack makes; its outputs and resources have the values");
  return kDone;
}

Result<int> render_openapi(const Deployment& deployment) {
  if (!deployment.manifest.on_lambda()) {
    return nothing_to_render("OpenAPI document", "it belongs to `target: lambda` and `hybrid`");
  }
  print(json::pretty(infra::readable_openapi(deployment.manifest)) + '\n');
  return kDone;
}

Result<int> render_dashboard(const Deployment& deployment) {
  auto const found = find_all(deployment, "AWS::CloudWatch::Dashboard");
  auto const* body = found.empty() ? nullptr : found[0]->properties.if_contains("DashboardBody");
  if (body == nullptr)
    return nothing_to_render("dashboard", "the manifest says `dashboard: false`");
  auto const text = infra::resolve(*body, deployment.manifest);
  if (!text.is_string()) return Error(ErrorKind::internal, "the dashboard's body is no text");
  DAVIT_TRY(auto const value, json::parse(text.get_string()));
  print(json::pretty(value) + '\n');
  return kDone;
}

// Lines NAME=value; secrets as comments, with the reference in place of the value.
std::string env_lines(const json::Value& container) {
  std::string out;
  auto const line =
      [&out](const json::Value& entry, std::string_view value, std::string_view lead) {
        out += fmt::format(
            "{}{}={}\n",
            lead,
            json::find_string(entry, "Name").value_or(""),
            json::find_string(entry, value).value_or("")
        );
      };
  if (auto const* list = json::find_array(container, "Environment")) {
    for (auto const& entry : *list) line(entry, "Value", "");
  }
  if (auto const* list = json::find_array(container, "Secrets")) {
    for (auto const& entry : *list) line(entry, "ValueFrom", "# secret: ");
  }
  return out;
}

Result<int> render_env(const Deployment& deployment) {
  std::string out;
  for (auto const* resource : find_all(deployment, "AWS::ECS::TaskDefinition")) {
    auto const properties = infra::resolve(resource->properties, deployment.manifest);
    auto const* containers = json::find_array(properties, "ContainerDefinitions");
    if (containers == nullptr) continue;
    for (auto const& container : *containers) {
      out += fmt::format("# {}\n", json::find_string(container, "Name").value_or(""));
      out += env_lines(container);
    }
  }
  for (auto const* resource : find_all(deployment, "AWS::Lambda::Function")) {
    auto const properties = infra::resolve(resource->properties, deployment.manifest);
    out += fmt::format("# {}\n", json::find_string(properties, "FunctionName").value_or(""));
    auto const* variables = json::find_object(properties, "Environment.Variables");
    if (variables == nullptr) continue;
    for (auto const& [name, value] : *variables) {
      auto const text = value.is_string() ? std::string(value.get_string()) : json::to_text(value);
      out += fmt::format("{}={}\n", std::string_view(name), text);
    }
  }
  print(out);
  return kDone;
}

Result<int> render_diagram(const RenderRequest& request, const Deployment& deployment) {
  auto const picture = infra::picture_of(deployment.manifest, deployment.stacks);
  print(request.format == "dot" ? infra::to_dot(picture) : infra::to_mermaid(picture));
  return kDone;
}

Async<> run_dot(Executor executor, std::string format, std::string input, std::string output) {
  ChildOptions options;
  options.command = {"dot", "-T" + format, "-o", output, input};
  auto child = ChildProcess::spawn(executor, std::move(options));
  if (!child) {
    co_return Error(
        child.error().kind(),
        "cannot start Graphviz's `dot`, which draws it; install graphviz, or take `davit diagram` "
        "without a file for Mermaid: " +
            child.error().message()
    );
  }
  DAVIT_CO_TRY(auto const status, co_await (*child)->wait());
  if (status.ok()) co_return Result<>();
  co_return Error(ErrorKind::unavailable, "dot ended with " + to_string(status));
}

Result<> draw(const std::string& dot, const std::string& format, const std::string& file) {
  auto const draft = file + ".dot";
  DAVIT_CHECK(write_file(draft, dot));
  Loop loop;
  auto const drawn = run_until_interrupted(loop, run_dot(loop.executor(), format, draft, file));
  std::remove(draft.c_str());
  DAVIT_CHECK(drawn);
  note("wrote " + file);
  return {};
}

// Options that what is printed does not have.
Result<> check_options(const RenderRequest& request) {
  auto const is_template = request.what == "cloudformation";
  if (!is_template && (!request.out.empty() || request.save || !request.stack.empty())) {
    return Error(
        ErrorKind::invalid_input,
        "--out, --save and --stack belong to templates: leave `" + request.what + "` out"
    );
  }
  auto const formats = is_template                 ? std::vector<std::string_view>{"yaml", "json"}
                       : request.what == "diagram" ? std::vector<std::string_view>{"mermaid", "dot"}
                                                   : std::vector<std::string_view>{"json"};
  auto const is_known = std::ranges::find(formats, request.format) != formats.end();
  if (request.format.empty() || (is_known && request.what != "env")) return {};
  if (request.what == "env") return Error(ErrorKind::invalid_input, "--format: env has only one");
  return Error(
      ErrorKind::invalid_input,
      fmt::format("--format of {} is {}", request.what, fmt::join(formats, " or "))
  );
}

}  // namespace

Result<int> run_render(const RenderRequest& request) {
  DAVIT_CHECK(check_options(request));
  DAVIT_TRY(auto const deployment, load_deployment(request.source));
  if (request.what == "cloudformation") return render_templates(request, deployment);
  if (request.what == "task-definition") return render_task_definitions(deployment);
  if (request.what == "openapi") return render_openapi(deployment);
  if (request.what == "dashboard") return render_dashboard(deployment);
  if (request.what == "env") return render_env(deployment);
  return render_diagram(request, deployment);
}

Result<int> run_diagram(const DiagramRequest& request) {
  DAVIT_TRY(auto const deployment, load_deployment(request.source));
  auto const picture = infra::picture_of(deployment.manifest, deployment.stacks);
  if (request.svg.empty() && request.png.empty()) {
    print(infra::to_mermaid(picture));
    return kDone;
  }
  auto const dot = infra::to_dot(picture);
  if (!request.svg.empty()) DAVIT_CHECK(draw(dot, "svg", request.svg));
  if (!request.png.empty()) DAVIT_CHECK(draw(dot, "png", request.png));
  return kDone;
}

}  // namespace davit::app
