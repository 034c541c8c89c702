// The service catalog, and what was ordered from it.
#include <fmt/format.h>

#include "sandbox/servicenow/seed.h"

namespace davit::sandbox::servicenow {
namespace {

struct Item {
  std::string_view table;
  std::string_view name;
  std::string_view description;
  std::string_view price;
};
constexpr Item kItems[] = {
    {"sc_cat_item", "Laptop", "A laptop for a new colleague", "1499"},
    {"sc_cat_item", "Access to a database", "Read access for a limited time", "0"},
    {"sc_cat_item", "Phone", "A phone with a contract", "399"},
    {"sc_cat_item_producer", "Report a fault", "Opens an incident", "0"},
};

struct Variable {
  std::string_view item;
  std::string_view name;
  std::string_view question;
  std::string_view type;
  bool is_mandatory;
  std::string_view options;  // of a select box, divided by bars
};
constexpr Variable kVariables[] = {
    {"Laptop", "memory", "How much memory?", "5", true, "16|32|64"},
    {"Laptop", "reason", "What for?", "6", false, ""},
    {"Access to a database", "database", "Which database?", "6", true, ""},
    {"Access to a database", "days", "For how many days?", "5", true, "1|7|30"},
    {"Phone", "keep_number", "Keep your number?", "1", false, ""},
    {"Report a fault", "short_description", "What is broken?", "6", true, ""},
    {"Report a fault", "description", "Tell us more", "2", false, ""},
};

std::string item_id(std::string_view name) { return make_id(fmt::format("item:{}", name)); }

void add_variable(World& world, const Variable& variable, int order) {
  auto const id = make_id(fmt::format("variable:{}:{}", variable.item, variable.name));
  world.insert(
      "item_option_new",
      {{"sys_id", id},
       {"cat_item", item_id(variable.item)},
       {"name", std::string(variable.name)},
       {"question_text", std::string(variable.question)},
       {"type", std::string(variable.type)},
       {"mandatory", variable.is_mandatory ? "true" : "false"},
       {"order", fmt::format("{}", order)}}
  );
  auto rest = variable.options;
  while (!rest.empty()) {
    auto const option = rest.substr(0, rest.find('|'));
    rest.remove_prefix(std::min(rest.size(), option.size() + 1));
    world.insert(
        "question_choice",
        {{"sys_id", make_id(fmt::format("option:{}:{}", id, option))},
         {"question", id},
         {"text", std::string(option)},
         {"value", std::string(option)}}
    );
  }
}

void add_request(
    World& world,
    std::string_view number,
    std::string_view item,
    std::string_view person,
    std::string_view state
) {
  auto const suffix = number.substr(3);
  auto const is_open = state == "requested";
  Fields const common{
      {"requested_for", user_id(person)},
      {"opened_by", user_id(person)},
      {"opened_at", before(world, std::chrono::hours(20))},
      {"active", "true"},
      {"approval", is_open ? "requested" : "approved"},
      {"state", "1"},
      {"price", "1499"},
  };
  auto request = common;
  request.insert({
      {"sys_id", number_id(number)},
      {"number", std::string(number)},
      {"request_state", std::string(state)},
      {"short_description", fmt::format("Order: {}", item)},
  });
  world.insert("sc_request", std::move(request));
  auto const line = fmt::format("RITM{}", suffix);
  auto ordered = common;
  ordered.insert({
      {"sys_id", number_id(line)},
      {"number", line},
      {"request", number_id(number)},
      {"cat_item", item_id(item)},
      {"quantity", "1"},
      {"stage", is_open ? "request_approved" : "fulfillment"},
      {"short_description", std::string(item)},
  });
  ordered.erase("price");
  world.insert("sc_req_item", std::move(ordered));
  if (!is_open) return;
  world.insert(
      "sysapproval_approver",
      {{"sys_id", make_id(fmt::format("approval:{}:mina", number))},
       {"sysapproval", number_id(number)},
       {"document_id", number_id(number)},
       {"source_table", "sc_request"},
       {"approver", user_id("mina")},
       {"state", "requested"}}
  );
}

}  // namespace

void seed_catalog(World& world) {
  world.insert(
      "sc_catalog",
      {{"sys_id", make_id("catalog")}, {"title", "Service Catalog"}, {"active", "true"}}
  );
  world.insert(
      "sc_category",
      {{"sys_id", make_id("category:IT")}, {"title", "IT"}, {"sc_catalog", make_id("catalog")}}
  );
  for (auto const& item : kItems) {
    Fields fields{
        {"sys_id", item_id(item.name)},
        {"name", std::string(item.name)},
        {"short_description", std::string(item.description)},
        {"description", fmt::format("<p>{}</p>", item.description)},
        {"price", std::string(item.price)},
        {"active", "true"},
        {"category", make_id("category:IT")},
        {"sc_catalogs", make_id("catalog")},
    };
    if (item.table == "sc_cat_item_producer") fields.emplace("table_name", "incident");
    world.insert(item.table, std::move(fields));
  }
  auto order = 0;
  for (auto const& variable : kVariables) add_variable(world, variable, order += 100);
  add_request(world, "REQ0010001", "Laptop", "jonas", "requested");
  add_request(world, "REQ0010002", "Access to a database", "aisha", "in_process");
}

}  // namespace davit::sandbox::servicenow
