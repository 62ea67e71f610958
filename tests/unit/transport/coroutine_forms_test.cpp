// The coroutine forms that g++ 12.2 miscompiles: the scanner finds them, our sources hold none, the safe ones
// run.
#include "support/coroutine_forms.hpp"

#include <gtest/gtest.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <vector>

#include "support/run.hpp"

namespace descopectl::test {
namespace {

namespace asio = boost::asio;

std::string found_in(std::string_view source) {
  std::string text;
  for (const auto& finding : find_coroutine_forms(source)) {
    text += std::to_string(finding.line) + ": " + std::string(describe(finding.form)) + "\n";
  }
  return text;
}

constexpr const char* kBrace = "1: a braced temporary inside a co_await expression\n";
constexpr const char* kLambda = "1: a temporary lambda inside a co_await expression\n";
constexpr const char* kInitializer = "1: co_await inside a braced initializer\n";
constexpr const char* kConditional = "1: co_await in a branch of a conditional operator\n";

TEST(CoroutineForms, FindsBracedTemporaries) {
  EXPECT_EQ(found_in("void f() { co_await send({.path = p}); }"), kBrace);
  EXPECT_EQ(found_in("void f() { auto r = co_await send(Req{p, b}); }"), kBrace);
  EXPECT_EQ(found_in("void f() { co_await f({}); }"), kBrace);
  EXPECT_EQ(found_in("void f() { co_await client->send(1, api::Req<int>{p}); }"), kBrace);
  EXPECT_EQ(found_in("void f() { co_await send<A, B>(Req{}); }"), kBrace);
  EXPECT_EQ(found_in("void f() { co_await Task{1}; }"), kBrace);
  EXPECT_EQ(found_in("void f() { return (co_await send(std::move(x), Req{p})).value(); }"), kBrace);
  EXPECT_EQ(found_in("void f() { co_await send(wrap(wrap(Req{p}))); }"), kBrace);
  EXPECT_EQ(found_in("void f() { co_await all({1, 2, 3}); }"), kBrace);
}

TEST(CoroutineForms, FindsTemporaryLambdas) {
  EXPECT_EQ(found_in("void f() { co_await run([x] { return x; }); }"), kLambda);
  EXPECT_EQ(found_in("void f() { co_await run(std::function<void()>([&] { g(); })); }"), kLambda);
  EXPECT_EQ(found_in("void f() { co_await [&]() -> awaitable<void> { co_return; }(); }"), kLambda);
  EXPECT_EQ(found_in("void f() { co_await run(1, [this, x = std::move(y)](int a) mutable { g(a); }); }"),
            kLambda);
}

TEST(CoroutineForms, FindsAwaitsInInitializers) {
  EXPECT_EQ(found_in("void f() { auto a = Agg{.a = co_await x(), .b = 1}; }"), kInitializer);
  EXPECT_EQ(found_in("void f() { Agg a{1, co_await x()}; }"), kInitializer);
  EXPECT_EQ(found_in("void f() { Agg a = {g(co_await x())}; }"), kInitializer);
  EXPECT_EQ(found_in("void f() { co_return Agg{co_await x()}; }"), kInitializer);
  EXPECT_EQ(found_in("void f() { std::vector<int> a{co_await x()}; }"), kInitializer);
  EXPECT_EQ(found_in("void f() { g({{co_await x()}}); }"), kInitializer);
}

TEST(CoroutineForms, FindsAwaitsInBranches) {
  EXPECT_EQ(found_in("void f() { auto r = c ? co_await a() : b; }"), kConditional);
  EXPECT_EQ(found_in("void f() { auto r = c ? a : co_await b(); }"), kConditional);
  EXPECT_EQ(found_in("void f() { co_return is_good(x) ? g(1, (co_await b()).value()) : d; }"), kConditional);
}

TEST(CoroutineForms, TellsTheLineAmongCommentsAndLiterals) {
  EXPECT_EQ(found_in("// co_await f({})\n"
                     "#define X co_await f({})\n"
                     "void f() {\n"
                     "  const char* a = \"co_await f({})\"; /* co_await\n f({}) */ char b = '{';\n"
                     "  auto c = R\"x(co_await f({}) )\" )x\"; int d = 1'000;\n"
                     "  co_await g(\n"
                     "      {});\n"
                     "}\n"),
            "7: a braced temporary inside a co_await expression\n");
}

TEST(CoroutineForms, IsSilentOnSafeForms) {
  EXPECT_EQ(found_in(R"(
#include <x>
namespace a::b {
struct S : T { int x = 0; awaitable<int> f() const { co_return co_await g(); } };
enum class E : unsigned char { kA };
auto f(int a) -> awaitable<void> { co_await g(); }
awaitable<std::map<int, int>> h(Req request) noexcept {
  Req named{.path = p};
  co_await send(std::move(named));
  co_await send(Req(p, b));
  auto task = [x]() -> awaitable<void> { co_await g(); };
  co_await task();
  const auto value = co_await x();
  const Agg made{.a = value, .b = {1, 2}};
  if (c) { r = co_await a(); } else { r = b; }
  r = (co_await a()) ? 1 : 2;
  r = ok(co_await a()) ? Agg{1} : Agg{2};
  g(c ? 1 : 2); co_await a();
  for (auto& e : list[co_await index()]) { co_await e.f(m["k"], m[i]); }
  while (co_await more()) { co_await next(); }
  switch (c) { case kA: { co_await a(); break; } default: { co_await b(); } }
  do { co_await a(); } while (true);
  try { co_await a(); } catch (const X&) { failed = true; }
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ec));
  std::tie(failure, count) = co_await impl.tls->read_some(buffer, size);
  auto both = co_await a() + Agg{1}.size();
  co_await f<std::pair<int, int>>(a < b, c > d);
}
}
)"),
            "");
}

