// Telling those who wait, on this thread and by a descriptor.
#include "descopectl/base/interruption.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <utility>

namespace descopectl::base {

Interruption::Interruption() : descriptor_(::eventfd(0, EFD_CLOEXEC)) {}

Interruption::~Interruption() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void Interruption::come(int signal) {
  if (has_come()) return;
  signal_ = signal;
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(descriptor_, &one, sizeof one);
  for (const auto& act : listeners_)
    act();
}

Interruption::Listener::Listener(Interruption& interruption, std::function<void()> act)
    : interruption_(interruption),
      place_(interruption.listeners_.insert(interruption.listeners_.end(), std::move(act))) {}

Interruption::Listener::~Listener() {
  interruption_.listeners_.erase(place_);
}

}  // namespace descopectl::base
