// The whole state as one JSON document, for people and programs that move or mend it.
#pragma once

#include <string>
#include <string_view>

#include "descopectl/base/result.hpp"
#include "descopectl/model/recorded.hpp"

namespace descopectl::state {

/// `state` with `version`, `serial` and `lineage` at the top, over several lines.
[[nodiscard]] std::string encode_document(const model::RecordedState& state);

/// The state of such a document, or of a state's file. kInvalidInput, naming it as `name_for_messages`, where
/// the text is neither, damaged or a newer program's.
[[nodiscard]] Result<model::RecordedState> decode_document(std::string_view text,
                                                           const std::string& name_for_messages);

}  // namespace descopectl::state
