// Invocation: one run of one tool, as its code sees it: the arguments, and the upstream under the
// run's deadline. Failures of the upstream come as errors that the engine turns into the tool's
// answer, so code only hands them on, or looks at their kind where it knows better.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "async/async.h"
#include "connector/lookup.h"
#include "connector/paging.h"
#include "connector/request.h"
#include "connector/tool.h"
#include "connector/upstream.h"
#include "mcp/content.h"
#include "mcp/context.h"

namespace davit::connector {

class Instance;

// The body of an answer, and where its list goes on.
struct Page {
  json::Value body;
  NextPage next;
};

// The rows of a list's answer; null when it has none.
const json::Array* rows_of(const Tool& tool, const json::Value& body);

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
  bool flag(Str name) const;
  double number(Str name) const;
  std::vector<std::string_view> list(Str name) const;
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

  // The same, of which an answer up to so old will do: names, fields, what seldom changes. Kept for
  // each instance, a few hundred at most.
  Async<json::Value> get_cached(Str path, std::chrono::seconds age, const json::Value& answer = {});

  // Several GETs at once, at most four; an answer for each, in order. A part of what is asked may
  // fail while the rest stands.
  Async<std::vector<Result<json::Value>>> get_each(std::vector<std::string> paths);

  // A request with a JSON body, or none. Not repeated after a failure unless its method says that
  // it may be, or the row is idempotent.
  Async<json::Value> request(
      http::Method method, Str path, json::Value body = {}, const json::Value& answer = {}
  );
  // Any request: other bodies, own headers, a client token.
  Async<http::ClientResponse> exchange(ApiRequest request, Intake intake = {});

  // The id behind a name (lookup.h).
  Async<json::Value> look_up(const Lookup* lookup, std::string value);

  // For a list that code makes: what `make_cursor` was given in the call before, null at the start.
  // Bound to the tool and its arguments. Errors: invalid_input.
  Result<json::Value> cursor() const;
  std::string make_cursor(const json::Value& state) const;

  // Shown beside the answer as a picture.
  void attach_image(std::string media_type, std::string bytes);

  // What the operator configured, and the address as a browser has it.
  const Instance& instance() const;

  // A GET whose body is no JSON, taken in as `intake` says.
  Async<http::ClientResponse> download(Str path, Intake intake, const json::Value& answer = {});

  // For the engine -------------------------------------------------------------------------------

  Async<Page> send(Result<ApiRequest> request);
  void bind_cursor(std::string binding);
  std::vector<mcp::Content> take_images();

 private:
  struct State;

  Result<ApiRequest> get_request(Str path, const json::Value& answer) const;
  Async<json::Value> body_of(Result<ApiRequest> request);
  Async<json::Value> cached(Result<ApiRequest> request, std::chrono::seconds age);
  Async<Rows> follow(Result<ApiRequest> request, int max_pages);
  Async<http::ClientResponse> take_in(Result<ApiRequest> request, Intake intake);

  std::shared_ptr<State> state_;
};

}  // namespace davit::connector
