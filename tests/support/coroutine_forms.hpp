// Finds the coroutine forms that g++ 12.2 miscompiles (double destruction, without a warning) in C++ source
// text.
//
//   never inside a co_await expression             | write instead
//   a braced temporary: co_await send(Req{p})      | a named local, then std::move; or parentheses and a
//   constructor a lambda: co_await f([x] { ... })              | a named lambda that outlives the await, or a
//   member function Agg{.a = co_await x()}                         | await into locals first c ? co_await a()
//   : b                           | if / else
//
// It reads tokens, not types, so that it is stricter than the defect: a braced temporary of a type that would
// be safe is reported too, and is as easily written with parentheses.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace descopectl::test {

enum class CoroutineForm : unsigned char {
  kBracedTemporary,
  kTemporaryLambda,
  kAwaitInInitializer,
  kAwaitInConditional,
};

struct CoroutineFinding {
  int line = 0;  ///< of the co_await, from 1
  CoroutineForm form = CoroutineForm::kBracedTemporary;
};

/// What `source` contains, in its order; the same form of one co_await only once.
[[nodiscard]] std::vector<CoroutineFinding> find_coroutine_forms(std::string_view source);

/// "a braced temporary inside a co_await expression".
[[nodiscard]] std::string_view describe(CoroutineForm form);

}  // namespace descopectl::test
