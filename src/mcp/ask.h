// What a handler may ask the client for while it serves a call, and what comes back.
//
// A handler asks with Context::ask, in one way for all revisions. As long as an answer is missing,
// `ask` ends the run; when the client has answered, the handler runs again from its start, and the
// same `ask` then yields the answers. So nothing irreversible may be done before the last ask.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "json/json.h"
#include "mcp/protocol.h"

namespace davit::mcp {

// One question. Keys are chosen by the handler and are unique within the call.
struct InputRequest {
  std::string key;
  std::string method;   // elicitation/create, sampling/createMessage or roots/list
  json::Object params;  // as 2026-07-28 writes them
  ClientCapabilities::Bit needs = ClientCapabilities::roots;
};

// The user fills in a form: flat properties of primitive types. Must not ask for secrets.
// `schema` is an object schema; {"name":{"type":"string"}} alone is taken as its properties, all
// required.
InputRequest elicit(std::string key, std::string message, json::Object schema);
// The user opens a page. `accept` means that they agreed to, not that they are done.
InputRequest elicit_url(std::string key, std::string message, std::string url);
// `params` of sampling/createMessage, `messages` and `maxTokens` at least.
InputRequest sample(std::string key, json::Object params);
// One user message with a text.
InputRequest sample(std::string key, std::string prompt, int max_tokens);
InputRequest list_roots(std::string key);

// The params of a request as the revision writes them.
json::Object params_for(const InputRequest& request, Revision revision);

// What the client said, by key: an ElicitResult, a CreateMessageResult or a ListRootsResult as it
// came, checked for its form.
class Answers {
 public:
  void set(std::string key, json::Object answer) { by_key_[std::move(key)] = std::move(answer); }
  // Null pointer without an answer.
  const json::Object* find(std::string_view key) const;
  bool has(std::string_view key) const { return find(key) != nullptr; }

  // "accept", "decline" or "cancel" of an elicitation.
  std::string_view action(std::string_view key) const;
  bool accepted(std::string_view key) const { return action(key) == "accept"; }
  // A member of the form's content; null pointer when it was not accepted or not filled in.
  const json::Value* field(std::string_view key, std::string_view name) const;
  // As text: strings as they are, other values as JSON; empty when there is none.
  std::string text(std::string_view key, std::string_view name) const;
  // The text of a sampled message.
  std::string sampled_text(std::string_view key) const;

  const std::map<std::string, json::Object, std::less<>>& all() const { return by_key_; }
  bool empty() const { return by_key_.empty(); }

 private:
  std::map<std::string, json::Object, std::less<>> by_key_;
};

// Why `answer` is none to `request`; nothing when it is one. A declined elicitation is an answer.
std::optional<std::string> check_answer(const InputRequest& request, const json::Object& answer);

}  // namespace davit::mcp
