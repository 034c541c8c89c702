// Projection: a Keep made ready to run. It reduces an answer of many kilobytes to what a model
// needs, cleans every text on the way, and knows which fields strangers wrote.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "connector/keep.h"
#include "json/json.h"

namespace davit::connector {

class Projection {
 public:
  // Of an empty Keep: one that keeps everything, cleaned.
  // `rich_text` as in Connector; null where there is none.
  using RichText = std::optional<std::string> (*)(const json::Value& value);
  explicit Projection(Keep keep, RichText rich_text = nullptr);

  // Of an object; of an array the same for each element; any other value just cleaned. The result
  // lives in `memory`.
  json::Value apply(const json::Value& answer, boost::json::storage_ptr memory) const;
  json::Value apply(const json::Array& rows, boost::json::storage_ptr memory) const;

  // The names of the fields with foreign text in what `apply` makes: "title", "notes.body".
  const std::vector<std::string>& foreign() const { return foreign_; }

 private:
  struct Field {
    std::string name;
    std::string path;
    std::vector<Field> fields;
    std::size_t max_bytes;
    bool foreign;
    bool drop_false;
    bool is_time;
  };

  static std::vector<Field> parse(Str text);
  json::Value reduce(
      const json::Value& value,
      const std::vector<Field>& fields,
      const boost::json::storage_ptr& memory
  ) const;
  json::Value pick(
      const json::Value& value,
      std::string_view path,
      const Field& field,
      const boost::json::storage_ptr& memory
  ) const;
  json::Value show(
      const json::Value& value, const Field& field, const boost::json::storage_ptr& memory
  ) const;
  void name_foreign(const std::vector<Field>& fields, const std::string& prefix);

  std::vector<Field> fields_;
  std::vector<std::string> foreign_;
  RichText rich_text_;
};

}  // namespace davit::connector
