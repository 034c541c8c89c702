// Creating, changing and deleting pages.
#include <fmt/format.h>

#include "sandbox/confluence/entities.h"
#include "sandbox/confluence/routes.h"

namespace davit::sandbox::confluence {
namespace {

using enum http::Method;

constexpr std::size_t kMostTitle = 255;

http::Response title_taken() {
  return v2_error(
      400,
      "A page with this title already exists: A page already exists with the same TITLE in this "
      "space"
  );
}

Or<std::string> read_title(const Call& call, bool is_needed) {
  auto const title = text_of(member(call.body, "title"));
  if (title.empty() && is_needed) return v2_error(400, "Title is required");
  if (title.size() > kMostTitle) return v2_error(400, "Title cannot be longer than 255 characters");
  return title;
}

Id to_id(const std::string& text) { return text.empty() ? 0 : std::atoll(text.c_str()); }

Or<std::string> read_status(const Call& call, bool is_needed) {
  auto const status = text_of(member(call.body, "status"));
  if (status.empty() && is_needed) return v2_error(400, "status is required");
  if (!status.empty() && !has_word("current draft", status)) {
    return v2_error(400, "status must be 'current' or 'draft'");
  }
  return status.empty() ? std::string("current") : status;
}

// Where a new page goes: below the home page of its space unless told otherwise.
Or<Id> read_parent(World& world, const Call& call, const Space& space) {
  auto const parent = text_of(member(call.body, "parentId"));
  if (call.flag("root-level")) {
    if (!parent.empty()) return v2_error(400, "parentId must not be given with root-level");
    return Id(0);
  }
  if (parent.empty()) return Id(space.homepage);
  auto const found = world.store.pages.find(to_id(parent));
  if (found == world.store.pages.end()) return v2_not_found("Parent not found");
  if (found->second.space != space.id) {
    return v2_error(400, "The parent page is in another space");
  }
  return found->second.id;
}

http::Response create_page(World& world, Call& call) {
  auto& store = world.store;
  auto const space = store.spaces.find(to_id(text_of(member(call.body, "spaceId"))));
  if (member(call.body, "spaceId") == nullptr) return v2_error(400, "spaceId is required");
  if (space == store.spaces.end()) return v2_not_found("Space not found");
  DAVIT_TRY(auto const status, read_status(call, false));
  DAVIT_TRY(auto const title, read_title(call, status == "current"));
  DAVIT_TRY(auto const parent, read_parent(world, call, space->second));
  auto body =
      json::Value(json::Object{{"type", "doc"}, {"version", 1}, {"content", json::Array()}});
  if (auto const* given = member(call.body, "body")) {
    DAVIT_TRY(body, read_body(given));
  }
  if (status == "current" && store.is_title_taken(space->first, title, 0)) return title_taken();
  Page page{
      .id = store.next_id++,
      .space = space->first,
      .parent = parent,
      .position = store.next_position(parent),
      .status = status,
      .author = caller(),
      .owner = caller(),
      .created = call.now,
      .versions = {},
      .draft = {},
      .labels = {},
  };
  page.versions.push_back(
      {.author = caller(), .created = call.now, .message = {}, .title = title, .body = body}
  );
  auto const& kept = store.pages[page.id] = page;
  return json_answer(show_page(world, kept, kept.latest(), "storage"));
}

std::optional<http::Response> refuse_update(const Page& page, const Call& call) {
  auto const id = text_of(member(call.body, "id"));
  if (id.empty()) return v2_error(400, "id is required");
  if (to_id(id) != page.id) return v2_error(400, "Page id in the body and in the path differ");
  if (auto const space = text_of(member(call.body, "spaceId"));
      !space.empty() && to_id(space) != page.space) {
    return v2_error(400, "Moving a page to a different space is not supported");
  }
  return std::nullopt;
}

std::optional<http::Response> change_parent(World& world, const Call& call, Page& page) {
  auto const parent = to_id(text_of(member(call.body, "parentId")));
  if (parent == 0 || parent == page.parent) return std::nullopt;
  auto const found = world.store.pages.find(parent);
  if (found == world.store.pages.end()) return v2_not_found("Parent not found");
  if (found->second.space != page.space) {
    return v2_error(400, "The parent page is in another space");
  }
  if (parent == page.id || world.store.is_below(found->second, page.id)) {
    return v2_error(400, "A page cannot be moved below itself");
  }
  page.position = world.store.next_position(parent);
  page.parent = parent;
  return std::nullopt;
}

void add_version(Page& page, Time now, std::string title, json::Value body, std::string message) {
  page.versions.push_back(
      {.number = page.latest().number + 1,
       .author = caller(),
       .created = now,
       .message = std::move(message),
       .title = std::move(title),
       .body = std::move(body)}
  );
}

// A draft beside the published page. Its version number is always 1.
http::Response save_draft(World& world, const Call& call, Page& page, Version draft) {
  if (json::find_int(call.body, "version.number") != 1) {
    return v2_error(400, "version.number must be 1 when the status becomes draft");
  }
  auto& slot = page.status == "draft" ? page.latest() : page.draft.emplace();
  slot = std::move(draft);
  auto shown = show_page(world, page, slot, "storage");
  shown["status"] = "draft";
  return json_answer(shown);
}

http::Response update_page(World& world, Call& call) {
  DAVIT_TRY(auto* page, page_arg(world, call));
  if (auto refused = refuse_update(*page, call)) return *std::move(refused);
  DAVIT_TRY(auto const status, read_status(call, true));
  DAVIT_TRY(auto const title, read_title(call, true));
  DAVIT_TRY(auto body, read_body(member(call.body, "body")));
  auto const message = text_of(json::find(call.body, "version.message"));
  if (status == "draft") {
    return save_draft(
        world,
        call,
        *page,
        {.author = caller(), .created = call.now, .message = message, .title = title, .body = body}
    );
  }
  // A draft has no version yet: publishing it makes version 1.
  auto const is_draft = page->status == "draft";
  DAVIT_TRY(
      auto const version, read_version(call.body, is_draft ? 0 : page->latest().number, "page")
  );
  if (world.store.is_title_taken(page->space, title, page->id)) return title_taken();
  if (auto refused = change_parent(world, call, *page)) return *std::move(refused);
  if (auto const owner = text_of(member(call.body, "ownerId")); !owner.empty()) page->owner = owner;
  if (is_draft) {
    page->versions = {
        {.author = caller(), .created = call.now, .message = message, .title = title, .body = body}
    };
  } else if (page->status == "current") {
    add_version(*page, call.now, title, std::move(body), message);
    page->latest().is_minor = json::find_bool(version, "minorEdit").value_or(false);
  }
  // A page from the trash keeps its content.
  page->status = "current";
  page->draft.reset();
  return json_answer(show_page(world, *page, page->latest(), "storage"));
}

http::Response update_title(World& world, Call& call) {
  DAVIT_TRY(auto* page, page_arg(world, call));
  DAVIT_TRY(auto const status, read_status(call, true));
  DAVIT_TRY(auto const title, read_title(call, true));
  if (status != page->status) return v2_not_found();
  if (world.store.is_title_taken(page->space, title, page->id)) return title_taken();
  if (status == "draft") {
    page->latest().title = title;
  } else {
    add_version(*page, call.now, title, page->latest().body, {});
  }
  return json_answer(show_page(world, *page, page->latest(), ""));
}

// Into the trash; purge=true takes it out of there for good. Children go up to the parent.
http::Response delete_page(World& world, Call& call) {
  DAVIT_TRY(auto* page, page_arg(world, call));
  if (call.flag("draft") != (page->status == "draft")) return v2_not_found();
  if (call.flag("purge") != (page->status == "trashed")) {
    return v2_error(400, "purge is for pages in the trash, which can only be purged");
  }
  for (auto& [id, child] : world.store.pages) {
    if (child.parent == page->id) child.parent = page->parent;
  }
  auto const is_final = page->status == "trashed" || page->status == "draft";
  page->status = is_final ? "deleted" : "trashed";
  return no_content();
}

constexpr Route kRoutes[] = {
    {post, "/wiki/api/v2/pages", create_page},
    {put, "/wiki/api/v2/pages/:id", update_page},
    {put, "/wiki/api/v2/pages/:id/title", update_title},
    {del, "/wiki/api/v2/pages/:id", delete_page},
};

}  // namespace

std::span<const Route> page_write_routes() { return kRoutes; }

}  // namespace davit::sandbox::confluence
