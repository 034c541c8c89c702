// Invocation: one run of one tool, as its code sees it: the arguments, and the upstream under the
// run's deadline. Failures of the upstream come as errors that the engine turns into the tool's
// answer, so code only hands them on, or looks at their kind where it knows better.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "async/async.h"
#include "connector/request.h"
#include "connector/tool.h"
#include "connector/upstream.h"
#include "mcp/context.h"

namespace davit::connector {

class Instance;

// The body of an answer, and where its list goes on.
struct Page {
  json::Value body;
  std::optional<std::string> next;    // target of the next page; nothing at the end
  std::optional<std::int64_t> total;  // rows of the whole list
  bool next_is_outside = false;       // the upstream names a next page that is not under its URL
};

// Rows of several pages.
struct Rows {
  json::Array items;
  bool complete = true;
};

// Cheap to copy. Values from the upstream live as long as a copy does.
class Invocation {
 public:
  Invocation(
      const Instance& instance,
      const Tool& tool,
      mcp::Context context,
      json::Object arguments,
      Deadline deadline
  );

  const Tool& tool() const;
  const mcp::Context& context() const;

  // Complete: defaults and web addresses are filled in.
  json::Object& arguments();
  const json::Object& arguments() const;
  // An absent argument is "" or 0.
  std::string_view text(Str name) const;
  std::int64_t integer(Str name) const;
  bool has(Str name) const { return arguments().contains(name); }

  // The row's own request.
  Async<json::Value> perform();
  // The same for a body that is no JSON, taken in as `intake` says.
  Async<http::ClientResponse> perform(Intake intake);

  // A GET. `path` has placeholders as a row's path has; `answer` feeds those with a dot, and is not
  // needed after the call.
  Async<json::Value> get(Str path, const json::Value& answer = {});

  // The same with what the answer says about its list.
  Async<Page> get_page(Str path, const json::Value& answer = {});

  // The pages from `path` on, at most `max_pages`.
  Async<Rows> get_all(Str path, int max_pages, const json::Value& answer = {});

  // A GET whose body is no JSON, taken in as `intake` says.
  Async<http::ClientResponse> download(Str path, Intake intake, const json::Value& answer = {});

  // For the engine -------------------------------------------------------------------------------

  Async<Page> send(Result<ApiRequest> request);

 private:
  struct State;

  Result<ApiRequest> get_request(Str path, const json::Value& answer) const;
  Async<json::Value> body_of(Result<ApiRequest> request);
  Async<Rows> follow(Result<ApiRequest> request, int max_pages);
  Async<http::ClientResponse> take_in(Result<ApiRequest> request, Intake intake);

  std::shared_ptr<State> state_;
};

}  // namespace davit::connector
