// Laying one document over another, before anything is decoded: what an environment changes of a manifest.
#pragma once

#include <string>
#include <string_view>

#include "descopectl/diag/diagnostic.hpp"
#include "descopectl/document/node.hpp"
#include "descopectl/document/tree.hpp"
#include "descopectl/schema/kind.hpp"

namespace descopectl::manifest {

/// `over` laid over `base`: maps merge by key, everything else replaces, `!unset` takes a member away.
/// Secrets and references are replaced whole, since their maps hold one of several forms. Each value keeps
/// its own place. Each `!unset` stays, so that decoding can tell an unknown field, and where one that is
/// needed went; so does what is written in lists, see check_overlay_marks.
[[nodiscard]] document::Node merge_documents(const schema::Kind& kind, const document::Node& base,
                                             const document::Node& over, document::Tree& tree);

/// What to do about them in a manifest that is no overlay.
inline constexpr std::string_view kNotAnOverlay =
    "it is for overlays: documents in a folder that only the chosen environment lists";

/// Whether a document may take away what another one declares.
enum class Layering : unsigned char { kDeclares, kOverlays };

/// Reports `!unset` and `metadata.absent` where they have no meaning: everywhere in a document that declares;
/// `!unset` in lists, which replace, also in one that overlays. Code `misplaced-overlay`. `hint` says what to
/// do about it in a document that declares.
void check_overlay_marks(const document::Node& root, Layering layering, std::string_view hint,
                         diag::Sink& sink);

/// Does the document drop its object (metadata.absent: true)?
[[nodiscard]] bool says_absent(const document::Node& root);

}  // namespace descopectl::manifest
