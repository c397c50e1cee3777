# shellcheck shell=bash
# A Debian whose systemd boots in a container, for the parts of scripts/test-deploy that look at a service. Sourced after lib.sh.
# shellcheck disable=SC2154
ip link set lo up
tree=$scratch/$(basename "$0")-tree
mkdir "$tree"
tar -xf "$cache/boot.tar" -C "$tree" --exclude='./dev/*'

backend=''
nspawn=''
stop_all() {
  local code=$?
  if [ "$code" -ne 0 ] && [ -n "$nspawn" ]; then
    inside systemctl status --no-pager postern >&2 || true
    inside journalctl --no-pager -n 40 -u postern >&2 || true
  fi
  # The machine is told to power off; what stays is killed with its namespaces.
  for each in $backend $nspawn; do kill "$each" 2>/dev/null || true; done
  wait || true
}
trap stop_all EXIT

# In the machine, as root.
inside() {
  nsenter -t "$init" -m -u -i -p -n -C env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb "$@"
}

property() {
  inside systemctl show postern -p "$1" --value
}

is_property() {
  [ "$(property "$1")" = "$2" ]
}

boot() {
  # Nobody logs in.
  ln -s /dev/null "$tree/etc/systemd/system/getty.target"
  ln -s /dev/null "$tree/etc/systemd/system/console-getty.service"
  systemd-nspawn --quiet --register=no --keep-unit --kill-signal=SIGRTMIN+3 -b -D "$tree" --machine=postern \
    >"$scratch/nspawn.log" 2>&1 </dev/null &
  nspawn=$!
  await 120 "a first process" booted
  await 120 "a system that runs" running
}

# A first child of nspawn's is still called systemd-nspawn, and gone again.
booted() {
  init=$(awk '{print $1}' "/proc/$nspawn/task/$nspawn/children")
  [ -n "$init" ] && grep -qx systemd "/proc/$init/comm"
}

running() {
  [[ $(inside systemctl is-system-running) =~ running|degraded ]]
}
