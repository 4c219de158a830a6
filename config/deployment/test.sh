#!/bin/sh
# Follows the Dockerfile without a container engine: builds in an empty Debian root, makes a second one of what the image would hold, and starts it there as the image would.
#
#   sudo JAVA_HOME=... config/deployment/test.sh [BASE]    BASE: a directory that keeps the empty root for the next time
#
# INSTALLED=DIRECTORY takes what install.sh laid out there before, and builds nothing. Needs root, debootstrap, unshare, ip, setpriv and a JDK 25, which stands in for the
# images that the Dockerfile begins with. Jars come from ~/.m2, which stays as it is.
set -eu

if [ "${1:-}" != --inside ]; then
  # Mounts and processes are in namespaces of their own and gone with them: what is removed here is what the test wrote, and nothing that it looked at.
  work=$(mktemp -d)
  status=0
  unshare --mount --mount-proc --pid --fork --kill-child --propagation private "$0" --inside "$work" "${1:-$work/base}" || status=$?
  rm -rf --one-file-system "$work"
  exit "$status"
fi
work=$2 base=$3
sources=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd -P)
jdk=$(readlink -f "${JAVA_HOME:?names a JDK 25}")

say() { printf '\ntest: %s\n' "$1" >&2; }

# The words of an instruction of the Dockerfile that is a JSON array.
words() { sed -n "s/^$1 \[\(.*\)\]$/\1/p" "$sources/Dockerfile" | tail -n 1 | tr -d '",'; }

root() {
  mkdir -p "$1"
  cp -a "$base/." "$1"
  mount -t proc proc "$1/proc"
  mount --rbind /dev "$1/dev"
  mkdir -p "$1/opt/java/openjdk"
  mount --bind "$jdk" "$1/opt/java/openjdk"
  mount -o remount,bind,ro "$1/opt/java/openjdk"
  cp -L /etc/resolv.conf "$1/etc/resolv.conf"
}

enter() { # root uid command...
  in=$1 as=$2
  shift 2
  chroot "$in" /usr/bin/setpriv --reuid="$as" --regid="$as" --clear-groups --no-new-privs \
    env -i PATH=/opt/java/openjdk/bin:/usr/sbin:/usr/bin:/sbin:/bin JAVA_HOME=/opt/java/openjdk LANG=C.UTF-8 "$@"
}

if [ ! -x "$base/bin/sh" ]; then
  say "an empty Debian root in $base"
  debootstrap --variant=minbase bookworm "$base" >&2
fi

build() {
  say 'the build: config/deployment/install.sh'
  root "$work/build"
  mkdir -p "$work/build/src" "$work/build/root/.m2"
  (cd "$sources" && git ls-files -z | xargs -0 tar -c) | tar -x -C "$work/build/src"
  mkdir -p "$work/m2" "$work/m2.work"
  mount -t overlay overlay -o "lowerdir=$HOME/.m2,upperdir=$work/m2,workdir=$work/m2.work" "$work/build/root/.m2"
  enter "$work/build" 0 HOME=/root /src/config/deployment/install.sh /opt/piecewise >&2
}
[ -n "${INSTALLED:-}" ] || build

say 'the image: what its last stage runs and copies'
image=$work/image
root "$image"
# shellcheck disable=SC2016 # the Dockerfile's own dollar signs
sed -n '/^FROM ${FLAVOR}/,$p' "$sources/Dockerfile" | sed -e ':a' -e '/\\$/N; s/\\\n//; ta' | sed -n 's/^RUN //p' >"$work/run"
while read -r line; do
  chroot "$image" env DEBIAN_FRONTEND=noninteractive sh -euc "$line" </dev/null >&2
done <"$work/run"
cp -a "${INSTALLED:-$work/build/opt/piecewise}" "$image/opt/piecewise"
cp -a "$sources/model-store" "$image/var/lib/piecewise/model-store"
chown -R 10001 "$image/var/lib/piecewise/model-store"

say 'the server, as who has uid 10001, in a network of its own'
entry=$(words ENTRYPOINT)
command=$(words CMD)
health=$(sed -n 's/^HEALTHCHECK .* CMD \(.*\)$/\1/p' "$sources/Dockerfile")
export image entry command health
unshare --net sh -eu <<'EOF'
ip link set lo up
fail() { printf 'test: FAILED: %s\n' "$1" >&2; cat "$image/tmp/said" >&2; exit 1; }
user() {
  chroot "$image" /usr/bin/setpriv --reuid=10001 --regid=10001 --clear-groups --no-new-privs \
    env -i PATH=/opt/java/openjdk/bin:/usr/bin:/bin JAVA_HOME=/opt/java/openjdk LANG=C.UTF-8 PIECEWISE_HOME=/var/lib/piecewise "$@"
}
# shellcheck disable=SC2086 # several words in one variable
user sh -c 'cd /var/lib/piecewise && exec "$@"' sh $entry $command 2>"$image/tmp/said" &
server=$!
tries=0
until user sh -c "$health" >/dev/null 2>&1; do
  tries=$((tries + 1))
  kill -0 "$server" 2>/dev/null && [ "$tries" -lt 300 ] || fail 'not healthy'
  sleep 1
done
echo "test: healthy after $tries tries" >&2
answer=$(user curl -fsS http://127.0.0.1:8080/v1/completions -H 'content-type: application/json' \
  -d '{"model":"piecewise_demo","user":"felix.hart","prompt":"Note: ask Clara to bring the tent on Friday.\nText:","max_tokens":32,"temperature":0}') || fail 'no answer'
echo "$answer" >&2
case $answer in *'"mode":"assembled"'*) ;; *) fail 'felix.hart was not answered by his own pieces' ;; esac
user curl -fsS http://127.0.0.1:8080/ | grep -q '<title>Piecewise' || fail 'no console'
written=$(find "$image" -xdev -user 10001 -newer "$image/opt/piecewise/bin/piecewise" -not -path "$image/var/lib/piecewise*" -not -path "$image/tmp/*" -not -path "$image/proc/*" | head)
[ -z "$written" ] || fail "written outside of the volume: $written"
pid=$(pgrep -u 10001 -n java)
kill -TERM "$pid"
status=0
wait "$server" || status=$?
case $status in 0 | 143) echo "test: stopped with status $status" >&2 ;; *) fail "ended with status $status" ;; esac
EOF

say 'all of it works'
