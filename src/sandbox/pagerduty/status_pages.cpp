// The one public status page.
#include <fmt/format.h>

#include "sandbox/pagerduty/answers.h"
#include "sandbox/pagerduty/seed.h"

namespace davit::sandbox::pagerduty {
namespace {

using enum http::Method;

struct Choice {
  std::string_view id;
  std::string_view description;
};
constexpr Choice kImpacts[] = {{"PIMPDEG", "degraded"}, {"PIMPOUT", "outage"}};
constexpr Choice kSeverities[] = {{"PSEVMIN", "minor"}, {"PSEVMAJ", "major"}};
constexpr Choice kStatuses[] = {{"PSTAINV", "investigating"}, {"PSTARES", "resolved"}};

constexpr Choice kServices[] = {{"PSSHOP1", "Checkout"}, {"PSTICK1", "Tickets"}};

http::Response list_pages(World&, Call& call) {
  json::Array pages{json::Object{
      {"id", seed::kStatusPage},
      {"type", "status_page"},
      {"name", "Harbor status"},
      {"status_page_type", "public"},
      {"url", "https://status.harbor.example"},
      {"published_at", "2025-09-13T10:11:12.000Z"}
  }};
  return json_answer(page_answer(call, "status_pages", std::move(pages), Page{}, 1));
}

bool is_page(const Call& call) { return call.arg("id") == seed::kStatusPage; }

http::Response choices(
    const Call& call, std::string_view name, std::string_view type, std::span<const Choice> all
) {
  if (!is_page(call)) return not_found();
  json::Array shown;
  for (auto const& one : all) {
    shown.push_back(json::Object{{"id", one.id}, {"type", type}, {"description", one.description}});
  }
  auto const count = shown.size();
  return json_answer(page_answer(call, name, std::move(shown), Page{}, count));
}

http::Response services(World&, Call& call) {
  if (!is_page(call)) return not_found();
  json::Array shown;
  for (auto const& [id, name] : kServices) {
    shown.push_back(json::Object{{"id", id}, {"type", "status_page_service"}, {"name", name}});
  }
  auto const count = shown.size();
  return json_answer(page_answer(call, "services", std::move(shown), Page{}, count));
}
http::Response impacts(World&, Call& call) {
  return choices(call, "impacts", "status_page_impact", kImpacts);
}
http::Response severities(World&, Call& call) {
  return choices(call, "severities", "status_page_severity", kSeverities);
}
http::Response statuses(World&, Call& call) {
  return choices(call, "statuses", "status_page_status", kStatuses);
}

json::Object show_post(const World& world, const Post& post) {
  return {
      {"id", post.id},
      {"type", "status_page_post"},
      {"self", fmt::format("{}/status_pages/{}/posts/{}", world.base_url, post.page, post.id)},
      {"title", post.title},
      {"post_type", post.post_type},
      {"starts_at", to_text(post.starts)},
      {"ends_at", nullptr},
      {"status_page", json::Object{{"id", post.page}, {"type", "status_page"}}},
      {"updates", post.updates}
  };
}

http::Response list_posts(World& world, Call& call) {
  if (!is_page(call)) return not_found();
  std::vector<const Post*> rows;
  for (auto const& post : world.store.posts) {
    if (call.text("post_type").value_or(post.post_type) == post.post_type) rows.push_back(&post);
  }
  return paged(call, "posts", rows, [&](auto const& row) { return show_post(world, row); });
}

http::Response one_post(World& world, Call& call) {
  auto const* post = find(world.store.posts, call.arg("post"));
  if (!is_page(call) || post == nullptr) return not_found();
  return json_answer(json::Object{{"post", show_post(world, *post)}});
}

http::Response create_post(World& world, Call& call) {
  if (!is_page(call)) return not_found();
  auto const* given = json::find(call.body, "post");
  auto const title = given == nullptr ? std::string() : body_text(*given, "title");
  auto const type = given == nullptr ? std::string() : body_text(*given, "post_type");
  if (title.empty()) return invalid("Title cannot be empty");
  if (type != "incident" && type != "maintenance") {
    return invalid("Post type must be incident or maintenance");
  }
  Post post{
      .id = world.store.new_id(),
      .page = std::string(seed::kStatusPage),
      .title = title,
      .post_type = type,
      .starts = parse_time(body_text(*given, "starts_at")).value_or(call.now)
  };
  if (auto const* updates = json::find_array(*given, "updates")) post.updates = *updates;
  world.store.posts.push_back(std::move(post));
  return json_answer(json::Object{{"post", show_post(world, world.store.posts.back())}}, 201);
}

constexpr Route<World> kRoutes[] = {
    {get, "/status_pages", list_pages},
    {get, "/status_pages/:id/impacts", impacts},
    {get, "/status_pages/:id/services", services},
    {get, "/status_pages/:id/severities", severities},
    {get, "/status_pages/:id/statuses", statuses},
    {get, "/status_pages/:id/posts", list_posts},
    {get, "/status_pages/:id/posts/:post", one_post},
    {post, "/status_pages/:id/posts", create_post},
};

}  // namespace

Routes status_page_routes() { return kRoutes; }

}  // namespace davit::sandbox::pagerduty
