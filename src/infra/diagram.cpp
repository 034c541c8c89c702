#include <fmt/format.h>

#include "base/strings.h"
#include "infra/picture.h"

namespace davit::infra {
namespace {

struct Colours {
  std::string_view line;
  std::string_view fill;
};

Colours colours_of(Look look) {
  switch (look) {
    case Look::plain: return {"#5b6770", "#f7f8f9"};
    case Look::outside: return {"#b3261e", "#fdf1f0"};
    case Look::network: return {"#6b3fa0", "#f6f1fb"};
    case Look::compute: return {"#b8600b", "#fdf4ea"};
    case Look::data: return {"#2e7d32", "#eff7f0"};
    case Look::secret: return {"#a3195b", "#fcf0f5"};
    case Look::watch: return {"#1769aa", "#eef5fb"};
  }
  return {"", ""};
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (auto const c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

// Text inside Graphviz's HTML labels, and Mermaid's.
std::string escaped(std::string_view text) {
  std::string out;
  for (auto const c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string label_of(const Box& box) {
  std::string label;
  for (std::size_t i = 0; i < box.lines.size(); ++i) {
    label += i == 0 ? fmt::format("<b>{}</b>", escaped(box.lines[i]))
                    : fmt::format("<br/><font point-size=\"10\">{}</font>", escaped(box.lines[i]));
  }
  return label;
}

// On white, so that lines behind it do not cross it out.
std::string text_of(const Arrow& arrow) {
  if (arrow.text.empty()) return "label=\"\"";
  return fmt::format(
      "label=<<table border=\"0\" cellborder=\"0\" cellspacing=\"0\" cellpadding=\"2\"><tr><td "
      "bgcolor=\"white\">{}</td></tr></table>>",
      escaped(arrow.text)
  );
}

class DotWriter {
 public:
  explicit DotWriter(const Picture& picture) : picture_(picture) {}

  std::string write() {
    out_ = fmt::format(
        "digraph {0} {{\n"
        "  graph [label={0}, labelloc=t, fontsize=20, fontname=\"Helvetica\", rankdir=LR, "
        "compound=true, nodesep=0.35, ranksep=0.9, pad=0.4, newrank=true]\n"
        "  node [shape=box, style=\"rounded,filled\", fontname=\"Helvetica\", fontsize=12, "
        "margin=\"0.18,0.1\"]\n"
        "  edge [fontname=\"Helvetica\", fontsize=10, color=\"#444c52\", arrowsize=0.7]\n",
        quoted(picture_.title)
    );
    write_inside("", 2);
    for (auto const& arrow : picture_.arrows) {
      out_ += fmt::format(
          "  {} -> {} [{}{}{}]\n",
          arrow.from,
          arrow.to,
          text_of(arrow),
          arrow.is_quiet ? ", style=dashed" : "",
          arrow.both_ways ? ", dir=both, constraint=false" : ""
      );
    }
    return out_ + "}\n";
  }

 private:
  void write_inside(std::string_view frame, std::size_t indent) {
    std::string const blank(indent, ' ');
    for (auto const& box : picture_.boxes) {
      if (box.inside != frame) continue;
      auto const [line, fill] = colours_of(box.look);
      out_ += fmt::format(
          "{}{} [label=<{}>, color=\"{}\", fillcolor=\"{}\"]\n",
          blank,
          box.id,
          label_of(box),
          line,
          fill
      );
    }
    for (auto const& inner : picture_.frames) {
      if (inner.inside != frame) continue;
      auto const [line, fill] = colours_of(inner.look);
      out_ += fmt::format(
          "{0}subgraph cluster_{1} {{\n"
          "{0}  graph [label={2}, labeljust=l, labelloc={7}, fontsize=13, color=\"{3}\", "
          "bgcolor=\"{4}\", "
          "style=\"{5}\", penwidth={6}, margin=16]\n",
          blank,
          inner.id,
          quoted(inner.title),
          line,
          inner.is_trust_border ? "#ffffff" : fill,
          inner.is_trust_border ? "dashed,rounded" : "rounded",
          inner.is_trust_border ? 2 : 1,
          // Most arrows enter the inner frames from above, where they would cross the title.
          inner.is_trust_border ? 't' : 'b'
      );
      write_inside(inner.id, indent + 2);
      out_ += blank + "}\n";
    }
  }

  const Picture& picture_;
  std::string out_;
};

class MermaidWriter {
 public:
  explicit MermaidWriter(const Picture& picture) : picture_(picture) {}

  std::string write() {
    out_ = fmt::format("---\ntitle: {}\n---\nflowchart LR\n", picture_.title);
    write_inside("", 2);
    for (auto const& arrow : picture_.arrows) {
      auto const line = arrow.both_ways ? "<-.->" : arrow.is_quiet ? "-.->" : "-->";
      out_ += arrow.text.empty()
                  ? fmt::format("  {} {} {}\n", arrow.from, line, arrow.to)
                  : fmt::format(
                        "  {} {}|\"{}\"| {}\n", arrow.from, line, escaped(arrow.text), arrow.to
                    );
    }
    for (auto const& box : picture_.boxes) {
      auto const [line, fill] = colours_of(box.look);
      out_ += fmt::format("  style {} fill:{},stroke:{}\n", box.id, fill, line);
    }
    return out_;
  }

 private:
  void write_inside(std::string_view frame, std::size_t indent) {
    std::string const blank(indent, ' ');
    for (auto const& box : picture_.boxes) {
      if (box.inside != frame) continue;
      std::string label;
      for (auto const& line : box.lines) label += (label.empty() ? "" : "<br/>") + escaped(line);
      out_ += fmt::format("{}{}[\"{}\"]\n", blank, box.id, label);
    }
    for (auto const& inner : picture_.frames) {
      if (inner.inside != frame) continue;
      out_ += fmt::format("{}subgraph {}[\"{}\"]\n", blank, inner.id, escaped(inner.title));
      write_inside(inner.id, indent + 2);
      out_ += blank + "end\n";
    }
  }

  const Picture& picture_;
  std::string out_;
};

}  // namespace

std::string to_dot(const Picture& picture) { return DotWriter(picture).write(); }

std::string to_mermaid(const Picture& picture) { return MermaidWriter(picture).write(); }

}  // namespace davit::infra
