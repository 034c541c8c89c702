#include "infra/property_changes.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/strings.h"
#include "infra/value.h"

namespace davit::infra {
namespace {

constexpr std::size_t kMaxShown = 120;  // bytes of a value in a change
constexpr std::size_t kLead = 40;       // of them before the first that differs

std::string letters_of(const json::Value& value) {
  return value.is_string() ? std::string(value.get_string()) : json::to_text(value);
}

// Scalars by their letters: CloudFormation takes 443 and "443" for the same.
bool is_equal(const json::Value& a, const json::Value& b) {
  if (a.is_object() && b.is_object()) {
    auto const& x = a.get_object();
    auto const& y = b.get_object();
    return x.size() == y.size() && std::ranges::all_of(x, [&y](const auto& entry) {
             auto const* other = y.if_contains(entry.key());
             return other != nullptr && is_equal(entry.value(), *other);
           });
  }
  if (a.is_array() && b.is_array()) {
    return std::ranges::equal(a.get_array(), b.get_array(), is_equal);
  }
  if (a.is_structured() || b.is_structured()) return false;
  return letters_of(a) == letters_of(b);
}

// What tells the elements of a list apart, "Name" of containers, "Key" of tags.
std::string_view name_in_list(const json::Value& item) {
  for (auto const key : {"Name", "Key", "Sid", "ContainerName", "Id", "PolicyName"}) {
    if (auto const name = json::find_string(item, key)) return *name;
  }
  return {};
}

// As a reader sees it: a text without quotes, in one line; of a tag and the like the value alone,
// for the path has its name.
std::string shown(const json::Value* value) {
  if (value == nullptr) return "";
  auto const* object = value->if_object();
  auto const* alone = object != nullptr && object->size() == 2 && !name_in_list(*value).empty()
                          ? object->if_contains("Value")
                          : nullptr;
  auto text = letters_of(alone == nullptr ? *value : *alone);
  for (auto at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 2)) {
    text.replace(at, 1, "\\n");
  }
  return text;
}

// Of two long texts the part where they begin to differ.
void shorten(std::string& before, std::string& after) {
  if (before.size() <= kMaxShown && after.size() <= kMaxShown) return;
  auto const same = std::ranges::mismatch(before, after).in1 - before.begin();
  auto const skipped =
      static_cast<std::size_t>(same) > kMaxShown / 2 ? static_cast<std::size_t>(same) - kLead : 0;
  for (auto* text : {&before, &after}) {
    auto rest = std::string_view(*text);
    rest.remove_prefix(std::min(skipped, rest.size()));
    // Not in the middle of a character.
    while (skipped > 0 && !rest.empty() && (rest.front() & 0xC0) == 0x80) rest.remove_prefix(1);
    auto out = std::string(utf8_prefix(rest, kMaxShown));
    auto const is_cut = out.size() < rest.size();
    *text = (skipped > 0 && !text->empty() ? "..." : "") + out + (is_cut ? "..." : "");
  }
}

class Comparison {
 public:
  explicit Comparison(const ResourceType* type) : type_(type) {}

  std::vector<PropertyChange> take() { return std::move(changes_); }

  void compare_objects(
      const std::string& path,
      const std::string& plain,  // the path without places in lists, "A/B"
      const json::Object& before,
      const json::Object& after
  ) {
    auto const inside = [](const std::string& outer, char dot, std::string_view key) {
      return outer.empty() ? std::string(key) : fmt::format("{}{}{}", outer, dot, key);
    };
    for (auto const& [key, value] : before) {
      compare(inside(path, '.', key), inside(plain, '/', key), &value, after.if_contains(key));
    }
    for (auto const& [key, value] : after) {
      if (before.contains(key)) continue;
      compare(inside(path, '.', key), inside(plain, '/', key), nullptr, &value);
    }
  }

 private:
  void compare(
      const std::string& path,
      const std::string& plain,
      const json::Value* before,
      const json::Value* after
  ) {
    if (before != nullptr && after != nullptr) {
      if (is_equal(*before, *after)) return;
      auto const is_whole = is_function(*before) || is_function(*after);
      if (!is_whole && before->is_object() && after->is_object()) {
        return compare_objects(path, plain, before->get_object(), after->get_object());
      }
      if (!is_whole && before->is_array() && after->is_array() &&
          compare_lists(path, plain, before->get_array(), after->get_array())) {
        return;
      }
    }
    PropertyChange change{.path = path, .plain_path = plain};
    change.before = shown(before);
    change.after = shown(after);
    shorten(change.before, change.after);
    change.replaces = type_ != nullptr && is_replaced(plain);
    changes_.push_back(std::move(change));
  }

  // Element by element where they have names; as a whole otherwise, which this leaves to others.
  bool compare_lists(
      const std::string& path,
      const std::string& plain,
      const json::Array& before,
      const json::Array& after
  ) {
    auto const by_name = [](const json::Array& list) {
      std::map<std::string_view, const json::Value*> all;
      for (auto const& item : list) all[name_in_list(item)] = &item;
      return all;
    };
    auto const old_items = by_name(before);
    auto const new_items = by_name(after);
    auto const is_named = [](const auto& items, const json::Array& list) {
      return items.size() == list.size() && !items.contains("");
    };
    if (!is_named(old_items, before) || !is_named(new_items, after)) return false;
    auto const changes = changes_.size();
    for (auto const& [name, item] : old_items) {
      auto const found = new_items.find(name);
      auto const* other = found == new_items.end() ? nullptr : found->second;
      compare(fmt::format("{}[{}]", path, name), plain, item, other);
    }
    for (auto const& [name, item] : new_items) {
      if (old_items.contains(name)) continue;
      compare(fmt::format("{}[{}]", path, name), plain, nullptr, item);
    }
    // Else only their order differs.
    return changes_.size() > changes;
  }

  bool is_replaced(std::string_view plain) const {
    for (;;) {
      if (type_->is_replaced_by(plain)) return true;
      auto const slash = plain.rfind('/');
      if (slash == std::string_view::npos) return false;
      plain = plain.substr(0, slash);
    }
  }

  const ResourceType* type_;
  std::vector<PropertyChange> changes_;
};

}  // namespace

std::vector<PropertyChange> property_changes(
    const ResourceType* type, const json::Object& before, const json::Object& after
) {
  Comparison comparison(type);
  comparison.compare_objects("", "", before, after);
  return comparison.take();
}

}  // namespace davit::infra
