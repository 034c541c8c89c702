#include "connectors/servicenow/query.h"

#include <gtest/gtest.h>

#include "connectors/servicenow/access.h"
#include "connectors/servicenow/names.h"
#include "connectors/servicenow/references.h"

namespace davit::connectors::servicenow {
namespace {

// Names
// ----------------------------------------------------------------------------------------------

TEST(ServiceNowNames, HaveTheDocumentedShapes) {
  EXPECT_TRUE(is_sys_id("9d385017c611228701d22104cc95c371"));
  EXPECT_FALSE(is_sys_id("9D385017C611228701D22104CC95C371"));
  EXPECT_FALSE(is_sys_id("9d385017c611228701d22104cc95c37"));
  EXPECT_TRUE(is_number("INC0010023"));
  EXPECT_FALSE(is_number("INC12"));
  EXPECT_FALSE(is_number("INC0010023^"));
  EXPECT_FALSE(is_number(""));
  EXPECT_TRUE(is_field_name("caller_id.manager.name"));
  EXPECT_FALSE(is_field_name("a.b.c.d.e.f"));
  EXPECT_FALSE(is_field_name("a..b"));
  EXPECT_FALSE(is_field_name("Caller"));
  EXPECT_FALSE(is_table_name("incident/../sys_user"));
  EXPECT_EQ(table_of_number("RITM0010001"), "sc_req_item");
  EXPECT_EQ(table_of_number("ABC0010001"), "");
}

TEST(ServiceNowNames, TimesAreStoredInUtc) {
  EXPECT_EQ(to_stored_time("2026-11-21T23:00:00+01:00"), "2026-11-21 22:00:00");
  EXPECT_EQ(to_stored_time("yesterday"), "yesterday");
  EXPECT_TRUE(is_stored_time("2026-11-21 22:00:00"));
  EXPECT_FALSE(is_stored_time("2026-11-21"));
}

// Queries
// --------------------------------------------------------------------------------------------

TEST(ServiceNowQuery, IsAlwaysInAWholeOrder) {
  Query query;
  EXPECT_EQ(query.text(), "ORDERBYsys_id");
  ASSERT_TRUE(query.add("state", "state", "=", "2"));
  query.order_by("-opened_at");
  EXPECT_EQ(query.text(), "state=2^ORDERBYDESCopened_at^ORDERBYsys_id");
}

TEST(ServiceNowQuery, NothingBreaksOutOfAValue) {
  for (std::string_view const value :
       {"x^ORactive=true",
        "^",
        "^^",
        "x^NQa=b",
        "a\nb",
        "a\rb",
        "javascript:gs.getUserID()",
        "JavaScript:x",
        "a javascript:b",

        "\x1b[0m"}) {
    Query query;
    EXPECT_FALSE(query.add("it", "name", "=", value)) << value;
    EXPECT_FALSE(query.add_text("it", value)) << value;
    EXPECT_FALSE(query.add_in("it", "name", {std::string(value)})) << value;
    EXPECT_EQ(query.text(), "ORDERBYsys_id");
  }
  Query query;
  EXPECT_FALSE(query.add_in("it", "name", {"a,b"}));
  EXPECT_FALSE(query.add("it", "name^OR", "=", "x"));
  EXPECT_FALSE(query.add("it", "name", "=x^", "x"));
  EXPECT_FALSE(query.add("it", "name", "SAMEAS", "x"));
  EXPECT_TRUE(query.add("it", "name", "ISEMPTY", "ignored"));
  EXPECT_EQ(query.text(), "nameISEMPTY^ORDERBYsys_id");
}

std::string fields_of(std::string_view text) {
  auto const parsed = parse_query(text);
  if (!parsed) return "refused";
  std::string all;
  for (auto const& field : parsed->fields) all += field + ' ';
  return all;
}

TEST(ServiceNowQuery, OfAnotherHandIsTakenToPieces) {
  EXPECT_EQ(
      fields_of("active=true^priorityIN1,2^ORstate=2^ORDERBYDESCopened_at"),
      "active priority state opened_at "
  );
  EXPECT_EQ(fields_of("caller_id.nameSTARTSWITHA^EQ"), "caller_id.name ");
  EXPECT_EQ(fields_of("assigned_toISEMPTY^NQnumberNOT LIKEx^"), "assigned_to number ");
  EXPECT_EQ(fields_of("123TEXTQUERY321=pool"), "");
  EXPECT_EQ(fields_of("ORDERBYnumber"), "number ");
  EXPECT_TRUE(parse_query("a=1^NQb=2")->has_alternatives);
}

TEST(ServiceNowQuery, WhatCannotBeCheckedIsRefused) {
  for (std::string_view const text :
       {"JOINincident.sys_id=x!y",
        "RLQUERYincident.parent,>=1^ENDRLQUERY",
        "SUBQUERYx",
        "a",
        "=1",
        "a=1^^b=2",
        "a=1^ORDERBY",
        "Name=1",
        "a=1^GROUPBYb",
        "a=javascript:1",
        "a.b.c.d.e.f=1",
        "aISEMPTYx",
        "a=1\nb=2",
        "123TEXTQUERY321",
        "a=1^OR^b=2",
        "aDYNAMIC90d1921e5f51"}) {
    EXPECT_EQ(fields_of(text), "refused") << text;
  }
  EXPECT_EQ(fields_of("a=" + std::string(5000, 'x')), "refused");
}

// Access
// ---------------------------------------------------------------------------------------------

TEST(ServiceNowAccess, TablesWithSecretsAreBarred) {
  for (std::string_view const table :
       {"sys_user_token",
        "oauth_credential",
        "discovery_credentials",
        "aws_credentials",
        "sys_properties",
        "sys_security_acl_role",
        "ecc_queue",
        "sys_email_account",
        "",
        "a/b",
        "Incident",
        "../x"}) {
    EXPECT_FALSE(check_readable(table)) << table;
  }
  EXPECT_TRUE(check_readable("incident"));
  EXPECT_TRUE(check_readable("sys_script"));
  EXPECT_FALSE(check_writable("sys_script"));
  EXPECT_FALSE(check_writable("sys_user_role"));
  EXPECT_TRUE(check_writable("u_asset"));
  EXPECT_TRUE(is_secret_field("u_API_Token"));
  EXPECT_FALSE(is_secret_field("short_description"));
  EXPECT_TRUE(is_secret_type("password2"));
}

// Web addresses
// --------------------------------------------------------------------------------------

std::string address(std::string_view text) {
  auto const base = http::parse_url("https://acme.service-now.com");
  auto const parsed = parse_address(text, *base);
  return parsed ? parsed->table + ' ' + parsed->record : parsed.error().message();
}

TEST(ServiceNowReferences, AreReadFromEveryKindOfAddress) {
  const std::string id = "9d385017c611228701d22104cc95c371";
  const std::string host = "https://acme.service-now.com";
  EXPECT_EQ(address(host + "/incident.do?sys_id=" + id), "incident " + id);
  EXPECT_EQ(address(host + "/nav_to.do?uri=%2Fincident.do%3Fsys_id%3D" + id), " " + id);
  EXPECT_EQ(
      address(host + "/now/nav/ui/classic/params/target/problem.do%3Fsys_id%3D" + id),
      "problem " + id
  );
  EXPECT_EQ(address(host + "/now/sow/record/change_request/" + id), "change_request " + id);
  EXPECT_EQ(address(host + "/kb_view.do?sysparm_article=KB0010001"), "kb_knowledge KB0010001");
  EXPECT_EQ(address(host + "/login.do"), "is the web address of no record");
  EXPECT_NE(
      address("https://evil.example/incident.do?sys_id=" + id).find("works with"), std::string::npos
  );
  EXPECT_EQ(
      address("https://user:pass@acme.service-now.com/x"), "is no web address that can be used"
  );
}
}  // namespace
}  // namespace davit::connectors::servicenow
