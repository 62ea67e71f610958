// The audit trail: a record of every write that was carried out, and of events that clients leave (sheet 11).
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "descopectl/base/json.hpp"

namespace descopectl::emulator {

/// Who made a request.
struct Actor {
  std::string project_id;
  std::string id;  ///< tells one management key from another without being it; empty: nobody said
};

/// Records in the order in which they were made, each as a search answers it. What a call notes counts only
/// once the call has succeeded: batches are all or nothing.
class AuditLog {
 public:
  /// Of the vendor's action names only those of permissions are documented: the others are our own guess.
  void note(std::string action, json::object data);
  /// A record with members of its own choice; the others are filled in on commit.
  void note(json::object record);
  void commit(const Actor& actor, std::int64_t milliseconds);
  [[nodiscard]] bool has_pending() const { return !pending_.empty(); }
  void discard() { pending_.clear(); }

  [[nodiscard]] const std::deque<json::object>& records() const { return records_; }
  /// The newest records, as many as are worth keeping in a file.
  [[nodiscard]] json::array to_json() const;
  /// False where `records` is no list of objects with the time of a record.
  [[nodiscard]] bool restore(const json::value& records);

 private:
  std::vector<json::object> pending_;
  std::deque<json::object> records_;
  std::uint64_t count_ = 0;
};

}  // namespace descopectl::emulator
