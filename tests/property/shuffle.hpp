// Lists in another order: what a server may answer and no result may depend on.
#pragma once

#include <rapidcheck.h>

#include <cstddef>
#include <utility>

#include "descopectl/base/json.hpp"
#include "support/project.hpp"

namespace descopectl::test {

template <class List>
void shuffle(List& list) {
  for (std::size_t i = list.size(); i > 1; --i)
    std::swap(list[i - 1], list[*rc::gen::inRange<std::size_t>(0, i)]);
}

/// Shuffles every list within `value`.
inline void shuffle_value(json::value& value) {
  if (json::array* list = value.if_array()) {
    for (json::value& item : *list)
      shuffle_value(item);
    shuffle(*list);
  } else if (json::object* object = value.if_object()) {
    for (auto& member : *object)
      shuffle_value(member.value());
  }
}

/// As if the service listed its sets in another order.
inline void shuffle_live(Project& project) {
  for (auto& [name, kind] : project.live.kinds)
    for (model::LiveObject& object : kind.objects)
      for (auto& member : object.body)
        shuffle_value(member.value());
}

}  // namespace descopectl::test
