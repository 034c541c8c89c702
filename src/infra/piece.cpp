#include "infra/piece.h"

#include <algorithm>
#include <cstdint>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

namespace davit::infra {
namespace {

constexpr Layer kLayers[] = {
    Layer::registry, Layer::network, Layer::shared, Layer::edge, Layer::compute, Layer::watch
};

// What a release owns, and that we made it, for the plan of a later version.
json::Object metadata_of(const Resource& resource) {
  json::Object ours{{"Layer", name_of(resource.layer)}};
  if (!resource.released.empty()) {
    ours["ReleaseOwns"] = json::Array(resource.released.begin(), resource.released.end());
  }
  return {{"Davit", std::move(ours)}};
}

// Templates of one layer for servers; beyond that a single one is too large.
constexpr std::size_t kMostBuckets = 256;

// FNV-1a, since the place of a server must be the same wherever and whenever it is asked for.
std::uint64_t hash_of(std::string_view name) {
  std::uint64_t hash = 14'695'981'039'346'656'037U;
  for (auto const c : name) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 1'099'511'628'211U;
  }
  return hash;
}

class Splitter {
 public:
  Splitter(const Stack& stack, std::size_t max_resources, std::size_t max_bytes)
      : stack_(stack), max_resources_(max_resources), max_bytes_(max_bytes) {
    for (auto const& resource : stack.resources()) {
      auto const text = json::to_text(resource_json(stack, resource));
      bytes_[&resource] = resource.id.size() + text.size() + 8;
    }
  }

  std::vector<Piece> split() {
    Piece whole{.name = stack_.name()};
    for (auto const& resource : stack_.resources()) whole.resources.push_back(&resource);
    if (fits(whole)) {
      pieces_.push_back(std::move(whole));
    } else {
      for (auto const layer : kLayers) split_layer(layer);
    }
    return std::move(pieces_);
  }

 private:
  bool fits(const Piece& piece) const {
    if (piece.resources.size() > max_resources_) return false;
    std::size_t bytes = 0;
    for (auto const* resource : piece.resources) bytes += bytes_.at(resource);
    // YAML is larger than JSON by its indentation: half as much again has always been enough.
    return bytes + bytes / 2 < max_bytes_;
  }

  // The resources of one server stay together, behind those that are everybody's. Last come those
  // that need the resources of several servers.
  static std::vector<Piece> group(const Piece& layer) {
    constexpr std::string_view kOfSeveral = "*";
    std::unordered_map<std::string_view, std::string_view> group_of;
    std::vector<std::pair<std::string_view, std::vector<std::string>>> needs;
    for (auto const* resource : layer.resources) {
      group_of[resource->id] = resource->server;
      auto ids = resource->depends_on;
      for (auto& reference : references_in(resource->properties)) {
        ids.push_back(std::move(reference.id));
      }
      needs.emplace_back(resource->id, std::move(ids));
    }
    // A group only grows, from nobody's over one server's to that of several.
    for (auto has_changed = true; std::exchange(has_changed, false);) {
      for (auto const& [id, others] : needs) {
        auto& own = group_of[id];
        for (auto const& other : others) {
          auto const found = group_of.find(other);
          if (found == group_of.end() || found->second.empty() || found->second == own) continue;
          if (own == kOfSeveral) continue;
          own = own.empty() ? found->second : kOfSeveral;
          has_changed = true;
        }
      }
    }
    std::vector<Piece> groups(1);
    Piece last{.name = std::string(kOfSeveral)};
    std::unordered_map<std::string_view, std::size_t> places{{"", 0}};
    for (auto const* resource : layer.resources) {
      auto const name = group_of[resource->id];
      if (name == kOfSeveral) {
        last.resources.push_back(resource);
        continue;
      }
      auto const [place, is_new] = places.emplace(name, groups.size());
      if (is_new) groups.push_back({.name = std::string(name)});
      groups[place->second].resources.push_back(resource);
    }
    groups.push_back(std::move(last));
    return groups;
  }

  void split_layer(Layer layer) {
    Piece all{.name = fmt::format("{}-{}", stack_.name(), name_of(layer))};
    for (auto const& resource : stack_.resources()) {
      if (resource.layer == layer) all.resources.push_back(&resource);
    }
    if (all.resources.empty()) return;
    if (fits(all)) {
      pieces_.push_back(std::move(all));
      return;
    }
    auto const groups = group(all);
    // Twice as many templates each time, so that a server that comes or goes moves few others: what
    // has a name cannot be made in one stack before it is gone from the other.
    for (std::size_t count = 1; count <= kMostBuckets; count *= 2) {
      auto pieces = distribute(groups, count);
      auto const is_last = count == kMostBuckets;
      if (!is_last && !std::ranges::all_of(pieces, [this](auto& one) { return fits(one); })) {
        continue;
      }
      for (std::size_t i = 0; i < pieces.size(); ++i) {
        if (pieces[i].resources.empty()) continue;
        pieces[i].name = i == 0 ? all.name : fmt::format("{}-{}", all.name, i + 1);
        pieces_.push_back(std::move(pieces[i]));
      }
      return;
    }
  }

  // Everybody's, then the servers in buckets by their names, then what needs several servers.
  static std::vector<Piece> distribute(const std::vector<Piece>& groups, std::size_t count) {
    std::vector<Piece> pieces(count + 2);
    for (std::size_t i = 0; i < groups.size(); ++i) {
      auto const is_server = i > 0 && i + 1 < groups.size();
      auto const place = is_server ? 1 + hash_of(groups[i].name) % count : (i == 0 ? 0 : count + 1);
      auto& into = pieces[place].resources;
      into.insert(into.end(), groups[i].resources.begin(), groups[i].resources.end());
    }
    return pieces;
  }

  const Stack& stack_;
  std::size_t max_resources_;
  std::size_t max_bytes_;
  std::unordered_map<const Resource*, std::size_t> bytes_;  // of each, as JSON
  std::vector<Piece> pieces_;
};

}  // namespace

std::vector<Piece> pieces_of(const Stack& stack, std::size_t max_resources, std::size_t max_bytes) {
  return Splitter(stack, max_resources, max_bytes).split();
}

std::span<const Layer> layers() { return kLayers; }

json::Object resource_json(const Stack& stack, const Resource& resource) {
  json::Object object{{"Type", resource.type->name}};
  if (!resource.depends_on.empty()) {
    object["DependsOn"] = json::Array(resource.depends_on.begin(), resource.depends_on.end());
  }
  if (resource.is_retained) {
    object["DeletionPolicy"] = "Retain";
    object["UpdateReplacePolicy"] = "Retain";
  }
  object["Metadata"] = metadata_of(resource);
  auto properties = with_tags(stack, resource);
  if (!properties.empty()) object["Properties"] = std::move(properties);
  return object;
}

}  // namespace davit::infra
