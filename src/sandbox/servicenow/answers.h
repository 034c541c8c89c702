// Answers: ServiceNow's error bodies and its pages.
#pragma once

#include <string_view>
#include <vector>

#include "sandbox/rest.h"
#include "sandbox/servicenow/store.h"

namespace davit::sandbox::servicenow {

// {"error": {"message", "detail"}, "status": "failure"}; an empty detail is null.
http::Response error(int status, std::string_view message, std::string_view detail = {});
// {"result": ...}
http::Response result(json::Value body, int status = 200);

// 404, for a record that is not there as for one that is hidden.
http::Response no_record();
http::Response no_table(std::string_view table);
// A body that must be an object and is none. Nothing when it is one.
std::optional<http::Response> refuse_body(const Call& call);

struct Page {
  std::size_t offset = 0;
  std::size_t limit = 0;
};
// Of sysparm_limit and sysparm_offset. 10000 is the platform's limit when none is given.
Page page_of(const Call& call, std::size_t limit = 10000);

// The rows of the page that the caller may see. The page is cut first and the ACLs come after, so
// that it can be short, or empty, while more follow.
std::vector<const Record*> cut(const std::vector<Record*>& rows, const Page& page);

// Link and X-Total-Count. sysparm_no_count leaves out the total and with it the last page.
void add_page_headers(
    http::Response& response, const Call& call, const Page& page, std::size_t total
);

}  // namespace davit::sandbox::servicenow
