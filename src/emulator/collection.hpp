// The objects of one kind in memory: by id, by unique field, in the order of creation, and as they were a
// while ago.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "descopectl/base/json.hpp"
#include "descopectl/schema/kind.hpp"

namespace descopectl::emulator {

/// One stored object: what loads show, complete, and what they never show (secrets, write-once fields).
struct Record {
  std::uint64_t order = 0;  ///< of creation; never used twice
  json::object fields;
  json::object hidden;
};

using Time = std::chrono::system_clock::time_point;

class Collection {
 public:
  /// Objects of `kind`, found by its live id. `unique`: fields that no two objects may share, within the same
  /// value of the field `scope` (may be empty).
  Collection(const schema::Kind& kind, std::vector<std::string> unique, std::string scope);

  [[nodiscard]] const Record* find(std::string_view id) const;
  /// The object with that value in a unique field and that scope; null for an empty value.
  [[nodiscard]] const Record* find_by(std::string_view field, std::string_view value,
                                      std::string_view scope = {}) const;
  /// The first unique field (or the id, or the key) in which `candidate` would meet another object than the
  /// one with `order`.
  [[nodiscard]] std::optional<std::string> find_clash(const json::object& candidate,
                                                      std::uint64_t order) const;

  /// Adds an object; the caller looked for clashes. The pointer holds until the object is replaced or
  /// removed.
  const Record* insert(Record record, Time now);
  const Record* replace(const Record& before, Record after, Time now);
  void erase(const Record& record, Time now);

  /// The objects in the order of creation, as they were `lag` ago.
  [[nodiscard]] std::vector<const Record*> list(Time now) const;
  /// Keeps the last `lag` of history, for `list`.
  void set_lag(std::chrono::milliseconds lag) { lag_ = lag; }
  [[nodiscard]] std::size_t size() const { return records_.size(); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  using Index = std::unordered_map<std::string, std::uint64_t, Hash, std::equal_to<>>;
  struct Undo {
    Time when;
    std::uint64_t order = 0;
    std::optional<Record> before;
  };

  [[nodiscard]] std::string key_of(const json::object& fields, const std::string& field) const;
  void index(const Record& record);
  void forget(const Record& record);
  void remember(Time now, std::uint64_t order, std::optional<Record> before);

  const schema::Kind* kind_;
  std::vector<std::string> unique_;
  std::string scope_;
  std::map<std::uint64_t, Record> records_;
  Index by_id_;
  std::vector<Index> by_unique_;
  std::deque<Undo> history_;
  std::chrono::milliseconds lag_{0};
  std::uint64_t next_ = 1;
};

}  // namespace descopectl::emulator
