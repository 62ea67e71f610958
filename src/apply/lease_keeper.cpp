// The beat of a held lock.
#include "descopectl/apply/lease_keeper.hpp"

#include <boost/system/system_error.hpp>

#include "descopectl/state/lock.hpp"

namespace descopectl::apply {

boost::asio::awaitable<void> keep_lease(state::Store& store, api::Timing& timing,
                                        std::function<void(std::string_view)> warn) {
  try {
    while (true) {
      co_await timing.wait_until(timing.now() + state::kHeartbeat);
      const Result<void> renewed = co_await store.renew();
      if (renewed) continue;
      warn("the lock on the state was not renewed: " + renewed.error().message());
      if (renewed.error().kind() == ErrorKind::kLockHeld) co_return;
    }
  } catch (const boost::system::system_error&) {
    co_return;  // the wait was cancelled: whoever held the store is done with it
  }
}

}  // namespace descopectl::apply
