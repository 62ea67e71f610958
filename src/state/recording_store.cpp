// New states, and the proof that a change can be read again.
#include "descopectl/state/recording_store.hpp"

#include "descopectl/base/digest.hpp"

namespace descopectl::state {
namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kLineageBytes = 16;

}  // namespace

model::RecordedState make_new_state() {
  model::RecordedState state;
  state.fingerprint_key = base::random_hex(kKeyBytes);
  state.lineage = base::random_hex(kLineageBytes);
  return state;
}

Result<NumberedChange> read_back(std::string_view payload) {
  auto change = decode_change(payload);
  if (change) return change;
  return Error(ErrorKind::kFailure, "the change can't be recorded in the state: " + change.error().message());
}

}  // namespace descopectl::state
