// Picture: what a reviewer asks of a deployment, as boxes in frames with arrows: zones, borders of
// trust, who talks to whom, where secrets come from.
#pragma once

#include <string>
#include <vector>

#include "infra/stack.h"
#include "manifest/manifest.h"

namespace davit::infra {

enum class Look { plain, outside, network, compute, data, secret, watch };

// A border; those of trust are drawn as such.
struct Frame {
  std::string id;
  std::string title;
  std::string inside;  // id of the frame around it; empty: none
  Look look = Look::plain;
  bool is_trust_border = false;
};

struct Box {
  std::string id;
  std::vector<std::string> lines;  // the first is its title
  std::string inside;
  Look look = Look::plain;
};

struct Arrow {
  std::string from;
  std::string to;
  std::string text;
  bool is_quiet = false;  // set up once, or now and then: dashed
  bool both_ways = false;
};

struct Picture {
  std::string title;
  std::vector<Frame> frames;  // outer before inner
  std::vector<Box> boxes;
  std::vector<Arrow> arrows;
};

Picture picture_of(const manifest::Manifest& manifest, const std::vector<Stack>& stacks);

// For Graphviz: `dot -Tsvg`.
std::string to_dot(const Picture& picture);
// For Markdown.
std::string to_mermaid(const Picture& picture);

}  // namespace davit::infra
