#include "config/yaml.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <sstream>
#include <unordered_map>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/node/node.h>  // else clang-tidy takes parser.h's declaration for our Node
#include <yaml-cpp/parser.h>

#include "base/strings.h"
#include "config/one_line.h"

namespace davit::config {
namespace {

// Thrown by the builder through yaml-cpp's parser, which cannot be stopped in another way.
struct Stop {
  int line;
  std::string message;
};

int line_of(const YAML::Mark& mark) { return mark.line + 1; }

bool is_plain(const std::string& tag) { return tag.empty() || tag == "?"; }

// Takes the parser's events and builds the tree, so that limits hold before anything grows.
class Builder final : public YAML::EventHandler {
 public:
  Builder(
      std::shared_ptr<const std::string> source, std::vector<std::string>& problems, YamlTags tags
  )
      : source_(std::move(source)), problems_(problems), tags_(tags) {
    root_.source = source_;
  }

  Node take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    auto node = make(Node::Kind::null, mark);
    count(node);
    add(std::move(node), anchor);
  }

  void OnScalar(
      const YAML::Mark& mark,
      const std::string& tag,
      YAML::anchor_t anchor,
      const std::string& value
  ) override {
    auto node = make(Node::Kind::scalar, mark);
    node.text = value;
    node.quoted = tag == "!";
    if (!node.quoted) node.tag = take_tag(mark, tag);
    count(node);
    add(std::move(node), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    auto const found = anchors_.find(anchor);
    if (found == anchors_.end())
      throw Stop{line_of(mark), "an alias stands inside of its own anchor"};
    auto node = found->second;
    count_all(node, open_.size() + 1, line_of(mark));
    node.line = line_of(mark);
    node.column = mark.column + 1;
    add(std::move(node), 0);
  }

  void OnSequenceStart(
      const YAML::Mark& mark,
      const std::string& tag,
      YAML::anchor_t anchor,
      YAML::EmitterStyle::value
  ) override {
    open(Node::Kind::list, mark, anchor);
    open_.back().node.tag = take_tag(mark, tag);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(
      const YAML::Mark& mark,
      const std::string& tag,
      YAML::anchor_t anchor,
      YAML::EmitterStyle::value
  ) override {
    open(Node::Kind::map, mark, anchor);
    open_.back().node.tag = take_tag(mark, tag);
  }
  void OnMapEnd() override { close(); }

 private:
  // A list or map whose end has not come yet.
  struct Open {
    Node node;
    YAML::anchor_t anchor = 0;
    bool has_key = false;  // of a map: the next node is the value of `key`
    Node key;
    std::unordered_map<std::string, int> lines;  // of the keys
  };

  Node make(Node::Kind kind, const YAML::Mark& mark) const {
    Node node;
    node.kind = kind;
    node.line = line_of(mark);
    node.column = mark.column + 1;
    node.source = source_;
    return node;
  }

  std::string take_tag(const YAML::Mark& mark, const std::string& tag) const {
    if (is_plain(tag)) return "";
    if (tags_ == YamlTags::refuse) {
      throw Stop{line_of(mark), "tags are not supported; leave it out"};
    }
    return tag;
  }

  void open(Node::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
    check_depth(open_.size() + 1, line_of(mark));
    auto node = make(kind, mark);
    count(node);
    open_.push_back({.node = std::move(node), .anchor = anchor});
  }

  void close() {
    auto done = std::move(open_.back());
    open_.pop_back();
    add(std::move(done.node), done.anchor);
  }

  static void check_depth(std::size_t depth, int line) {
    if (depth > kMaxYamlDepth) {
      throw Stop{line, fmt::format("nested more than {} levels deep", kMaxYamlDepth)};
    }
  }

  void count(const Node& node) {
    bytes_ += node.text.size() + node.key.size() + node.tag.size();
    if (++nodes_ > kMaxYamlNodes) {
      throw Stop{node.line, fmt::format("more than {} values, with aliases", kMaxYamlNodes)};
    }
    if (bytes_ > kMaxYamlBytes) throw Stop{node.line, "more than 1MB of text, with aliases"};
  }

  // A copy costs as much as what it is a copy of.
  void count_all(const Node& node, std::size_t depth, int line) {
    check_depth(depth, line);
    count(node);
    for (auto const& item : node.items) count_all(item, depth + 1, line);
  }

  void add(Node node, YAML::anchor_t anchor) {
    if (anchor != 0) {
      count_all(node, open_.size() + 1, node.line);
      anchors_.insert_or_assign(anchor, node);
    }
    if (open_.empty()) {
      root_ = std::move(node);
    } else if (open_.back().node.kind == Node::Kind::list) {
      open_.back().node.items.push_back(std::move(node));
    } else {
      add_to_map(open_.back(), std::move(node));
    }
  }

  void add_to_map(Open& map, Node node) {
    if (!map.has_key) {
      if (node.kind != Node::Kind::scalar) throw Stop{node.line, "a key must be plain text"};
      if (node.text == "<<" && !node.quoted) {
        throw Stop{node.line, "merge keys are not supported; write the entries out"};
      }
      map.key = std::move(node);
      map.has_key = true;
      return;
    }
    auto const [first, is_new] = map.lines.emplace(map.key.text, map.key.line);
    if (is_new) {
      node.key = map.key.text;
      node.line = map.key.line;
      node.column = map.key.column;
      map.node.items.push_back(std::move(node));
    } else {
      problems_.push_back(fmt::format(
          "{}: {}: is there twice, first in line {}",
          place_of(map.key),
          on_one_line(path_of_entry()),
          first->second
      ));
    }
    map.has_key = false;
  }

  // "servers.gitlab.url" while the innermost map takes the value of `url`.
  std::string path_of_entry() const {
    std::string path;
    for (auto const& level : open_) {
      if (level.has_key) path += (path.empty() ? "" : ".") + level.key.text;
    }
    return path;
  }

  std::shared_ptr<const std::string> source_;
  std::vector<std::string>& problems_;
  YamlTags tags_;
  Node root_;
  std::vector<Open> open_;
  std::unordered_map<YAML::anchor_t, Node> anchors_;
  std::size_t nodes_ = 0;
  std::size_t bytes_ = 0;
};

std::string join_lines(const std::vector<std::string>& lines) {
  return fmt::format("{}", fmt::join(lines, "\n"));
}

// The parser's own words, which say nothing of tabs where they are to blame.
std::string syntax_error(std::string_view text, const YAML::Exception& error) {
  auto const lines = split(text, '\n');
  auto const index = static_cast<std::size_t>(std::max(error.mark.line, 0));
  auto const line = index < lines.size() ? lines[index] : std::string_view();
  auto const is_tab =
      line.substr(std::min(line.find_first_not_of(' '), line.size())).starts_with('\t');
  return on_one_line(error.msg) + (is_tab ? "; indent with blanks, not tabs" : "");
}

Error unreadable(const std::string& path, int code) {
  auto kind = ErrorKind::unavailable;
  if (code == ENOENT || code == ENOTDIR) kind = ErrorKind::not_found;
  if (code == EACCES || code == EPERM) kind = ErrorKind::forbidden;
  return Error(kind, std::strerror(code)).while_doing("reading " + path);
}

}  // namespace

const Node* Node::find(std::string_view entry) const {
  for (auto const& item : items) {
    if (item.key == entry) return &item;
  }
  return nullptr;
}

std::string place_of(const Node& node) {
  auto const& name = node.source ? *node.source : std::string();
  return node.line == 0 ? name : fmt::format("{}:{}", name, node.line);
}

Result<Node> parse_yaml(std::string_view text, std::string name, YamlTags tags) {
  auto const source = std::make_shared<const std::string>(std::move(name));
  auto const fail = [&source](int line, std::string_view message) {
    return Error(ErrorKind::invalid_input, fmt::format("{}:{}: {}", *source, line, message));
  };
  if (text.size() > kMaxYamlBytes) return fail(1, "larger than 1MB");
  // yaml-cpp would also guess UTF-16 and UTF-32.
  if (!is_utf8(text) || text.find('\0') != std::string_view::npos)
    return fail(1, "is not UTF-8 text");

  std::vector<std::string> problems;
  Builder builder(source, problems, tags);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    parser.HandleNextDocument(builder);
    Builder rest(source, problems, tags);
    if (parser.HandleNextDocument(rest)) return fail(rest.take().line, "only one document is read");
  } catch (const Stop& stop) {
    problems.push_back(fmt::format("{}:{}: {}", *source, stop.line, stop.message));
  } catch (const YAML::Exception& error) {
    problems.push_back(
        fmt::format("{}:{}: {}", *source, line_of(error.mark), syntax_error(text, error))
    );
  }
  if (!problems.empty()) return Error(ErrorKind::invalid_input, join_lines(problems));
  return builder.take();
}

Result<Node> read_yaml(const std::string& path, YamlTags tags) {
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> const file(
      std::fopen(path.c_str(), "rb"), &std::fclose
  );
  if (!file) return unreadable(path, errno);
  std::string text(kMaxYamlBytes + 1, '\0');
  errno = 0;
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get()) != 0) return unreadable(path, errno);
  return parse_yaml(text, path, tags);
}

}  // namespace davit::config
