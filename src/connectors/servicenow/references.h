// References: from what people paste, numbers in any case and web addresses, to plain arguments.
#pragma once

#include "connector/tool.h"
#include "http/url.h"
#include "json/json.h"

namespace davit::connectors::servicenow {

// For Connector::resolve. Also refuses names that could not be looked up with a query. Errors:
// invalid_input.
Result<> resolve_references(
    const connector::Tool& tool, const http::Url& base, json::Object& arguments
);

// Addresses are read for a record only: its table and its sys_id or number.
struct RecordAddress {
  std::string table;  // empty where the address does not say
  std::string record;
};

// Errors: invalid_input, for another host and for what names no record.
Result<RecordAddress> parse_address(std::string_view text, const http::Url& base);

}  // namespace davit::connectors::servicenow
