// Recorded state: what we own in a project, what we last wrote there, and what we were about to write. Holds
// no secret, only keyed fingerprints.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "descopectl/base/json.hpp"

namespace descopectl::model {

/// How an object is addressed in output and state: "Connection/google-calendar".
struct ObjectKey {
  std::string kind;
  std::string handle;

  [[nodiscard]] std::string to_string() const { return kind + "/" + handle; }
  friend auto operator<=>(const ObjectKey&, const ObjectKey&) = default;
};

/// What a secret was when it was last sent, without saying what it was.
struct Fingerprint {
  /// "hmac-sha256", or "scrypt-16384-8-1" for secrets under 20 characters; "cleared" and "unsettled" have no
  /// digest.
  std::string scheme;
  std::string digest;  ///< lower-case hexadecimal
  friend bool operator==(const Fingerprint&, const Fingerprint&) = default;

  /// Of a secret that was cleared: nothing is left to take a fingerprint of.
  [[nodiscard]] static Fingerprint cleared() { return {.scheme = "cleared", .digest = ""}; }
  [[nodiscard]] bool is_cleared() const { return scheme == "cleared"; }
};

/// A value that the server hands back changed, and that therefore counts as equal to what was sent
/// (sheet 13.2).
struct SentGot {
  json::value sent;
  json::value got;
};

/// One owned object.
struct RecordedObject {
  ObjectKey key;
  std::string live_id;    ///< the live object's id; for kinds without one, their natural key
  std::string object_id;  ///< random, ours; stays when the handle moves; goes into fingerprints
  std::string root;       ///< the manifests root that declared it
  bool prevent_destroy = false;
  bool keep_on_removal = false;       ///< lifecycle.onRemoval: keep
  bool is_partial = false;            ///< only items of the object are ours (McpScope on {live: ID})
  std::vector<ObjectKey> depends_on;  ///< what it referred to when last applied: orders its deletion
  json::object applied;  ///< managed fields as last applied, in wire form, references as live ids
  std::map<std::string, Fingerprint, std::less<>> secrets;        ///< by JSON pointer
  std::map<std::string, SentGot, std::less<>> changed_by_server;  ///< by JSON pointer
  /// Of a replacement whose delete was begun and whose create is not known to be done: the create's body
  /// without secrets, live's former fields among them. Empty otherwise.
  json::object pending_create;
  /// Of a replacement that creates before it deletes: the live id of the old object, until that is known to
  /// be deleted. Empty otherwise.
  std::string superseded_id;
};

/// What a write does to its object.
enum class Operation : unsigned char { kCreate, kUpdate, kReplace, kDelete };

/// "create", "update", "replace", "delete".
[[nodiscard]] std::string_view to_string(Operation operation);
/// The operation of that name, or none.
[[nodiscard]] std::optional<Operation> find_operation(std::string_view name);

/// A write that was about to leave and whose outcome is not recorded: it may have been carried out, in part,
/// or not at all. Whoever finds one open looks the object up before anything else is written.
struct Intent {
  ObjectKey key;
  Operation operation = Operation::kCreate;
  std::string live_id;    ///< the object's id before the write; of a create the id that it asks for, or empty
  json::object identity;  ///< fields that tell the object among others, by wire name, as they were to be sent
  std::string body_sha256;    ///< of the body without its secrets
  std::string before_sha256;  ///< of a delete or replacement: of the object as it was
  std::string at;             ///< RFC 3339
  /// Where nothing tells the object that is to be made: the live ids of the kind that nobody owned before.
  std::vector<std::string> strangers;
  /// Live ids of nobody's of which one may be what it made, as a look found them; not kept.
  std::vector<std::string> candidates;
  /// Of a create what the outcome was to be recorded as, but for the id that the service chooses; of a
  /// replacement the same, with the create's body as `pending_create`. Of an update of an owned object what
  /// was recorded, with the secrets unsettled that were to be sent; of a delete what was recorded. Else
  /// nothing (no key).
  RecordedObject record;

  [[nodiscard]] bool has_record() const { return !record.key.kind.empty(); }
};

/// The whole recorded state of one project. Keys sort by kind, then handle.
struct RecordedState {
  std::string project_id;  ///< empty: nothing was ever written
  std::string base_url;
  std::string fingerprint_key;  ///< 32 random bytes as hexadecimal
  std::string lineage;          ///< random id of this state's history
  std::uint64_t serial = 0;     ///< grows with every record written
  std::map<ObjectKey, RecordedObject> objects;
  std::map<ObjectKey, Intent> intents;  ///< open ones

  /// The owned object with that live id, or null.
  [[nodiscard]] const RecordedObject* find_live(std::string_view kind, std::string_view live_id) const;
  /// What is to be recorded of the object of a replacement whose delete was done and whose create was not. It
  /// is ours from then on, whoever owned it before.
  [[nodiscard]] RecordedObject make_unfinished(const Intent& replacement) const;
};

}  // namespace descopectl::model
