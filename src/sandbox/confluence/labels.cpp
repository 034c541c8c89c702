// Labels: read in v2, written in v1.
#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "sandbox/confluence/entities.h"
#include "sandbox/confluence/routes.h"

namespace davit::sandbox::confluence {
namespace {

using enum http::Method;

constexpr std::size_t kMostLabels = 20;
constexpr std::size_t kLongestLabel = 255;

http::Response labels_of_page(World& world, Call& call) {
  DAVIT_TRY(auto const* page, page_arg(world, call));
  DAVIT_TRY(auto const prefix, choice(call, "prefix", "my team global system", "global"));
  auto rows = page->labels;
  if (prefix != "global") rows.clear();
  return v2_list(call, rows, [&](Id id) { return show_label(world, id); });
}

http::Response all_labels(World& world, Call& call) {
  std::vector<Id> rows;
  for (auto const& [id, name] : world.store.labels) rows.push_back(id);
  return v2_list(call, rows, [&](Id id) { return show_label(world, id); });
}

http::Response no_labels(World&, Call& call) {
  return v2_list(call, std::vector<Id>(), [](Id) { return json::Object(); });
}

Or<Page*> content_arg(World& world, const Call& call) {
  auto const id = call.arg("id");
  auto const found = world.store.pages.find(std::atoll(std::string(id).c_str()));
  if (found == world.store.pages.end() || found->second.status == "deleted") {
    return v1_error(
        404,
        fmt::format(
            "com.atlassian.confluence.api.service.exceptions.NotFoundException: No content found "
            "with id: ContentId{{id={}}}",
            id
        )
    );
  }
  return &found->second;
}

http::Response v1_list(const World& world, const Page& page) {
  json::Array results;
  for (auto const id : page.labels) {
    auto shown = show_label(world, id);
    auto name = shown.at("name");
    shown["label"] = std::move(name);
    results.emplace_back(std::move(shown));
  }
  auto const size = results.size();
  return json_answer(
      json::Object{{"results", std::move(results)}, {"start", 0}, {"limit", 200}, {"size", size}}
  );
}

std::optional<http::Response> refuse_label(std::string_view name) {
  if (name.empty() || name.size() > kLongestLabel) {
    return v1_error(400, "A label must have 1 to 255 characters");
  }
  if (name.find_first_of(" :;,.?&[]()#^*@!<>") != name.npos) {
    return v1_error(400, fmt::format("The label '{}' contains invalid characters", name));
  }
  return std::nullopt;
}

// One label or an array of them. Those that are there stay.
http::Response add_labels(World& world, Call& call) {
  DAVIT_TRY(auto* page, content_arg(world, call));
  auto const given = call.body.is_array() ? call.body.get_array() : array_of(call.body);
  if (given.size() > kMostLabels) return v1_error(400, "Too many labels");
  for (auto const& one : given) {
    if (auto refused = refuse_label(text_of(member(one, "name")))) return *std::move(refused);
  }
  for (auto const& one : given) {
    auto const id = world.store.label(text_of(member(one, "name")));
    if (std::ranges::find(page->labels, id) == page->labels.end()) page->labels.push_back(id);
  }
  return v1_list(world, *page);
}

http::Response remove_label(World& world, Page& page, std::string_view name) {
  std::erase_if(page.labels, [&](Id id) { return iequals(world.store.labels.at(id), name); });
  return no_content();
}

http::Response remove_by_path(World& world, Call& call) {
  DAVIT_TRY(auto* page, content_arg(world, call));
  if (call.arg("label").find('/') != std::string_view::npos) {
    return v1_error(400, "A label with a slash is removed with ?name=");
  }
  return remove_label(world, *page, call.arg("label"));
}

http::Response remove_by_query(World& world, Call& call) {
  DAVIT_TRY(auto* page, content_arg(world, call));
  auto const name = call.text("name");
  if (!name) return v1_error(400, "name is required");
  return remove_label(world, *page, *name);
}

http::Response get_v1(World& world, Call& call) {
  DAVIT_TRY(auto* page, content_arg(world, call));
  return v1_list(world, *page);
}

constexpr Route kRoutes[] = {
    {get, "/wiki/api/v2/pages/:id/labels", labels_of_page},
    {get, "/wiki/api/v2/labels", all_labels},
    {get, "/wiki/api/v2/spaces/:id/labels", no_labels},
    {get, "/wiki/rest/api/content/:id/label", get_v1},
    {post, "/wiki/rest/api/content/:id/label", add_labels},
    {del, "/wiki/rest/api/content/:id/label", remove_by_query},
    {del, "/wiki/rest/api/content/:id/label/:label", remove_by_path},
};

}  // namespace

std::span<const Route> label_routes() { return kRoutes; }

}  // namespace davit::sandbox::confluence
