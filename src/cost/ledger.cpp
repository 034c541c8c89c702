#include "cost/ledger.h"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace davit::cost {

const infra::Resource* Scene::find(std::string_view id) const {
  for (auto const& stack : stacks) {
    if (auto const* resource = stack.find(id)) return resource;
  }
  return nullptr;
}

std::vector<const infra::Resource*> Scene::of_type(std::string_view type) const {
  std::vector<const infra::Resource*> found;
  for (auto const& stack : stacks) {
    for (auto const& resource : stack.resources()) {
      if (resource.type->name == type) found.push_back(&resource);
    }
  }
  return found;
}

const json::Value* property(const infra::Resource& resource, std::string_view path) {
  auto const dot = path.find('.');
  auto const* value = resource.properties.if_contains(path.substr(0, dot));
  if (value == nullptr || dot == std::string_view::npos) return value;
  return json::find(*value, path.substr(dot + 1));
}

std::string_view text_of(const infra::Resource& resource, std::string_view path) {
  auto const* value = property(resource, path);
  return value != nullptr && value->is_string() ? json::view(value->get_string()) : "";
}

std::optional<std::int64_t> number_of(const infra::Resource& resource, std::string_view path) {
  auto const* value = property(resource, path);
  if (value == nullptr) return std::nullopt;
  if (auto const* whole = value->if_int64()) return *whole;
  // Of a task definition, CPU and memory are texts.
  auto const* text = value->if_string();
  if (text == nullptr) return std::nullopt;
  std::int64_t number = 0;
  auto const* const end = text->data() + text->size();
  auto const [stop, problem] = std::from_chars(text->data(), end, number);
  if (problem != std::errc() || stop != end) return std::nullopt;
  return number;
}

std::optional<std::int64_t> length_of(const infra::Resource& resource, std::string_view path) {
  auto const* value = property(resource, path);
  if (value == nullptr || !value->is_array()) return std::nullopt;
  return static_cast<std::int64_t>(value->get_array().size());
}

std::vector<const infra::Resource*> targets_of(
    const Scene& scene, const infra::Resource& resource, std::string_view path
) {
  std::vector<const infra::Resource*> found;
  auto const* value = property(resource, path);
  if (value == nullptr) return found;
  for (auto const& reference : infra::references_in(*value)) {
    if (auto const* target = scene.find(reference.id)) found.push_back(target);
  }
  return found;
}

void Ledger::add(Line line, const infra::Resource* owner) {
  if (owner != nullptr) {
    line.server = owner->server;
    line.resource = owner->id;
  }
  auto const found = std::ranges::find_if(lines_, [&line](const Line& other) {
    return other.what == line.what && other.server == line.server && other.unit == line.unit &&
           other.is_known == line.is_known && other.price_low == line.price_low &&
           other.price_high == line.price_high;
  });
  auto const is_new = found == lines_.end();
  auto& sum = is_new ? lines_.emplace_back(std::move(line)) : *found;
  if (!is_new) {
    ++sum.count;
    sum.resource.clear();
    sum.low = sum.low + line.low;
    sum.high = sum.high + line.high;
  }
  sum.amount_low = to_cents(times(sum.price_low, sum.low));
  sum.amount_high = to_cents(times(sum.price_high, sum.high));
}

void Ledger::add(std::string what, PriceKey key, Span span, const infra::Resource* owner) {
  add_at(std::move(what), *key.price, 100, 100, span, owner);
}

void Ledger::add_at(
    std::string what,
    const Price& price,
    int percent_low,
    int percent_high,
    Span span,
    const infra::Resource* owner
) {
  Line line{.what = std::move(what), .unit = price.unit, .low = span.low, .high = span.high};
  line.price_low = times(price.price, ratio(percent_low, 100));
  line.price_high = times(price.price, ratio(percent_high, 100));
  add(std::move(line), owner);
}

void Ledger::add_unknown(std::string what, const infra::Resource* owner) {
  add({.what = std::move(what), .is_known = false}, owner);
}

}  // namespace davit::cost
