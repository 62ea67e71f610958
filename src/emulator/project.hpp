// The emulated project: a family of objects per kind, scope claim mappings, custom attributes, consents,
// tokens, the audit trail.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "answer.hpp"
#include "audit.hpp"
#include "collection.hpp"
#include "descopectl/base/environment.hpp"
#include "descopectl/emulator/service.hpp"
#include "descopectl/schema/kind.hpp"
#include "ids.hpp"

namespace descopectl::emulator {

class Project;
struct Family;

enum class Write : unsigned char { kCreate, kUpdate, kPatch };

/// A write on its way: what was sent (decoded), what it finds, and what it will leave.
struct Change {
  Write write = Write::kCreate;
  std::uint8_t generation = 1;
  const json::object* sent = nullptr;
  const Record* before = nullptr;  ///< null on create
  Record* after = nullptr;
};

/// What the rows of a kind can't say about its endpoints.
struct Traits {
  std::string_view create_path;  ///< of the kind: namespace creation
  std::string_view not_found = "E990004";
  std::string_view duplicate = "E990009";
  std::string_view loads_by = {};    ///< a unique field by which the first generation's load finds, too
  std::string_view audited_as = {};  ///< in names of audited actions; empty: the kind's name
  std::string_view audited_id = {};  ///< a further member of audit data that holds the id
  bool has_total = false;            ///< lists answer `total` (sheet 1.12)
  bool has_named_secrets = false;    ///< kept as the hidden member `secrets`
  bool answers_object_flat = false;  ///< writes without a wrapper answer the object, not `{}`
  /// What an object made by another create call begins with, by the call's choosing field and its value. May
  /// be null.
  json::object (*start_from)(std::string_view field, std::string_view value) = nullptr;
  /// Checks and completes a write before it is stored. May be null.
  Outcome<void> (*prepare)(Project& project, Change& change) = nullptr;
  /// The answer of a create, where it is not the object. May be null.
  std::string (*created)(const Record& record) = nullptr;
  /// Completes an object that was written by hand into a data file. May be null.
  void (*restored)(Record& record) = nullptr;
  /// Takes along what depends on a deleted object. May be null.
  void (*erased)(Project& project, const Record& record) = nullptr;
};

/// The paths that create objects whose endpoints behave in ways of their own: the emulator knows a kind by
/// where the service serves it.
namespace creation {
inline constexpr std::string_view kConnection = "/v1/mgmt/outbound/app/create";
inline constexpr std::string_view kResource = "/v1/mgmt/resource/create";
inline constexpr std::string_view kTemplate = "/v1/mgmt/resource/dynamic-registration-template/create";
inline constexpr std::string_view kInboundApp = "/v1/mgmt/thirdparty/app/create";
inline constexpr std::string_view kResourcePolicy = "/v1/mgmt/resourcepolicy/create";
inline constexpr std::string_view kRole = "/v1/mgmt/role/create";
inline constexpr std::string_view kPermission = "/v1/mgmt/permission/create";
}  // namespace creation

/// The traits of the kind that is created there; plain ones for a kind without an entry.
[[nodiscard]] const Traits& find_traits(std::string_view create_path);

/// A kind with its objects.
struct Family {
  const schema::Kind* kind = nullptr;
  const Traits* traits = nullptr;
  Collection objects;
};

class Project {
 public:
  Project(Options options, const base::Clock& clock);

  [[nodiscard]] const Switches& switches() const { return options_.switches; }
  [[nodiscard]] const Options& options() const { return options_; }
  [[nodiscard]] Time now() const { return clock_.now(); }
  [[nodiscard]] std::int64_t milliseconds() const;
  [[nodiscard]] IdMaker& ids() { return ids_; }

  /// The family of that kind. There is one for every registered kind that has endpoints.
  [[nodiscard]] Family* find_family(std::string_view kind);
  /// The family whose objects are created there (namespace creation), or null.
  [[nodiscard]] Family* find_created_at(std::string_view path);
  [[nodiscard]] std::vector<std::unique_ptr<Family>>& families() { return families_; }
  [[nodiscard]] const std::vector<std::unique_ptr<Family>>& families() const { return families_; }
  [[nodiscard]] json::array& attributes() { return attributes_; }
  [[nodiscard]] const json::array& attributes() const { return attributes_; }
  [[nodiscard]] json::array& consents() { return consents_; }
  [[nodiscard]] const json::array& consents() const { return consents_; }
  [[nodiscard]] json::array& tokens() { return tokens_; }
  [[nodiscard]] const json::array& tokens() const { return tokens_; }
  [[nodiscard]] AuditLog& audit() { return audit_; }
  [[nodiscard]] const AuditLog& audit() const { return audit_; }
  [[nodiscard]] json::array& mappings() { return mappings_; }
  [[nodiscard]] const json::array& mappings() const { return mappings_; }

  void touch() { ++revision_; }
  [[nodiscard]] std::uint64_t revision() const { return revision_; }
  /// Takes over the content (not the options) of `other`.
  void adopt(Project&& other);

 private:
  Options options_;
  const base::Clock& clock_;
  IdMaker ids_;
  std::vector<std::unique_ptr<Family>> families_;
  json::array mappings_;
  json::array attributes_;
  json::array consents_;
  json::array tokens_;
  AuditLog audit_;
  std::uint64_t revision_ = 0;
};

}  // namespace descopectl::emulator
