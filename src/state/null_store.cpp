// The store of `backend: none`, which forgets everything.
#include "descopectl/state/store.hpp"

namespace descopectl::state {
namespace {

class NullStore final : public Store {
 public:
  [[nodiscard]] const model::RecordedState& current() const override { return nothing_; }
  [[nodiscard]] bool is_kept() const override { return false; }
  [[nodiscard]] bool is_remote() const override { return false; }
  boost::asio::awaitable<Result<void>> begin(std::vector<model::Intent>) override {
    co_return Result<void>();
  }
  Result<void> settle(const model::ObjectKey&) override { return {}; }
  boost::asio::awaitable<Result<void>> flush() override { co_return Result<void>(); }
  Result<void> set_target(std::string, std::string) override { return {}; }
  Result<void> put(model::RecordedObject) override { return {}; }
  Result<void> remove(const model::ObjectKey&) override { return {}; }
  Result<void> remove_unseen(const model::ObjectKey&) override { return {}; }
  Result<void> move(const model::ObjectKey&, const model::ObjectKey&) override { return {}; }
  boost::asio::awaitable<Result<void>> replace(model::RecordedState) override { co_return Result<void>(); }
  Result<void> compact() override { return {}; }
  boost::asio::awaitable<Result<void>> renew() override { co_return Result<void>(); }

 private:
  model::RecordedState nothing_;
};

}  // namespace

std::unique_ptr<Store> make_null_store() {
  return std::make_unique<NullStore>();
}

}  // namespace descopectl::state
