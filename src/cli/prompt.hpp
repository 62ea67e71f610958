// Questions to whoever sits at the terminal.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "context.hpp"

namespace descopectl::cli {

struct Question {
  std::string text;                                    ///< ends where the answer is typed
  std::string wanted;                                  ///< the only answer that means yes
  std::string hint = "run again with --auto-approve";  ///< where there is no terminal
};

/// True where the answer is the wanted one. Without a terminal nothing is asked: that is the error
/// `no-terminal`, which names --auto-approve; another answer is `declined`. Both mean exit 8. While the
/// answer is awaited everything else goes on: a lock that is held while somebody thinks has to be renewed.
[[nodiscard]] boost::asio::awaitable<bool> ask(Context& context, Question question);

}  // namespace descopectl::cli
