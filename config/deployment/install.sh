#!/bin/sh
# Builds Piecewise and lays it out under a directory, so that it runs without its sources, without Maven and without a JDK's compiler.
#
#   install.sh DIRECTORY    DIRECTORY/bin/piecewise, lib/*.jar, native/ (PyTorch and the tokenizers, unpacked), config/piecewise.yaml
#
# JAVA_HOME names a JDK 25. The Dockerfile calls this; so may whoever deploys to a plain machine.
set -eu

[ $# -eq 1 ] || { echo "usage: install.sh DIRECTORY" >&2; exit 2; }
sources=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd -P)
mkdir -p "$1"
target=$(CDPATH='' cd -- "$1" && pwd -P)

(cd "$sources" && ./mvnw -B -ntp -q -pl server -Dmaven.test.skip=true -Dspotless.check.skip=true package)

mkdir -p "$target/bin" "$target/lib" "$target/config"
cp "$sources/server/target/piecewise-server.jar" "$target/lib/piecewise.jar"
classpath=$(cat "$sources/server/target/classpath.txt")
IFS=:
for jar in $classpath; do
  cp "$jar" "$target/lib/"
done
unset IFS
cp "$sources/config/piecewise.yaml" "$target/config/"
cp "$sources/config/deployment/piecewise.sh" "$target/bin/piecewise"
chmod 755 "$target/bin/piecewise"

# One token of the demo unpacks the native libraries, which nobody may write to later, and shows that all of it runs.
printf 'piecewise: '
"$target/bin/piecewise" generate --model "$sources/model-store/piecewise_demo" --prompt Hello --max-tokens 1 --json
# What they were unpacked into is their maker's alone, and the server runs as somebody else.
chmod -R a+rX "$target"
