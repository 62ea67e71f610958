#!/bin/sh
# Keeps descopectl's state on a branch of the repository that it stands in.
#
#   state-branch.sh fetch   puts the branch as it is now into the folder .descope-state, empty the first time
#   state-branch.sh save    commits what changed there and pushes it
#
# A push that is not on top of the branch is refused, so that no state is ever lost silently. The remote is origin; the
# branch is $DESCOPE_STATE_BRANCH, else descope-state.
set -eu

branch=${DESCOPE_STATE_BRANCH:-descope-state}
folder=.descope-state

fetch() {
  # 2: there is no such branch yet. Anything else is trouble, and an empty state would be the wrong answer to it.
  status=0
  git ls-remote --exit-code origin "refs/heads/$branch" >/dev/null || status=$?
  if [ "$status" = 0 ]; then
    git fetch --quiet --depth 1 origin "refs/heads/$branch"
    if [ -e "$folder/.git" ]; then
      git -C "$folder" checkout --quiet --detach "$(git rev-parse FETCH_HEAD)"
    else
      git worktree add --quiet --force --detach "$folder" FETCH_HEAD
    fi
  elif [ "$status" = 2 ] && [ -e "$folder/.git" ]; then
    :  # nothing was saved yet
  elif [ "$status" = 2 ]; then
    git worktree add --quiet --force --detach "$folder" HEAD
    git -C "$folder" checkout --quiet --orphan "$branch-first"
    git -C "$folder" rm -r --quiet --force .
  else
    echo "state-branch.sh: the remote can't be asked for the branch $branch" >&2
    exit 1
  fi
  chmod 700 "$folder"
  exclude=$(git rev-parse --git-path info/exclude)
  mkdir -p "$(dirname "$exclude")"
  grep -qxF "/$folder/" "$exclude" 2>/dev/null || echo "/$folder/" >>"$exclude"
}

save() {
  # Nothing matches where no state was written yet, nor was one removed.
  if [ -z "$(git -C "$folder" ls-files --cached --others -- '*.json')" ]; then
    echo "There is no state yet."
    return
  fi
  git -C "$folder" add --all -- '*.json'
  if git -C "$folder" diff --cached --quiet; then
    echo "The state is as it was."
    return
  fi
  git -C "$folder" -c user.name=descopectl -c user.email=descopectl@localhost \
    commit --quiet --message "State after $(git rev-parse --short HEAD)"
  git -C "$folder" push --quiet origin "HEAD:refs/heads/$branch"
}

case ${1:-} in
  fetch) fetch ;;
  save) save ;;
  *) echo "usage: state-branch.sh fetch|save" >&2; exit 2 ;;
esac
