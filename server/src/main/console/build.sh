#!/bin/sh
# Builds the console's bundle into dist/ when npm is at hand and something is newer than it; else the bundle stays as it is.
set -u
cd "$(dirname -- "$0")" || exit 1

[ -n "$(find src package.json package-lock.json build.mjs tsconfig.json -newer dist/app.js -print 2>/dev/null | head -n 1)" ] || [ ! -f dist/app.js ] || exit 0
if ! command -v npm >/dev/null; then
  echo "console: npm is not there; the jar gets the bundle as it is in the repository"
  exit 0
fi
if ! npm ci --no-audit --no-fund --loglevel=error >/dev/null 2>&1; then
  echo "console: npm cannot install what the build needs; the jar gets the bundle as it is in the repository"
  exit 0
fi
npm run --silent check && npm run --silent build && touch dist/app.js
