#!/bin/sh
# Runs an installed Piecewise: bin/piecewise beside lib/, native/ and config/.
#
# PIECEWISE_JAVA_OPTS  options of the JVM instead of "-XX:+UseZGC -Xms64m -XX:SoftMaxHeapSize=512m"
# PIECEWISE_HOME       where model-store/ is and data is kept; the installation when it is not set
set -eu

home=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f "$0")")/.." && pwd -P)
export THP_MEM_ALLOC_ENABLE="${THP_MEM_ALLOC_ENABLE:-1}" OMP_WAIT_POLICY="${OMP_WAIT_POLICY:-PASSIVE}" GOMP_SPINCOUNT="${GOMP_SPINCOUNT:-5000}" OPT_OUT_TRACKING=true DJL_OFFLINE="${DJL_OFFLINE:-true}"
export DJL_CACHE_DIR="${DJL_CACHE_DIR:-$home/native}"

# shellcheck disable=SC2086 # several options in one variable
exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
  -XX:+UseCompactObjectHeaders ${PIECEWISE_JAVA_OPTS--XX:+UseZGC -Xms64m -XX:SoftMaxHeapSize=512m} \
  -Dpiecewise.home="${PIECEWISE_HOME:-$home}" -cp "$home/lib/*" dev.piecewise.Main "$@"
