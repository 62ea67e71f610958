// Where a secret goes.
#include "secret_place.hpp"

namespace descopectl::cli {

Result<SecretPlace> SecretPlace::open(const Context& context) {
  const SecretFlags& flags = context.options.secret;
  SecretPlace place;
  place.is_shown_ = flags.is_shown;
  if (flags.is_shown && !context.options.reports.empty())
    return Error(ErrorKind::kInvalidInput, "'--show-secret' and '--report' contradict each other",
                 "a report is a file that others can read; use --secret-file");
  if (flags.file.empty()) return place;
  auto file =
      base::PrivateFile::create(from_working_folder(context, flags.file), context.options.may_overwrite);
  if (!file) return file.error();
  place.file_.emplace(std::move(*file));
  return place;
}

Result<void> SecretPlace::take(Context& context, const model::Secret& secret) {
  if (is_shown_) context.output.redactor().release(secret);
  if (!file_) return {};
  return file_->write(secret.reveal());
}

const schema::Field* find_secret_row(const schema::Kind& kind) {
  for (const schema::Field& row : kind.fields)
    if (row.secret) return &row;
  return nullptr;
}

}  // namespace descopectl::cli
