// Questions to whoever sits at the terminal.
#pragma once

#include <string>

#include "context.hpp"

namespace descopectl::cli {

struct Question {
  std::string text;                                    ///< ends where the answer is typed
  std::string wanted;                                  ///< the only answer that means yes
  std::string hint = "run again with --auto-approve";  ///< where there is no terminal
};

/// True where the answer is the wanted one. Without a terminal nothing is asked: that is the error
/// `no-terminal`, which names --auto-approve; another answer is `declined`. Both mean exit 8.
[[nodiscard]] bool ask(Context& context, const Question& question);

}  // namespace descopectl::cli
