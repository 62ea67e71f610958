// A state's base as a document of its own.
#include "descopectl/state/document.hpp"

#include <fmt/format.h>

#include "descopectl/base/json.hpp"
#include "descopectl/base/text.hpp"
#include "descopectl/state/records.hpp"
#include "descopectl/state/store.hpp"

namespace descopectl::state {

std::string encode_document(const model::RecordedState& state) {
  return base::to_pretty_json(json::parse(encode_base(state)));
}

Result<model::RecordedState> decode_document(std::string_view text, const std::string& name_for_messages) {
  const bool is_document = text.substr(0, text.find_first_not_of(" \t\r\n") + 1).ends_with('{');
  if (!is_document) {
    auto loaded = load_records(text, name_for_messages);
    if (!loaded) return loaded.error();
    return std::move(loaded->state);
  }
  auto state = decode_base(text);
  if (!state)
    return Error(state.error().kind(),
                 fmt::format("{} is no state that can be used: {}", base::printable(name_for_messages),
                             state.error().message()),
                 state.error().hint());
  return state;
}

}  // namespace descopectl::state
