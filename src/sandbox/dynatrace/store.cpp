#include "sandbox/dynatrace/store.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/crypto.h"

namespace davit::sandbox::dynatrace {

const Entity* Store::find_entity(std::string_view id) const {
  auto const found = entities.find(std::string(id));
  return found == entities.end() ? nullptr : &found->second;
}

std::string Store::entity_name(std::string_view id) const {
  auto const* entity = find_entity(id);
  return entity == nullptr ? std::string() : entity->name;
}

Problem* Store::find_problem(std::string_view id) {
  auto const found = std::ranges::find(problems, id, &Problem::id);
  return found == problems.end() ? nullptr : &*found;
}

bool Store::is_healthy(std::string_view entity) const {
  return std::ranges::none_of(problems, [&](const Problem& problem) {
    return !problem.end && std::ranges::find(problem.affected, entity) != problem.affected.end();
  });
}

std::string stable_hex(std::string_view text, std::size_t digits) {
  std::string hex;
  for (auto const byte : sha256(text)) {
    fmt::format_to(std::back_inserter(hex), "{:02x}", static_cast<unsigned char>(byte));
  }
  return hex.substr(0, digits);
}

std::string stable_uuid(std::string_view text) {
  auto const hex = stable_hex(text, 32);
  return fmt::format(
      "{}-{}-4{}-a{}-{}",
      hex.substr(0, 8),
      hex.substr(8, 4),
      hex.substr(13, 3),
      hex.substr(17, 3),
      hex.substr(20, 12)
  );
}

std::string entity_id(std::string_view type, std::string_view name) {
  auto hex = stable_hex(fmt::format("{}/{}", type, name), 16);
  std::ranges::transform(hex, hex.begin(), [](char c) {
    return c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return fmt::format("{}-{}", type, hex);
}

}  // namespace davit::sandbox::dynatrace
