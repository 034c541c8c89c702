// The records of the Confluence sandbox. A body is a document in the Atlassian Document Format
// (ADF), kept as it was written.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/json.h"
#include "sandbox/story.h"
#include "sandbox/time_text.h"

namespace davit::sandbox::confluence {

using Id = std::int64_t;

struct Space {
  Id id = 0;
  std::string key;
  std::string name;
  std::string type = "global";
  std::string status = "current";
  std::string author;
  Time created{};
  Id homepage = 0;
  std::string description;
};

struct Version {
  int number = 1;
  std::string author;
  Time created{};
  std::string message;
  bool is_minor = false;
  std::string title;
  json::Value body;
};

struct Page {
  Id id = 0;
  Id space = 0;
  Id parent = 0;  // 0: at the top of its space
  int position = 0;
  std::string status = "current";  // current, archived, draft, trashed
  std::string author;
  std::string owner;
  Time created{};
  std::vector<Version> versions;  // never empty, oldest first
  std::optional<Version> draft;   // of a page that is published
  std::vector<Id> labels;

  const Version& latest() const { return versions.back(); }
  Version& latest() { return versions.back(); }
  const std::string& title() const { return latest().title; }
};

struct Comment {
  Id id = 0;
  Id page = 0;
  Id parent = 0;
  bool is_inline = false;
  std::vector<Version> versions;
  // Of inline comments that are no replies: open, reopened or resolved.
  std::string resolution;
  std::string resolver;
  std::optional<Time> resolved;
  std::string marker;  // id of the annotation mark
  std::string selection;

  const Version& latest() const { return versions.back(); }
};

struct FileVersion {
  int number = 1;
  std::string author;
  Time created{};
  std::string message;
  bool is_minor = false;
  std::string content;
};

struct Attachment {
  Id id = 0;  // "att98901" on the wire
  Id page = 0;
  std::string title;
  std::string media_type;
  std::string file_id;  // what media nodes refer to
  std::string status = "current";
  Time created{};
  std::vector<FileVersion> versions;

  const FileVersion& latest() const { return versions.back(); }
};

struct Property {
  Id id = 0;
  Id page = 0;
  std::string key;
  json::Value value;
  int version = 1;
  std::string author;
  Time created{};
};

struct Store {
  std::map<Id, Space> spaces;
  std::map<Id, Page> pages;
  std::map<Id, Comment> comments;
  std::map<Id, Attachment> attachments;
  std::map<Id, Property> properties;
  std::map<Id, std::string> labels;
  Id next_id = 131073;

  Space* find_space(std::string_view key);
  // Published pages and those in the archive.
  bool is_title_taken(Id space, std::string_view title, Id except) const;
  // In the order of the tree. Only current ones.
  std::vector<const Page*> children(Id page) const;
  // The highest first.
  std::vector<const Page*> ancestors(const Page& page) const;
  bool is_below(const Page& page, Id ancestor) const;
  // Of the label, made when there is none yet.
  Id label(std::string_view name);
  // Behind the last child.
  int next_position(Id parent) const;
};

struct World {
  const Addresses& at;
  Store store;
};

// The account ids of story::kPeople, in their order.
std::string account_id(const story::Person& person);
// Null when it is nobody's.
const story::Person* person_of(std::string_view account_id);
// Who asks.
std::string caller();

Store make_seed(const Addresses& at, Time now);

}  // namespace davit::sandbox::confluence
