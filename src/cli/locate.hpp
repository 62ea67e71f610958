// From KIND/NAME on the command line to a live object: through the state, else through the manifests.
#pragma once

#include <optional>

#include "run.hpp"

namespace descopectl::cli {

/// What is known here of the object that the first argument names.
struct Named {
  model::ObjectKey key;
  const schema::Kind* kind = nullptr;
  model::RecordedState recorded;
  std::optional<model::DesiredState> desired;  ///< none where no manifests are configured, or none are needed

  [[nodiscard]] const model::RecordedObject* owned() const;
  [[nodiscard]] const model::DesiredObject* declared() const;
};

/// Reads state and manifests. `always_loads_manifests`: also where the state knows the object. None, with
/// diagnostics, where something can't be read or nobody knows the object.
[[nodiscard]] std::optional<Named> find_named(Context& context, bool always_loads_manifests);

/// Says that `part` is a part of `whole`, which is to be named in its place.
void report_part(Context& context, const model::ObjectKey& part, const model::ObjectKey& whole);

/// The live object. Errors are ready to be reported: kNotFound where it is not in the project, kInvalidInput
/// where the manifest does not tell which it is, kConflict where the state is of another project.
[[nodiscard]] boost::asio::awaitable<Result<model::LiveObject>> load_named(Context& context,
                                                                           Connected& connected,
                                                                           const Named& named);

}  // namespace descopectl::cli
