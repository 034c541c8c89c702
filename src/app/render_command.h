// `davit render` and `davit diagram`: what a manifest stands for, in the form of others.
#pragma once

#include <string>

#include "app/manifest_source.h"

namespace davit::app {

struct RenderRequest {
  ManifestSource source;
  std::string what = "cloudformation";  // task-definition, openapi, dashboard, diagram, env
  std::string out;                      // a folder; empty: standard output
  bool save = false;                    // into kSavedFolder
  std::string format;                   // yaml, json; of a diagram: mermaid, dot
  std::string stack;                    // one of several stacks, by name
};

struct DiagramRequest {
  ManifestSource source;
  std::string svg;  // files; both empty: Mermaid on standard output
  std::string png;
};

// Print to standard output, notes to standard error, and answer the exit code. Errors: what kept
// the command from its work.
Result<int> run_render(const RenderRequest& request);
Result<int> run_diagram(const DiagramRequest& request);

}  // namespace davit::app