TEST(CoroutineForms, AreInNoneOfOurSources) {
  std::size_t seen = 0;
  std::string found;
  for (const char* const folder : {"src", "include"}) {
    const auto root = std::filesystem::path(DESCOPECTL_SOURCE_DIR) / folder;
    const auto links = std::filesystem::directory_options::follow_directory_symlink;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root, links)) {
      const auto extension = entry.path().extension();
      if (extension != ".cpp" && extension != ".hpp") continue;
      std::ifstream file(entry.path(), std::ios::binary);
      std::ostringstream content;
      content << file.rdbuf();
      for (const auto& finding : find_coroutine_forms(content.str())) {
        found += entry.path().string() + ":" + std::to_string(finding.line) + ": " +
                 std::string(describe(finding.form)) + "\n";
      }
      ++seen;
    }
  }
  EXPECT_GT(seen, 20U);
  EXPECT_EQ(found, "");
}

// The right-hand side of the table, as running code; the address sanitizer judges. Each value that goes
// through the calls counts itself: what the defect does is to destroy one more than was made.
struct Counted {
  explicit Counted(int& alive_) : alive(&alive_), weight(std::make_unique<int>(7)) { ++*alive; }
  Counted(Counted&& other) noexcept : alive(other.alive), weight(std::move(other.weight)) { ++*alive; }
  Counted& operator=(Counted&&) = delete;
  ~Counted() { --*alive; }
  int* alive;
  std::unique_ptr<int> weight;
};

struct Wrapped {  // an aggregate
  Counted counted;
  std::string text;
};

class WithConstructor {
 public:
  WithConstructor(Counted counted, std::string text) : counted_(std::move(counted)), text_(std::move(text)) {}
  [[nodiscard]] int weight() const { return *counted_.weight + static_cast<int>(text_.size()); }

 private:
  Counted counted_;
  std::string text_;
};
static_assert(!std::is_aggregate_v<WithConstructor>);

asio::awaitable<int> take(Wrapped wrapped) {
  const auto executor = co_await asio::this_coro::executor;
  co_await asio::post(executor, asio::use_awaitable);
  co_return *wrapped.counted.weight + static_cast<int>(wrapped.text.size());
}

asio::awaitable<int> take_constructed(WithConstructor value) {
  const auto executor = co_await asio::this_coro::executor;
  co_await asio::post(executor, asio::use_awaitable);
  co_return value.weight();
}

asio::awaitable<int> use_safe_forms(int& alive, bool condition) {
  Wrapped named{Counted(alive), "a text that is too long for a small string"};
  int sum = co_await take(std::move(named));
  sum +=
      co_await take_constructed(WithConstructor(Counted(alive), "another text that is on the heap for sure"));
  const auto counted = std::make_shared<Counted>(alive);
  auto task = [counted]() -> asio::awaitable<int> {
    const auto executor = co_await asio::this_coro::executor;
    co_await asio::post(executor, asio::use_awaitable);
    co_return *counted->weight;
  };
  sum += co_await task();
  int chosen = 0;
  if (condition) {
    chosen = co_await task();
  } else {
    chosen = 1;
  }
  const std::vector<int> list{sum, chosen};
  co_return list[0] + list[1];
}

TEST(CoroutineForms, SafeOnesDestroyWhatTheyMadeOnce) {
  asio::io_context context;
  int alive = 0;
  EXPECT_EQ(run(context, use_safe_forms(alive, true)), 7 + 42 + 7 + 41 + 7 + 7);
  EXPECT_EQ(run(context, use_safe_forms(alive, false)), 7 + 42 + 7 + 41 + 7 + 1);
  EXPECT_EQ(alive, 0);
}

}  // namespace
}  // namespace descopectl::test
