// Paging: how a list says where it goes on, as data. What an answer holds about the pages behind it
// is always taken as it stands: no address is built by us.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "connector/request.h"
#include "http/message.h"
#include "json/json.h"

namespace davit::connector {

struct Paging {
  enum class Kind {
    none,
    link_header,  // the target of Link with rel="next". RFC 8288
    body_link,    // an address in the body at `next`, whole or from the root of the host
    token,        // a text in the body at `next`: the same request again with it as `param`
    key,          // the same, sent alone: only the parameters in `stay` may stay beside it
    offset,       // rows so far, as `param`
  };
  Kind kind = Kind::none;
  std::string_view next = {};
  std::string_view param = {};
  std::string_view stay = {};   // divided by blanks
  std::string_view total = {};  // where the body counts the rows of the whole list
  // Offset only. Where the body says that there is more, or that this is the last page; without
  // either, `total` decides, and without that the first page without rows is the end.
  std::string_view more = {};
  std::string_view last = {};
  std::int64_t ceiling = 0;  // rows that the vendor answers at most; 0 has no end

  constexpr explicit operator bool() const { return kind != Kind::none; }
};

inline constexpr Paging kLinkHeader{.kind = Paging::Kind::link_header};

// Where a list goes on.
struct NextPage {
  std::optional<ApiRequest> request;
  std::optional<std::int64_t> total;
  // The answer names a next page at another address than the upstream's, or with a token too large
  // to come back with; it is not followed.
  bool is_outside = false;
  // The vendor has more rows but gives no further page of this list.
  bool is_over_ceiling = false;
};

// What `headers` and `body` say after `request`, whose page had `rows` rows. `inside` turns an
// absolute address, or one from the root of the host, into a target of the upstream's, or nothing.
NextPage next_page(
    const Paging& paging,
    const ApiRequest& request,
    const http::Headers& headers,
    const json::Value& body,
    std::size_t rows,
    const std::function<std::optional<std::string>(std::string_view)>& inside
);

// The target of the Link header with rel="next". RFC 8288, 3.
std::optional<std::string> next_link(const http::Headers& headers);

// `request` with one parameter set, in its body when it has one and in its query otherwise.
ApiRequest with_param(const ApiRequest& request, std::string_view name, const json::Value& value);

}  // namespace davit::connector
