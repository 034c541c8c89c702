// Exchange: a recorded run of a tool as a text file. What is asked, what goes over the wire, what
// the upstream answers, what the model sees:
//
//   What the file shows, in a sentence or two.
//
//   tool: gitlab_get_issue
//   access: read-write                 (optional; read-only without)
//   ---------- arguments
//   {"project": "infra/web", "issue": 7}
//   ---------- request
//   GET /projects/infra%2Fweb/issues/7
//   private-token: example-token       (headers are compared where they are named)
//   ---------- response
//   200
//   x-request-id: 01J
//
//   {"iid": 7}
//   ---------- wait                    (between two tries)
//   1000 ms
//   ---------- result                  (or: error, refused)
//   {"iid": 7}
//
// A file may hold several calls; "<cursor>" is the last one that a result showed. The first line of
// a response may also be "hang", "broken", "200 times 5000" to repeat the body, or "200 escaped"
// for a body with \e, \r and \0.
//
// To write one: everything but the requests and results, then run the test with DAVIT_UPDATE=1,
// which fills them in, and read what it wrote. DAVIT_DUMP_REQUESTS=file appends every request as a
// line of JSON.
#pragma once

#include <string>
#include <vector>

#include "connector/connector.h"
#include "connector/instance.h"

namespace davit::testing {

// The file as it is, and as it would be written after a run now: equal when all is as recorded.
struct Replay {
  std::string recorded;
  std::string replayed;
};

// `settings` is the server of all files; a file may have lines `access`, `url`, `user`, `auth` and
// `token` of its own; "-" is none.
Replay replay_exchange(
    const connector::Connector& connector,
    const std::string& path,
    connector::Settings settings = {}
);

// The names of the `.exchange` files in a folder, sorted, without the ending.
std::vector<std::string> exchange_names(const std::string& folder);

// Requests that use every parameter of every row, each alternative of its path and each choice, for
// the check against the vendor's document. Answers how many.
std::size_t dump_requests_of_rows(const connector::Connector& connector);

// Compares a text with a file, which DAVIT_UPDATE=1 rewrites. The two texts.
Replay replay_snapshot(const std::string& path, const std::string& text);

// JSON on several lines, two blanks for each level; short values stay on one line.
std::string to_pretty_text(const json::Value& value);

}  // namespace davit::testing
