#include <fmt/format.h>

#include "connector/projection.h"
#include "connectors/servicenow/api.h"
#include "connectors/servicenow/catalog.h"
#include "connectors/servicenow/html.h"
#include "http/url.h"

namespace davit::connectors::servicenow {
namespace {

constexpr connector::Keep kItem =
    "id=sys_id name~150 description=short_description~200 category=category.title~100 price "
    "kind=type";

std::string items_target(const connector::Invocation& call, std::int64_t offset) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (std::string_view const name : {"text", "catalog", "category"}) {
    if (call.has(name)) pairs.emplace_back(fmt::format("sysparm_{}", name), call.text(name));
  }
  pairs.emplace_back("sysparm_limit", fmt::format("{}", call.integer("limit")));
  if (offset > 0) pairs.emplace_back("sysparm_offset", fmt::format("{}", offset));
  return fmt::format("/api/sn_sc/servicecatalog/items?{}", http::to_query(pairs));
}

}  // namespace

Async<json::Value> search_catalog(connector::Invocation call) {
  DAVIT_CO_TRY(auto const at, call.cursor());
  auto const offset = json::find_int(at, "").value_or(0);
  auto const target = items_target(call, offset);
  DAVIT_CO_TRY(auto const page, co_await call.get_page(target));
  auto const& rows = rows_of(page.body);
  auto const end = offset + static_cast<std::int64_t>(rows.size());
  auto const is_full = static_cast<std::int64_t>(rows.size()) >= call.integer("limit");
  auto const has_more = page.next.total ? end < *page.next.total && !rows.empty() : is_full;
  json::Object out;
  if (has_more) out["next_cursor"] = call.make_cursor(json::Value(end));
  if (page.next.total) out["total"] = *page.next.total;
  out["complete"] = !has_more;
  connector::Projection const keep(kItem, html_field);
  out["items"] = keep.apply(json::Value(rows), {});
  co_return out;
}

}  // namespace davit::connectors::servicenow
