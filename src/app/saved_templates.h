// Templates of the last time: what `davit render --save` keeps, and what `davit plan` compares
// with.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "infra/cloudformation.h"
#include "json/json.h"
#include "manifest/manifest.h"

namespace davit::app {

// Where they are kept, in the folder in which the command runs.
inline constexpr std::string_view kSavedFolder = ".davit/rendered";

// One stack, then and now; a null stands for what is not there.
struct Version {
  std::string stack;
  json::Value before;
  json::Value after;
};

// Pairs what is rendered with the templates of `against`: a folder of them, or one template, which
// stands for the stack that its file is named after, or the only one. Empty: kSavedFolder, in which
// nothing need be. Stacks of the deployment that are no longer rendered come last. Errors: those of
// reading; invalid_input when one template may stand for several stacks.
Result<std::vector<Version>> pair_with_saved(
    const std::string& against,
    const manifest::Manifest& manifest,
    std::vector<infra::Template> rendered
);

// Removes the templates of that stack but `file`, so that none in another format is left.
void forget_others(const std::string& folder, std::string_view stack, std::string_view file);

// Removes the templates of the deployment's stacks that are not among `stacks`.
void forget_stacks(const manifest::Manifest& manifest, const std::vector<std::string>& stacks);

}  // namespace davit::app
