# shellcheck shell=bash
# What the parts of scripts/test-deploy share. Sourced with the three arguments of a part.
# shellcheck disable=SC2034
root=$1
scratch=$2
cache=$3
tls=$scratch/tls
PATH=$PATH:/usr/sbin:/sbin

fail() {
  echo "  FAILED: $*" >&2
  exit 1
}

ok() {
  echo "  ok: $*"
}

# await SECONDS WHAT COMMAND ...: until it succeeds.
await() {
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || fail "not in time: $what"
    sleep 0.1
  done
}

# https PORT PATH OPTION ...: asks what serves cp.example.test on loopback.
https() {
  local port=$1 path=$2
  shift 2
  timeout 120 curl -sS --fail-with-body --cacert "$tls/ca.pem" --connect-to "::127.0.0.1:$port" "$@" "https://cp.example.test$path"
}

# An upload that takes some eight seconds; where it ends well, its answer is in FILE.
long_upload() {
  head -c 8000000 /dev/zero | https "$1" /upload --limit-rate 1M -H 'Expect:' -T - -o "$2"
}

says() {
  grep -q -- "$2" <<<"$1" || fail "$3: $1"
}
