#!/bin/sh
# Builds the shipped demo from nothing. What is trained on the way stays in $1 (target/demo), and a run that was killed goes on there.
set -eu
cd "$(dirname "$0")/.."
work=${1:-target/demo}
shipped=model-store/piecewise_demo
mkdir -p "$work"

[ -d "$work/world" ] || ./piecewise demo generate --seed 1 --out "$work/world"
[ -d "$work/base" ] || ./piecewise train base --from-scratch --examples "$work/world/corpus.jsonl" --shape demo/shape.json \
  --vocabulary 2560 --batch 24 --steps 4500 --learning-rate 0.003 --checkpoint-every 250 --out "$work/base"
[ -d "$work/adapted" ] || ./piecewise train base --model "$work/base" --all-weights --examples "$work/world/adaption.jsonl" \
  --batch 24 --steps 1000 --learning-rate 0.001 --warmup 0.05 --clip 1 --checkpoint-every 250 --out "$work/adapted"
./piecewise train sharers --model "$work/adapted" --users "$work/world/candidates.jsonl" --sharers 50 --cluster-by answers \
  --consent-by "invented people" --consent-at 2026-11-22T00:00:00Z --steps 120 --learning-rate 0.01 --side-by-side 10 \
  --out "$work/sharers"
./piecewise train gates --model "$work/adapted" --users "$work/world/candidates.jsonl" --sharers "$work/sharers" \
  --discriminant --forecast --out "$work/pool"

rm -rf "$shipped"
mkdir -p "$shipped/people"
cp demo/serving.properties demo/chat_template.jinja "$work/adapted"/* "$shipped"
cp -R "$work/pool" "$shipped/pool"
rm -f "$shipped/pool/.lock" "$shipped/loss.svg"
cp "$work/world/users.jsonl" "$work/world/tasks.json" "$shipped/people"
./piecewise demo plans --model "$shipped" --pool "$shipped/pool" --users "$shipped/people/users.jsonl" --out "$shipped/people/plans.jsonl"
