#include "connectors/servicenow/data.h"

#include "connectors/servicenow/tables.h"

namespace davit::connectors::servicenow {
namespace {

constexpr Str kSource =
    "https://www.servicenow.com/docs/bundle/zurich-api-reference/page/integrate/inbound-rest/"
    "concept/c_TableAPI.html";

constexpr Param kTable{
    .name = "table", .description = "Such as incident, cmdb_ci.", .in = In::none, .required = true
};
constexpr Param kFilters{
    .name = "filters",
    .description =
        "All must hold. op: =, !=, >, >=, <, <=, LIKE, STARTSWITH, IN, ISEMPTY, "
        "ISNOTEMPTY.",
    .in = In::none,
    .kind = Kind::object_list,
    .max = 20,
    .needs = "!query",
    .schema = R"({"type":"object","properties":{"field":{"type":"string"},"op":{"type":"string"},)"
              R"("value":{"type":"string"}},"required":["field"]})",
};
constexpr Param kFields{.name = "fields", .in = In::none, .kind = Kind::string_list, .max = 40};

constexpr Tool kTools[] = {
    {
        .name = "servicenow_query_table",
        .title = "Query table",
        .description = "Rows of any table by filters or an encoded query; names of fields are "
                       "checked first.",
        .toolset = "tables",
        .params =
            {
                kTable,
                kFilters,
                kQuery,
                kFields,
                {.name = "order", .description = "Field; -field for last first.", .in = In::none},
                {.name = "display",
                 .in = In::none,
                 .choices = "value|display|both",
                 .fallback = "both"},
                kLimit,
                kCursor,
            },
        .paging = kLinkHeader,
        .root = "result",
        .foreign = "items",
        .source = kSource,
        .run = query_table,
    },
    {
        .name = "servicenow_get_record",
        .title = "Get record",
        .description = "One record of any table, its fields that are not empty.",
        .toolset = "tables",
        .params =
            {
                {.name = "table", .description = "Where the number does not say it.", .in = In::none
                },
                kRecord,
                kFields,
            },
        .foreign = "fields",
        .source = kSource,
        .run = get_record,
    },
    {
        .name = "servicenow_aggregate_table",
        .title = "Aggregate table",
        .description = "Count, and average, sum, minimum or maximum of fields, by groups.",
        .toolset = "tables",
        .params =
            {
                kTable,
                kFilters,
                kQuery,
                {.name = "group_by", .in = In::none, .kind = Kind::string_list, .max = 5},
                {.name = "avg", .in = In::none, .kind = Kind::string_list, .max = 10},
                {.name = "sum", .in = In::none, .kind = Kind::string_list, .max = 10},
                {.name = "min", .in = In::none, .kind = Kind::string_list, .max = 10},
                {.name = "max", .in = In::none, .kind = Kind::string_list, .max = 10},
                {.name = "min_count", .in = In::none, .kind = Kind::integer, .min = 1},
                {.name = "limit",
                 .in = In::none,
                 .kind = Kind::integer,
                 .fallback = "50",
                 .min = 1,
                 .max = 500},
            },
        .foreign = "rows.group",
        .source = "https://www.servicenow.com/docs/bundle/zurich-api-reference/page/integrate/"
                  "inbound-rest/concept/c_AggregateAPI.html",
        .run = aggregate_table,
    },
    {
        .name = "servicenow_describe_table",
        .title = "Describe table",
        .description = "Fields of a table and its parents with types; with fields also their "
                       "choices.",
        .toolset = "tables",
        .params =
            {
                kTable,
                {.name = "fields",
                 .description = "With choices.",
                 .in = In::none,
                 .kind = Kind::string_list,
                 .max = 20},
                {.name = "text", .description = "Part of name or label.", .in = In::none},
            },
        .foreign = "fields.label fields.choices",
        .source = kSource,
        .run = describe_table,
    },
};
static_assert(checked(kTools));

constexpr Param kValues{
    .name = "values",
    .description = "Internal values by field.",
    .in = In::none,
    .kind = Kind::object,
    .required = true,
};
constexpr Param kRecordTable{
    .name = "table", .description = "Where the number does not say it.", .in = In::none
};

constexpr Tool kWrites[] = {
    {
        .name = "servicenow_create_record",
        .title = "Create record",
        .description = "Add a record to any table that is not barred.",
        .toolset = "tables",
        .effect = Effect::write,
        .offer = Offer::by_name,
        .params = {kTable, kValues, kDryRun},
        .foreign = "not_applied.stored",
        .source = kSource,
        .run = create_table_record,
    },
    {
        .name = "servicenow_update_record",
        .title = "Update record",
        .description = "Change fields of a record of any table that is not barred.",
        .toolset = "tables",
        .effect = Effect::write,
        .offer = Offer::by_name,
        .params = {kRecordTable, kRecord, kValues, kDryRun},
        .foreign = "changed.old changed.new not_applied.stored",
        .source = kSource,
        .run = update_table_record,
    },
    {
        .name = "servicenow_delete_record",
        .title = "Delete record",
        .description = "Delete a record; unless dry_run is false, only shows which.",
        .toolset = "tables",
        .effect = Effect::destroy,
        .idempotent = true,
        .offer = Offer::by_name,
        .params =
            {
                kRecordTable,
                kRecord,
                {.name = "dry_run", .in = In::none, .kind = Kind::boolean, .fallback = "true"},
            },
        .foreign = "title",
        .source = kSource,
        .run = delete_table_record,
    },
    {
        .name = "servicenow_import_rows",
        .title = "Import rows",
        .description = "Put rows into a staging table, whose transform map changes records.",
        .toolset = "import",
        .effect = Effect::destroy,
        .offer = Offer::by_name,
        .params =
            {
                {.name = "table", .description = "Staging table.", .in = In::none, .required = true
                },
                {.name = "rows",
                 .description = "Objects of fields.",
                 .in = In::none,
                 .kind = Kind::object_list,
                 .required = true,
                 .max = 100},
            },
        .timeout_s = 90,
        .foreign = "rows.message",
        .source = "https://www.servicenow.com/docs/bundle/zurich-api-reference/page/integrate/"
                  "inbound-rest/concept/c_ImportSetAPI.html",
        .run = import_rows,
    },
};
static_assert(checked(kWrites));

}  // namespace

constinit const std::span<const Tool> data_tools = kTools;
constinit const std::span<const Tool> data_write_tools = kWrites;

}  // namespace davit::connectors::servicenow
