// Prompts: messages that a server offers for its user to choose.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "async/async.h"
#include "mcp/content.h"
#include "mcp/context.h"
#include "mcp/resource.h"

namespace davit::mcp {

struct PromptArgument {
  std::string name;
  std::string title;  // optional
  std::string description;
  bool required = false;
  Completer completer;  // optional
};

struct PromptMessage {
  bool from_user = true;  // else from the assistant
  Content content;
};

struct PromptResult {
  std::string description;  // optional
  std::vector<PromptMessage> messages;
};

// All required arguments are there. Errors become JSON-RPC errors.
using PromptHandler = std::function<Async<PromptResult>(Context context, Variables arguments)>;

struct Prompt {
  std::string name;
  std::string title;  // optional
  std::string description;
  std::vector<PromptArgument> arguments;
  std::vector<Icon> icons;
  PromptHandler handler;
};

}  // namespace davit::mcp
