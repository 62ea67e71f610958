// What can only be checked when all manifests are there: duplicates, references, items of other objects.
#pragma once

#include <map>
#include <vector>

#include "descopectl/diag/diagnostic.hpp"
#include "descopectl/model/desired.hpp"

namespace descopectl::manifest {

/// Sorts the objects by key and reports two of one key, of one live id, or of one natural key.
void check_duplicates(std::vector<model::DesiredObject>& objects, diag::Sink& sink);

/// An object that an overlay drops, and where it says so.
using Dropped = std::map<model::ObjectKey, diag::Span>;

/// Reports references to handles that no manifest declares.
void check_references(const std::vector<model::DesiredObject>& objects, const Dropped& dropped,
                      diag::Sink& sink);

/// Turns objects that are items of others (McpScope) into those items, and takes them out of `objects`; items
/// of a live object outside the repository become an object that declares just them. Objects are sorted, and
/// stay so.
void merge_items(std::vector<model::DesiredObject>& objects, diag::Sink& sink);

}  // namespace descopectl::manifest
