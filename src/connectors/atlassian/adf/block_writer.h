// Blocks to lines of Markdown. Inside this folder only.
#pragma once

#include <string>
#include <string_view>

#include "connectors/atlassian/adf/opaque.h"
#include "json/json.h"

namespace davit::connectors::atlassian::adf {

class BlockWriter {
 public:
  explicit BlockWriter(const Opaque& numbers) : numbers_(numbers) {}

  // Writes some of the blocks; `parent` is the type of the node that they stand in.
  void blocks(
      const json::Array& nodes, std::size_t first, std::size_t count, std::string_view parent
  );
  std::string take() { return std::move(out_); }

 private:
  void block(const json::Value& node);
  void children(const json::Value& node);
  void inline_block(const json::Value& node, const std::string& before);
  void list(const json::Value& node);
  void item(const json::Value& node, const std::string& bullet);
  void code(const json::Value& node);
  void quote(const json::Value& node);
  void expand(const json::Value& node);
  void media(const json::Value& node);
  void shell(const json::Value& node, std::size_t number);
  void table(const json::Value& node);

  // Lines get the prefix of all that they stand in; `text` may have several.
  void line(std::string_view text);
  void blank();

  const Opaque& numbers_;
  std::string out_;
  std::string prefix_;
  std::string once_;  // instead of the prefix, for the first line of an item
  char bullet_ = 0;   // of the list before this block, when there is one
  std::size_t depth_ = 0;
};

// The row of a table. In table_writer.cpp.
std::string table_markdown(const json::Value& table, const Opaque& numbers);

}  // namespace davit::connectors::atlassian::adf
