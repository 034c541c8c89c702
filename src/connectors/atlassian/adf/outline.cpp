#include "connectors/atlassian/adf/outline.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "connectors/atlassian/adf/atoms.h"
#include "connectors/atlassian/adf/node.h"
#include "connectors/atlassian/adf/rules.h"
#include "connectors/atlassian/adf/to_markdown.h"

namespace davit::connectors::atlassian::adf {
namespace {

constexpr std::string_view kSeparator = " > ";

class Outliner {
 public:
  explicit Outliner(const json::Value& doc) : numbers_(doc) { visit(doc, 0); }

  std::vector<Section> take() { return std::move(sections_); }

 private:
  void visit(const json::Value& node, std::size_t depth) {
    auto const* content = content_of(node);
    if (content == nullptr || depth > kMaxNesting) return;
    for (std::size_t i = 0; i < content->size(); ++i) {
      auto const& child = (*content)[i];
      auto const type = type_of(child);
      place_.push_back(i);
      if (type == "heading") add(*content, i);
      if (is_word_in("layoutSection layoutColumn bodiedExtension expand", type)) {
        visit(child, depth + 1);
      }
      place_.pop_back();
    }
  }

  static int level_of(const json::Value& heading) {
    return static_cast<int>(
        std::clamp<std::int64_t>(json::find_int(heading, "attrs.level").value_or(1), 1, 6)
    );
  }

  void add(const json::Array& content, std::size_t i) {
    Section section;
    section.level = level_of(content[i]);
    append_plain(section.text, content[i]);
    section.place = place_;
    auto end = i + 1;
    while (end < content.size() &&
           !(type_of(content[end]) == "heading" && level_of(content[end]) <= section.level)) {
      ++end;
    }
    section.count = end - i;
    auto const text = to_markdown(content, i, section.count, numbers_);
    section.characters = static_cast<std::size_t>(std::ranges::count_if(text, [](char c) {
      return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    }));
    while (!above_.empty() && above_.back().first >= section.level) above_.pop_back();
    above_.emplace_back(section.level, section.text);
    for (auto const& [level, title] : above_) {
      section.path.append(section.path.empty() ? "" : kSeparator).append(title);
    }
    sections_.push_back(std::move(section));
  }

  Opaque const numbers_;
  std::vector<std::size_t> place_;
  std::vector<std::pair<int, std::string>> above_;
  std::vector<Section> sections_;
};

bool fits(const Section& section, std::string_view heading) {
  auto const path = to_lower(section.path);
  auto const wanted = to_lower(heading);
  return path == wanted || path.ends_with(std::string(kSeparator) + wanted);
}

std::string list_of(const std::vector<Section>& sections) {
  constexpr std::size_t kMost = 20;
  std::string out;
  for (std::size_t i = 0; i < std::min(kMost, sections.size()); ++i) {
    out += fmt::format("{}\"{}\"", i == 0 ? "" : ", ", sections[i].path);
  }
  if (sections.size() > kMost) out += fmt::format(" and {} more", sections.size() - kMost);
  return out.empty() ? "none" : out;
}

}  // namespace

std::vector<Section> outline(const json::Value& doc) { return Outliner(doc).take(); }

Result<Section> find_section(const json::Value& doc, std::string_view heading) {
  while (heading.starts_with('#')) heading.remove_prefix(1);
  heading = trim(heading);
  auto sections = outline(doc);
  std::vector<Section> found;
  std::ranges::copy_if(sections, std::back_inserter(found), [&](auto const& section) {
    return fits(section, heading);
  });
  if (found.empty()) {
    return Error(
        ErrorKind::not_found,
        fmt::format("no section \"{}\"; there are: {}", heading, list_of(sections))
    );
  }
  if (found.size() > 1) {
    return Error(
        ErrorKind::invalid_input,
        fmt::format("{} sections are called \"{}\": {}", found.size(), heading, list_of(found))
    );
  }
  return std::move(found.front());
}

std::string section_markdown(const json::Value& doc, const Section& section) {
  auto const* content = content_of(doc);
  for (std::size_t i = 0; content != nullptr && i + 1 < section.place.size(); ++i) {
    auto const* node = content->if_contains(section.place[i]);
    content = node == nullptr ? nullptr : content_of(*node);
  }
  if (content == nullptr || section.place.empty()) return "";
  return to_markdown(*content, section.place.back(), section.count, Opaque(doc));
}

}  // namespace davit::connectors::atlassian::adf
