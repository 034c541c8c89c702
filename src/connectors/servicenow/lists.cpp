#include "connectors/servicenow/lists.h"

#include <fmt/format.h>

#include "connector/arguments.h"
#include "connectors/servicenow/api.h"
#include "connectors/servicenow/choices.h"
#include "connectors/servicenow/dictionary.h"
#include "connectors/servicenow/names.h"
#include "connectors/servicenow/query.h"

namespace davit::connectors::servicenow {
namespace {

using connector::Invocation;

constexpr std::pair<Str, Str> kOrders[] = {
    {"updated", "-sys_updated_on"},
    {"opened", "-opened_at"},
    {"priority", "priority"},
    {"start", "start_date"},
    {"due", "due_date"},
};

Str order_of(Str name, Str otherwise) {
  for (auto const& [known, field] : kOrders) {
    if (known == name) return field;
  }
  return otherwise;
}

std::vector<std::string> texts_of(const json::Object& arguments, Str name) {
  std::vector<std::string> texts;
  for (auto const text : connector::list_of(arguments, name)) texts.emplace_back(text);
  if (texts.empty()) texts.emplace_back(connector::text_of(arguments, name));
  return texts;
}

Async<> add_choices(Invocation call, std::string table, const Filter* filter, Query* query) {
  std::vector<std::string> codes;
  auto const texts = texts_of(call.arguments(), filter->param);
  for (auto const& text : texts) {
    if (text == "open" || text == "all") {
      if (texts.size() > 1) {
        co_return Error(
            ErrorKind::invalid_input,
            fmt::format("{}: '{}' stands alone, without labels", filter->param, text)
        );
      }
      if (text == "open") query->add_trusted("active=true");
      co_return Result<>();
    }
    DAVIT_CO_TRY(auto code, co_await code_of(call, table, std::string(filter->field), text));
    codes.push_back(std::move(code));
  }
  co_return query->add_in(filter->param, filter->field, codes);
}

// Conditions behind ^NQ would hold without those of the other arguments.
Async<> add_query(Invocation call, std::string table, Query* query) {
  DAVIT_CO_TRY(auto const parsed, parse_query(call.text("query")));
  if (parsed.has_alternatives) {
    co_return Error(
        ErrorKind::invalid_input,
        "query: ^NQ does not go together with other conditions; use ^OR, or "
        "servicenow_query_table"
    );
  }
  DAVIT_CO_CHECK(co_await check_fields(call, table, "query", parsed.fields));
  query->add_trusted(parsed.text);
  co_return Result<>();
}

Result<> add_simple(const json::Object& arguments, const Filter& filter, Query& query) {
  using Kind = Filter::Kind;
  auto const value = connector::to_plain_text(arguments.at(filter.param));
  switch (filter.kind) {
    case Kind::equal: return query.add(filter.param, filter.field, "=", value);
    case Kind::contains: return query.add(filter.param, filter.field, "LIKE", value);
    case Kind::one_of:
      return query.add_in(filter.param, filter.field, texts_of(arguments, filter.param));
    case Kind::since: return query.add(filter.param, filter.field, ">=", to_stored_time(value));
    case Kind::until: return query.add(filter.param, filter.field, "<=", to_stored_time(value));
    case Kind::text: return query.add_text(filter.param, value);
    case Kind::choices:
    case Kind::query:
    case Kind::order: break;
  }
  return {};
}

}  // namespace

Async<connector::ApiRequest> list_request(
    Invocation call, const ListSpec* spec, std::string table
) {
  if (table.empty()) table = spec->table;
  Query query;
  query.add_trusted(spec->fixed);
  auto order = spec->order;
  for (auto const& filter : spec->filters) {
    if (filter.param.empty() || !call.has(filter.param)) continue;
    if (filter.may_be_missing) {
      std::vector<std::string> const fields{std::string(filter.field)};
      DAVIT_CO_CHECK(co_await check_fields(call, table, std::string(filter.param), fields));
    }
    if (filter.kind == Filter::Kind::choices) {
      DAVIT_CO_CHECK(co_await add_choices(call, table, &filter, &query));
    } else if (filter.kind == Filter::Kind::query) {
      DAVIT_CO_CHECK(co_await add_query(call, table, &query));
    } else if (filter.kind == Filter::Kind::order) {
      order = order_of(call.text(filter.param), order);
    } else {
      DAVIT_CO_CHECK(add_simple(call.arguments(), filter, query));
    }
  }
  query.order_by(order);
  co_return connector::ApiRequest{
      .target = target_of({
          .table = table,
          .query = query.text(),
          .fields = spec->fields,
          .limit = call.integer("limit"),
      }),
  };
}

}  // namespace davit::connectors::servicenow
