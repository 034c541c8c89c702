#include "app/saved_templates.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include <fmt/format.h>

#include "app/files.h"
#include "infra/template_file.h"

namespace davit::app {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 4> kEndings{".yaml", ".json", ".yml", ".template"};

// Environments share the registry: that one of them does not make it says nothing of it.
bool belongs_to(const manifest::Manifest& manifest, std::string_view stack) {
  return infra::is_piece_of(stack, manifest.stack_name()) ||
         (manifest.environment.empty() && stack == manifest.name + "-registry");
}

Result<json::Value> read_template(const std::string& path) {
  DAVIT_TRY(auto const text, read_file(path));
  return infra::parse_template(text, path);
}

// The file of a stack, or an empty path.
fs::path file_of(const fs::path& folder, const std::string& stack) {
  std::error_code ignored;
  for (auto const ending : kEndings) {
    auto file = folder / (stack + std::string(ending));
    if (fs::exists(file, ignored)) return file;
  }
  return {};
}

// The deployment's stacks that have a template in the folder, sorted.
std::vector<std::string> stacks_in(const fs::path& folder, const manifest::Manifest& manifest) {
  std::vector<std::string> stacks;
  std::error_code failed;
  for (auto const& entry : fs::directory_iterator(folder, failed)) {
    auto const ending = entry.path().extension().string();
    auto stack = entry.path().stem().string();
    if (std::ranges::find(kEndings, ending) == kEndings.end()) continue;
    if (belongs_to(manifest, stack)) stacks.push_back(std::move(stack));
  }
  std::ranges::sort(stacks);
  auto const [first, last] = std::ranges::unique(stacks);
  stacks.erase(first, last);
  return stacks;
}

Result<std::vector<Version>> pair_with_folder(
    const fs::path& folder,
    const manifest::Manifest& manifest,
    std::vector<infra::Template> rendered
) {
  std::vector<Version> versions;
  for (auto& one : rendered) {
    auto& version = versions.emplace_back(Version{one.stack_name, {}, std::move(one.body)});
    auto const file = file_of(folder, version.stack);
    if (file.empty()) continue;
    DAVIT_TRY(version.before, read_template(file.string()));
  }
  for (auto const& stack : stacks_in(folder, manifest)) {
    if (std::ranges::find(versions, stack, &Version::stack) != versions.end()) continue;
    DAVIT_TRY(auto before, read_template(file_of(folder, stack).string()));
    versions.push_back({.stack = stack, .before = std::move(before), .after = {}});
  }
  return versions;
}

Result<std::vector<Version>> pair_with_file(
    const std::string& file, std::vector<infra::Template> rendered
) {
  auto const stem = fs::path(file).stem().string();
  auto found = std::ranges::find(rendered, stem, &infra::Template::stack_name);
  if (found == rendered.end() && rendered.size() == 1) found = rendered.begin();
  if (found == rendered.end()) {
    std::vector<std::string> names;
    for (auto const& one : rendered) names.push_back(one.stack_name);
    return Error(
        ErrorKind::invalid_input,
        fmt::format(
            "{} is one template, and there are several stacks; name the file after the one that it "
            "is of, or give a folder of them: {}",
            file,
            fmt::join(names, ", ")
        )
    );
  }
  DAVIT_TRY(auto before, read_template(file));
  std::vector<Version> versions;
  versions.push_back(
      {.stack = found->stack_name, .before = std::move(before), .after = std::move(found->body)}
  );
  return versions;
}

}  // namespace

Result<std::vector<Version>> pair_with_saved(
    const std::string& against,
    const manifest::Manifest& manifest,
    std::vector<infra::Template> rendered
) {
  std::error_code ignored;
  auto const is_file = !against.empty() && !fs::is_directory(against, ignored);
  if (is_file) return pair_with_file(against, std::move(rendered));
  auto const folder = against.empty() ? fs::path(kSavedFolder) : fs::path(against);
  return pair_with_folder(folder, manifest, std::move(rendered));
}

void forget_others(const std::string& folder, std::string_view stack, std::string_view file) {
  std::error_code ignored;
  for (auto const ending : kEndings) {
    auto const other = fmt::format("{}/{}{}", folder, stack, ending);
    if (other != file) fs::remove(other, ignored);
  }
}

void forget_stacks(const manifest::Manifest& manifest, const std::vector<std::string>& stacks) {
  for (auto const& stack : stacks_in(kSavedFolder, manifest)) {
    if (std::ranges::find(stacks, stack) == stacks.end()) {
      forget_others(std::string(kSavedFolder), stack, "");
    }
  }
}

}  // namespace davit::app
