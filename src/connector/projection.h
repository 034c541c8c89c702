// Projection: a Keep made ready to run. It reduces an answer of many kilobytes to what a model
// needs, cleans every text on the way, and knows which fields strangers wrote.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "connector/keep.h"
#include "json/json.h"

namespace davit::connector {

class Projection {
 public:
  // Of an empty Keep: one that keeps everything, cleaned.
  explicit Projection(Keep keep);

  // Of an object; of an array the same for each element; any other value just cleaned. The result
  // lives in `memory`.
  json::Value apply(const json::Value& answer, boost::json::storage_ptr memory) const;

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
  };

  static std::vector<Field> parse(Str text);
  static json::Value reduce(
      const json::Value& value,
      const std::vector<Field>& fields,
      const boost::json::storage_ptr& memory
  );
  static json::Value pick(
      const json::Value& value,
      std::string_view path,
      const Field& field,
      const boost::json::storage_ptr& memory
  );
  void name_foreign(const std::vector<Field>& fields, const std::string& prefix);

  std::vector<Field> fields_;
  std::vector<std::string> foreign_;
};

}  // namespace davit::connector
