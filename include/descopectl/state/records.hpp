// The records of a state file: how a base and its changes are written as lines, and read back.
//
//   312 9f86d081884c7d65 {"format":"descopectl-state","version":1,"record":"base","serial":41,...}
//   118 2c26b46b68ffc68f {"record":"put","serial":42,"object":{"kind":"Connection","handle":"slack",...}}
//    95 fcde2b2edba56bf4 {"record":"remove","serial":43,"key":{"kind":"Role","handle":"editor"}}
//   171 19581e27de7ced00
//   {"record":"intent","serial":44,"intent":{"kind":"Role","handle":"owner","operation":...}}
//
// Length and checksum are those of the JSON after them. Serial numbers follow one another, so that a line
// that went missing is noticed as well as one that changed. Later versions keep the frame and the first three
// members, which is how an older program can tell a newer file from a broken one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "descopectl/base/result.hpp"
#include "descopectl/model/recorded.hpp"

namespace descopectl::state {

/// The project that the state belongs to.
struct TargetChange {
  std::string project_id;
  std::string base_url;
};
/// An object is owned from now on, or what is recorded about it changed. An open intent on it is settled.
struct PutChange {
  model::RecordedObject object;
};
/// An object is not owned any more. An open intent on it is settled, unless its end has still to be seen.
struct RemoveChange {
  model::ObjectKey key;
  bool is_unseen = false;  ///< the service said that it is deleted, and no list has shown that yet
};
/// An owned object has another handle; those that depend on it follow, and so does an open intent on it.
struct MoveChange {
  model::ObjectKey from;
  model::ObjectKey to;
};
/// A write is about to leave. It takes the place of an open intent on that object.
struct IntentChange {
  model::Intent intent;
};
/// An open intent came to nothing.
struct SettleChange {
  model::ObjectKey key;
};
using Change = std::variant<TargetChange, PutChange, RemoveChange, MoveChange, IntentChange, SettleChange>;

/// A change with the serial number that the state has after it.
struct NumberedChange {
  std::uint64_t serial = 0;
  Change change;
};

/// `payload` as a line with length, checksum and newline.
[[nodiscard]] std::string frame_record(std::string_view payload);

/// The payload of a base with all of `state`.
[[nodiscard]] std::string encode_base(const model::RecordedState& state);

/// The payload of one change.
[[nodiscard]] std::string encode_change(const Change& change, std::uint64_t serial);

/// The state of a base's payload. kInvalidInput with what is wrong; the hint is set where a newer program
/// helps.
[[nodiscard]] Result<model::RecordedState> decode_base(std::string_view payload);

/// The change of a payload, with errors as in decode_base.
[[nodiscard]] Result<NumberedChange> decode_change(std::string_view payload);

/// Whether `change` makes sense for `state`: what is removed, moved or settled is there (else kNotFound), and
/// a move meets nothing at its end (else kConflict).
[[nodiscard]] Result<void> check_change(const model::RecordedState& state, const Change& change);

/// Carries out a change that check_change approves of.
void apply_change(model::RecordedState& state, NumberedChange change);

}  // namespace descopectl::state
