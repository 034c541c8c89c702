// Maintenance windows.
#include "sandbox/pagerduty/answers.h"
#include "sandbox/pagerduty/entities.h"

namespace davit::sandbox::pagerduty {
namespace {

using enum http::Method;

bool is_in_state(const Window& window, std::string_view state, Time now) {
  if (state == "past") return window.end <= now;
  if (state == "future") return window.start > now;
  if (state == "ongoing") return window.start <= now && window.end > now;
  if (state == "open") return window.end > now;
  return true;
}

http::Response list(World& world, Call& call) {
  std::vector<const Window*> rows;
  for (auto const& window : world.store.windows) {
    if (!is_in_state(window, call.text("filter").value_or("all"), call.now)) continue;
    if (!matches_query(call, window.description)) continue;
    if (fits_any(call.list("service_ids[]"), window.services)) rows.push_back(&window);
  }
  return paged(call, "maintenance_windows", rows, [&](auto const& row) {
    return show_window(world, row);
  });
}

http::Response one(World& world, Call& call) {
  auto const* window = find(world.store.windows, call.arg("id"));
  if (window == nullptr) return not_found();
  return json_answer(json::Object{{"maintenance_window", show_window(world, *window)}});
}

http::Response create(World& world, Call& call) {
  DAVIT_TRY(auto const* const from, sender(world, call));
  auto const* given = json::find(call.body, "maintenance_window");
  if (given == nullptr) return invalid("Maintenance window is missing");
  auto const start = parse_time(body_text(*given, "start_time"));
  auto const end = parse_time(body_text(*given, "end_time"));
  if (!start || !end) return invalid("Start time and end time are required");
  if (*end <= *start || *end <= call.now) return invalid("End time must be after start time");
  auto& store = world.store;
  Window window{
      .id = store.new_id(),
      .number = static_cast<int>(store.windows.size()) + 1,
      .start = std::max(*start, call.now),
      .end = *end,
      .description = body_text(*given, "description"),
      .created_by = from->id
  };
  if (auto const* services = json::find_array(*given, "services")) {
    for (auto const& service : *services) window.services.push_back(body_text(service, "id"));
  }
  for (auto const& id : window.services) {
    if (find(store.services, id) == nullptr) return invalid("Service could not be found");
  }
  if (window.services.empty()) return invalid("Services cannot be empty");
  store.windows.push_back(std::move(window));
  return json_answer(
      json::Object{{"maintenance_window", show_window(world, store.windows.back())}}, 201
  );
}

// "Delete an existing maintenance window if it's in the future, or end it if it's currently
// on-going." A past one answers 405.
http::Response end(World& world, Call& call) {
  auto& windows = world.store.windows;
  auto* window = find(windows, call.arg("id"));
  if (window == nullptr) return not_found();
  if (window->end <= call.now) return error(405, 2001, "Maintenance window is already over");
  if (window->start <= call.now) {
    window->end = call.now;
  } else {
    windows.erase(windows.begin() + (window - windows.data()));
  }
  return no_content();
}

constexpr Route<World> kRoutes[] = {
    {get, "/maintenance_windows", list},
    {get, "/maintenance_windows/:id", one},
    {post, "/maintenance_windows", create},
    {del, "/maintenance_windows/:id", end},
};

}  // namespace

Routes maintenance_routes() { return kRoutes; }

}  // namespace davit::sandbox::pagerduty
