#include "app/plan_command.h"

#include <algorithm>
#include <cstdio>
#include <iterator>

#include <fmt/format.h>

#include "app/exit_code.h"
#include "app/saved_templates.h"
#include "app/terminal.h"
#include "config/one_line.h"
#include "cost/report.h"
#include "infra/cloudformation.h"
#include "infra/plan.h"
#include "json/pretty.h"

namespace davit::app {
namespace {

using infra::Change;
using infra::Plan;

struct StackPlan {
  std::string name;
  Plan plan;
  bool is_new = false;
  bool is_gone = false;  // no longer rendered
};

// A task definition is never changed: each version of it is a new one, and nothing goes by it.
bool is_revised(const Change& change) {
  return change.kind == Change::Kind::replace && change.type == "AWS::ECS::TaskDefinition";
}

char mark_of(const Change& change) {
  switch (change.kind) {
    case Change::Kind::replace: return is_revised(change) ? '~' : '!';
    case Change::Kind::remove: return '-';
    case Change::Kind::add: return '+';
    case Change::Kind::update: return '~';
  }
  return ' ';
}

std::string_view word_for(const Change& change) {
  return is_revised(change) ? "revise" : infra::name_of(change.kind);
}

// Templates are from elsewhere, their ids and names too.
using config::on_one_line;

std::string to_text(const infra::PropertyChange& property, bool is_revised) {
  auto const before = property.before.empty() ? "(not set)" : property.before;
  auto const after = property.after.empty() ? "(not set)" : property.after;
  std::string_view remark;
  if (property.released) {
    remark = "  (a release sets it: left alone)";
  } else if (property.replaces && !is_revised) {
    remark = "  (replaces it)";
  }
  return fmt::format(
      "      {}: {} -> {}{}\n",
      on_one_line(property.path),
      on_one_line(before),
      on_one_line(after),
      remark
  );
}

std::string remark_on(const Change& change) {
  if (change.is_kept) return "  (AWS keeps it, with what is in it)";
  return change.because.empty() ? "" : fmt::format("  (follows {})", on_one_line(change.because));
}

std::string to_text(const StackPlan& stack, const std::string& region) {
  auto out = fmt::format(
      "{}{}\n",
      stack.name,
      stack.is_new    ? " (new)"
      : stack.is_gone ? " (no longer part of it)"
                      : ""
  );
  if (stack.plan.changes.empty()) return out + "  no changes\n";
  std::size_t width = 0;
  for (auto const& change : stack.plan.changes) width = std::max(width, change.id.size());
  for (auto const& change : stack.plan.changes) {
    out += fmt::format(
        "  {} {:<8}{:<{}}  {}{}\n",
        mark_of(change),
        word_for(change),
        on_one_line(change.id),
        width,
        on_one_line(change.type),
        remark_on(change)
    );
    for (auto const& property : change.properties) out += to_text(property, is_revised(change));
  }
  if (stack.is_gone) {
    return out + fmt::format(
                     "  Nothing deletes this stack by itself: aws cloudformation delete-stack "
                     "--region {} --stack-name {}\n",
                     region,
                     stack.name
                 );
  }
  // Of a new stack everything is new; the template itself is the list.
  if (stack.is_new) {
    return out + fmt::format(
                     "  It grants {} rights and opens {} ways into or out of the network: see the "
                     "template.\n",
                     stack.plan.rights.size(),
                     stack.plan.network.size()
                 );
  }
  auto const list = [&out](std::string_view title, const std::vector<infra::Widening>& all) {
    if (all.empty()) return;
    out += fmt::format("  {}\n", title);
    for (auto const& one : all) {
      out += fmt::format("    {}: {}\n", on_one_line(one.id), on_one_line(one.what));
    }
  };
  list("Rights that are new:", stack.plan.rights);
  list("Ways into or out of the network that are new:", stack.plan.network);
  return out;
}

// In the words of the lines above it.
std::string summary(const std::vector<StackPlan>& stacks) {
  constexpr std::string_view kWords[] = {"replace", "remove", "revise", "update", "add"};
  std::size_t counts[std::size(kWords)] = {};
  for (auto const& stack : stacks) {
    for (auto const& change : stack.plan.changes) {
      ++counts[std::ranges::find(kWords, word_for(change)) - std::begin(kWords)];
    }
  }
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < std::size(kWords); ++i) {
    if (counts[i] > 0) parts.push_back(fmt::format("{} to {}", counts[i], kWords[i]));
  }
  return parts.empty() ? "No changes.\n" : fmt::format("{}.\n", fmt::join(parts, ", "));
}

// Those that are compared: one template alone says nothing of the others.
std::vector<infra::Stack> compared_stacks(
    const Deployment& deployment, const std::vector<Version>& versions
) {
  std::vector<infra::Stack> stacks;
  std::ranges::copy_if(deployment.stacks, std::back_inserter(stacks), [&](const auto& stack) {
    return std::ranges::any_of(infra::to_templates(stack), [&](const infra::Template& one) {
      return std::ranges::find(versions, one.stack_name, &Version::stack) != versions.end();
    });
  });
  return stacks;
}

}  // namespace

Result<int> run_plan(const PlanRequest& request) {
  DAVIT_TRY(auto const deployment, load_deployment(request.source));
  std::vector<infra::Template> rendered;
  for (auto const& stack : deployment.stacks) {
    std::ranges::move(infra::to_templates(stack), std::back_inserter(rendered));
  }
  DAVIT_TRY(
      auto const versions,
      pair_with_saved(request.against, deployment.manifest, std::move(rendered))
  );
  std::vector<StackPlan> plans;
  std::vector<json::Value> old_bodies;
  auto has_changes = false;
  for (auto const& [name, before, after] : versions) {
    auto& one = plans.emplace_back(StackPlan{.name = name, .plan = infra::compare(before, after)});
    one.is_new = before.is_null();
    one.is_gone = after.is_null();
    has_changes = has_changes || one.plan.has_changes();
    if (!before.is_null()) old_bodies.push_back(before);
  }
  if (old_bodies.empty() && request.against.empty()) {
    fmt::print(
        stderr,
        "note: Nothing is saved in {}, so that everything counts as new. After you applied it, "
        "`davit render --save` keeps what a later plan compares with.\n",
        kSavedFolder
    );
  }
  auto const costs =
      cost::compare(deployment.manifest, old_bodies, compared_stacks(deployment, versions));
  if (request.source.json) {
    json::Array stacks;
    for (auto const& one : plans) {
      auto object = infra::to_json(one.plan).get_object();
      object["stack"] = one.name;
      object["new"] = one.is_new;
      object["gone"] = one.is_gone;
      stacks.push_back(std::move(object));
    }
    print(
        json::pretty(json::Object{
            {"version", 1},
            {"has_changes", has_changes},
            {"stacks", std::move(stacks)},
            {"cost", cost::to_json(costs)}
        }) +
        '\n'
    );
  } else {
    for (auto const& one : plans) print(to_text(one, deployment.manifest.region) + '\n');
    print(cost::to_text(costs) + '\n');
    print(summary(plans));
  }
  auto const code = has_changes && request.exit_code ? ExitCode::differences : ExitCode::done;
  return static_cast<int>(code);
}

}  // namespace davit::app
