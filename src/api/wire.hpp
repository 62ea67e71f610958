// Bodies of requests and answers: wrapping, renaming, paging, secrets, and what the service leaves out or
// adds.
//
// Written strictly (each endpoint's own wrapping, sheet 17) and read tolerantly (wrapped or flat, sheet 1.4),
// but an answer that the API can't have given is never taken for an empty one: that would look like
// everything being gone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "descopectl/api/management_api.hpp"

namespace descopectl::api {

/// A serialized body with places for secrets, which are filled in when it is sent, and each time anew.
class WireBody {
 public:
  WireBody() = default;
  explicit WireBody(std::string text) { pieces_.push_back(std::move(text)); }

  /// `object`, under the member `wrapper` unless that is empty, with each secret at its pointer (into
  /// `object`). kFailure where a pointer leads nowhere: a bug of ours.
  [[nodiscard]] static Result<WireBody> make(json::object object, std::string_view wrapper,
                                             BodySecrets secrets);

  /// The bytes to send. Whoever takes them wipes them.
  [[nodiscard]] std::string render() const;
  [[nodiscard]] const std::vector<model::Secret>& secrets() const { return secrets_; }

 private:
  std::vector<std::string> pieces_;     ///< one more than secrets
  std::vector<model::Secret> secrets_;  ///< in the order in which they stand in the text
};

/// `path` with `{id}` filled in, or with `?id=` where it has no such place.
[[nodiscard]] std::string target_with_id(std::string_view path, std::string_view id);

/// An answer's body as a JSON object. kBadAnswer, with `call` ("GET /v1/...") at the front of its message,
/// where it is something else; an empty body is an empty object where `may_be_empty`.
[[nodiscard]] Result<json::object> read_object(std::string_view body, bool may_be_empty,
                                               std::string_view call, std::string_view base_url);

/// One page of a list.
struct Page {
  std::vector<model::LiveObject> objects;
  std::optional<std::int64_t> total;
  bool has_nameless = false;  ///< an object without an id, known by its name (old roles and permissions)
};

/// The objects under `member`. `is_first`: of the first page, on which a total above 0 without a list is
/// wrong.
[[nodiscard]] Result<Page> read_page(const schema::Kind& kind, json::object answer, std::string_view member,
                                     bool is_first, std::string_view call);

/// How many there are, by a search's `total`; none where that and the list under `member` are left out.
[[nodiscard]] Result<std::uint64_t> read_total(const json::object& answer, std::string_view member,
                                               std::string_view call);

/// The object in an answer to load, create or update: under `wrapper`, flat, or alone under some other
/// member. None where no object with an id (or a key) is found.
[[nodiscard]] std::optional<json::object> unwrap(const schema::Kind& kind, json::object answer,
                                                 std::string_view wrapper);

/// Takes out, at any depth, what must never be kept: write-only and secret members.
void strip_write_only(std::span<const schema::Field> fields, json::object& object);

/// `body` as the update call takes it: renamed members under their `update_wire` names (sheet 9). Nothing
/// changes where the caller did so already.
void rename_for_update(const schema::Kind& kind, json::object& body);

}  // namespace descopectl::api
