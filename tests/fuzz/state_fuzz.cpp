// Any bytes as a state file: reading ends, and gives back what is whole or an error with a way out.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "descopectl/state/records.hpp"
#include "descopectl/state/store.hpp"
#include "require.hpp"

namespace {

using namespace descopectl;
using fuzz::require;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // The checksum would refuse nearly all of it before it is read: it is made right.
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const bool is_framed = size > 0 && (data[0] & 1U) != 0;
  const std::string text = is_framed ? state::frame_record(bytes.substr(1)) : std::string(bytes);
  const auto loaded = state::load_records(text, "state.json");
  if (!loaded) {
    require(!loaded.error().message().empty() && !loaded.error().hint().empty(), "a refusal has a way out");
    return 0;
  }
  require(loaded->whole_bytes <= text.size() && loaded->base_bytes <= loaded->whole_bytes, "sizes fit");
  const auto again = state::load_records(std::string_view(text).substr(0, loaded->whole_bytes), "state.json");
  require(again && again->tail_records == loaded->tail_records, "what is whole is read again");
  return 0;
}
