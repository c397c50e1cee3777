# shellcheck shell=sh
# Programs of the system that a script needs, installed where that may be done.

# need PROGRAM=PACKAGE ...: installs the Debian packages of the programs that are missing; where it may not, says which.
need() {
  missing=''
  for pair in "$@"; do
    command -v "${pair%%=*}" >/dev/null || missing="$missing ${pair#*=}"
  done
  [ -n "$missing" ] || return 0
  if ! command -v apt-get >/dev/null || [ "$(id -u)" -ne 0 ]; then
    echo "Missing here:$missing (packages of Debian and Ubuntu). Install them: apt-get install$missing" >&2
    exit 127
  fi
  echo "Installing$missing ..." >&2
  (
    # The packages come with services that would start at once, on ports of their own. This is Debian's way to forbid it.
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
      trap 'rm -f "$policy"' EXIT
      printf '#!/bin/sh\nexit 101\n' >"$policy"
      chmod +x "$policy"
    fi
    export DEBIAN_FRONTEND=noninteractive
    # Where the lists of packages are old or missing they are fetched first.
    # shellcheck disable=SC2086
    apt-get install -y -qq --no-install-recommends $missing >/dev/null 2>&1 ||
      { apt-get update -qq >&2 && apt-get install -y -qq --no-install-recommends $missing >&2; }
  )
}
