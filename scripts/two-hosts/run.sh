#!/usr/bin/env bash
# Runs a program as two ranks of Open MPI on two hosts: network namespaces of this machine, with a cable between them. Needs root.
#
#   scripts/two-hosts/run.sh MBIT_PER_SECOND DELAY_MS PROGRAM [ARGUMENT …]
#
# The delay is one way. Each host has a name, an address and half of the processors. $MPIRUN_FLAGS are added to mpirun's.
set -euo pipefail
[ $# -ge 3 ] || { sed -n '2,6p' "$0" >&2; exit 2; }
mbit=$1 delay=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
a=ft-a-$$ b=ft-b-$$
link=

clean_up() {
  [ -z "$link" ] || kill "$link" 2>/dev/null || true
  for host in "$a" "$b"; do
    ip netns pids "$host" 2>/dev/null | xargs -r kill -9 2>/dev/null || true
    ip netns del "$host" 2>/dev/null || true
  done
  rm -rf "$work"
}
trap clean_up EXIT

"${CXX:-c++}" -O2 -std=c++17 -o "$work/link" "$here/link.cc"
ip netns add "$a"
ip netns add "$b"
"$work/link" "$a" "$b" "$mbit" "$delay" > "$work/ready" &
link=$!
for _ in $(seq 50); do grep -q ready "$work/ready" && break; sleep 0.1; done
for host in "$a 10.77.0.1 10.77.0.2" "$b 10.77.0.2 10.77.0.1"; do
  read -r name own other <<< "$host"
  ip -n "$name" link set lo up
  ip -n "$name" address add "$own" peer "$other" dev net0
  ip -n "$name" link set net0 mtu 9000 txqueuelen 2000 up
  # No more under way than the cable's ends can hold: nothing is lost, and small messages do not wait behind large ones for long.
  ip netns exec "$name" sysctl -qw net.ipv4.tcp_wmem="4096 65536 262144" net.ipv4.tcp_rmem="4096 65536 262144"
done

# What mpirun has in place of ssh.
cat > "$work/agent" <<AGENT
#!/bin/sh
shift
exec ip netns exec "$b" unshare --uts sh -c 'hostname host-b; eval "\$0"' "\$*"
AGENT
chmod +x "$work/agent"

# Half of the processors for each.
cat > "$work/program" <<'PROGRAM'
#!/bin/sh
half=$(($(nproc --all) / 2))
[ "$half" -ge 1 ] || exec "$@"
first=$((OMPI_COMM_WORLD_RANK * half))
exec taskset -c "$first-$((first + half - 1))" "$@"
PROGRAM
chmod +x "$work/program"

export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
flags=(--host 10.77.0.1:1,10.77.0.2:1 -np 2 --bind-to none --mca plm_rsh_agent "$work/agent"
  --mca btl tcp,self --mca btl_tcp_if_include net0 --mca oob_tcp_if_include net0)
# shellcheck disable=SC2086
ip netns exec "$a" unshare --uts sh -c 'hostname host-a; exec "$@"' sh mpirun "${flags[@]}" ${MPIRUN_FLAGS:-} "$work/program" "$@"
