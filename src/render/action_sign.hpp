// The sign of what is done to an object.
#pragma once

#include "descopectl/plan/plan.hpp"
#include "painter.hpp"

namespace descopectl::render {

[[nodiscard]] inline Sign sign_of(model::Operation operation) {
  switch (operation) {
    case model::Operation::kCreate:
      return Sign::kAdd;
    case model::Operation::kUpdate:
      return Sign::kChange;
    case model::Operation::kReplace:
      return Sign::kReplace;
    case model::Operation::kDelete:
      return Sign::kRemove;
  }
  return Sign::kNone;
}

}  // namespace descopectl::render
