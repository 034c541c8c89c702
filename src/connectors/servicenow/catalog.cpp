#include "connectors/servicenow/catalog.h"

#include "connectors/servicenow/tables.h"

namespace davit::connectors::servicenow {
namespace {

constexpr Str kSource =
    "https://www.servicenow.com/docs/bundle/zurich-api-reference/page/integrate/inbound-rest/"
    "concept/c_ServiceCatalogAPI.html";

constexpr std::size_t kShownChoices = 20;

// Some lists of choices have thousands.
void cut_choices(const json::Object&, json::Object& answer) {
  auto* const variables = answer.if_contains("variables");
  if (variables == nullptr || !variables->is_array()) return;
  for (auto& variable : variables->get_array()) {
    auto* const object = variable.if_object();
    auto* const choices = object == nullptr ? nullptr : object->if_contains("choices");
    if (choices == nullptr || !choices->is_array()) continue;
    auto& list = choices->get_array();
    if (list.size() <= kShownChoices) continue;
    auto const more = list.size() - kShownChoices;
    list.resize(kShownChoices);
    (*object)["more_choices"] = more;
  }
}

constexpr Param kItem{
    .name = "item",
    .description = "Name or sys_id.",
    .in = In::path,
    .required = true,
    .lookup = &kItemLookup,
};

constexpr Tool kTools[] = {
    {
        .name = "servicenow_search_catalog",
        .title = "Search catalog",
        .description = "Catalog items and record producers by text, catalog or category.",
        .toolset = "catalog",
        .offer = Offer::by_toolset,
        .call = {.path = "/api/sn_sc/servicecatalog/items"},
        .params =
            {
                {.name = "text", .wire = "sysparm_text"},
                {.name = "catalog", .in = In::none, .lookup = &kCatalogLookup},
                {.name = "category", .in = In::none, .lookup = &kCategoryLookup},
                {.name = "limit",
                 .in = In::none,
                 .kind = Kind::integer,
                 .fallback = "10",
                 .min = 1,
                 .max = 50},
                kCursor,
            },
        .foreign = "items.name items.description items.category",
        .source = kSource,
        .run = search_catalog,
    },
    {
        .name = "servicenow_get_catalog_item",
        .title = "Get catalog item",
        .description = "An item of the catalog with the variables that its form asks for.",
        .toolset = "catalog",
        .offer = Offer::by_toolset,
        .call = {.path = "/api/sn_sc/servicecatalog/items/{item}"},
        .params = {kItem},
        .root = "result",
        .keep = "id=sys_id name~150 description=short_description~300 text=description~2000 "
                "kind=type category=category.title~100 price "
                "variables{name label~150 type=display_type mandatory? read_only? reference "
                "default=value choices{label~100 value} help=help_text~200 "
                "children{name label~150 type=display_type mandatory?}}",
        .source = kSource,
        .finish = cut_choices,
    },
    {
        .name = "servicenow_order_catalog_item",
        .title = "Order catalog item",
        .description = "Order an item or submit a record producer; dry_run only checks the "
                       "variables. Cannot be undone.",
        .toolset = "catalog",
        .effect = Effect::destroy,
        .offer = Offer::by_toolset,
        .call =
            {.method = http::Method::post,
             .path = "/api/sn_sc/servicecatalog/items/{item}/order_now|/api/sn_sc/servicecatalog/"
                     "items/{item}/submit_producer"},
        .params =
            {
                kItem,
                {.name = "quantity",
                 .in = In::none,
                 .kind = Kind::integer,
                 .fallback = "1",
                 .min = 1,
                 .max = 100},
                {.name = "variables",
                 .description = "By name, as get_catalog_item lists them.",
                 .in = In::none,
                 .kind = Kind::object},
                {.name = "requested_for",
                 .description = "Another user than oneself.",
                 .in = In::none,
                 .lookup = &kUserLookup},
                kDryRun,
            },
        .source = kSource,
        .run = order_catalog_item,
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> catalog_tools = kTools;

}  // namespace davit::connectors::servicenow
