// Runs coroutines to their end from a plain test function.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>
#include <utility>

namespace descopectl::test {

/// Runs `context` until `work` has ended; its result, or its exception.
template <class T>
T run(boost::asio::io_context& context, boost::asio::awaitable<T> work) {
  std::optional<T> result;
  std::exception_ptr failure;
  bool has_ended = false;
  auto ended = [&](const std::exception_ptr& thrown, T value) {
    failure = thrown;
    result.emplace(std::move(value));
    has_ended = true;
  };
  boost::asio::co_spawn(context, std::move(work), ended);
  context.restart();
  while (!has_ended && context.run_one() != 0) {
  }
  if (failure) std::rethrow_exception(failure);
  return std::move(*result);
}

inline void run(boost::asio::io_context& context, boost::asio::awaitable<void> work) {
  std::exception_ptr failure;
  bool has_ended = false;
  auto ended = [&](const std::exception_ptr& thrown) {
    failure = thrown;
    has_ended = true;
  };
  boost::asio::co_spawn(context, std::move(work), ended);
  context.restart();
  while (!has_ended && context.run_one() != 0) {
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace descopectl::test
