// That the user wants the run to end: what whoever waits can ask, and be told.
#pragma once

#include <functional>
#include <list>

namespace descopectl::base {

/// Comes once, by a signal, and stays. Used on one thread; its descriptor alone may be waited for on another.
class Interruption {
 public:
  Interruption();
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  /// Tells all listeners. What comes after the first time changes nothing.
  void come(int signal);
  [[nodiscard]] bool has_come() const { return signal_ != 0; }
  [[nodiscard]] int signal() const { return signal_; }  ///< 0: it has not come
  /// Readable (poll) from then on; -1 where the system has none to give. Not to be read from.
  [[nodiscard]] int descriptor() const { return descriptor_; }

  /// Has `act` called when the interruption comes; not where it has come before, nor after the listener's
  /// end. `act` must neither make nor end a listener.
  class Listener {
   public:
    Listener(Interruption& interruption, std::function<void()> act);
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

   private:
    Interruption& interruption_;
    std::list<std::function<void()>>::iterator place_;
  };

 private:
  int signal_ = 0;
  int descriptor_;
  std::list<std::function<void()>> listeners_;
};

}  // namespace descopectl::base
