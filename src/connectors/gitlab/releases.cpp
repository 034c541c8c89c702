#include "connector/projection.h"
#include "connectors/gitlab/repository.h"

namespace davit::connectors::gitlab {
namespace {

using connector::Keep;
using connector::Projection;

constexpr Keep kRelease =
    "tag=tag_name name~200 at=released_at author.username upcoming=upcoming_release? "
    "commit=commit.short_id notes=description~1000 assets=assets.links.name~200 url=_links.self";

}  // namespace

// With a tag GitLab answers with an object, without one with a list.
Async<json::Value> list_releases(connector::Invocation call) {
  DAVIT_CO_TRY(
      auto const page,
      co_await call.get_page(
          call.has("tag") ? "/projects/{project}/releases/{tag}"
                          : "/projects/{project}/releases?per_page={limit}"
      )
  );
  json::Array rows;
  if (auto const* list = page.body.if_array()) {
    rows = *list;
  } else if (page.body.is_object()) {
    rows.push_back(page.body);
  } else {
    co_return Error(ErrorKind::protocol, "GitLab answered without releases");
  }
  json::Object out{{"complete", !page.next.request.has_value()}};
  if (page.next.request) out["more"] = "Give a larger limit, or a tag.";
  if (page.next.total && !call.has("tag")) out["total"] = *page.next.total;
  out["items"] = Projection(kRelease).apply(rows, {});
  co_return out;
}

}  // namespace davit::connectors::gitlab
