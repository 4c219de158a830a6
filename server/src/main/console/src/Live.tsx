import { useEffect, useState } from 'preact/hooks';
import { Refused, metricsText } from './api.ts';
import { type Reading, read } from './metrics.ts';

const EVERY_MS = 1000;
const KEPT = 60;

/** What the engine is doing, read from its metrics once a second while the page can be seen. */
export function Live({ onRefused }: { onRefused(why: Error): boolean }) {
  const [readings, setReadings] = useState<Reading[]>([]);
  const [reachable, setReachable] = useState(true);
  const [hidden, setHidden] = useState(false);
  useEffect(() => {
    const tick = async () => {
      if (document.hidden) return;
      try {
        const reading = read(await metricsText(), performance.now());
        setReadings(before => [...before, reading].slice(-KEPT));
        setReachable(true);
      } catch (e) {
        setReachable(false);
        // Metrics are the operator's, or are not shown at all: there is nothing to wait for.
        if (e instanceof Refused && e.status !== 503) {
          clearInterval(timer);
          setHidden(true);
          onRefused(e);
        }
      }
    };
    const timer = setInterval(tick, EVERY_MS);
    void tick();
    return () => clearInterval(timer);
  }, []);

  if (hidden) return null;
  const last = readings.at(-1);
  const rates = readings.slice(1).map((reading, i) => {
    const before = readings[i]!;
    return Math.max(0, ((reading.completionTokens - before.completionTokens) * 1000) / (reading.at - before.at));
  });
  const total = (counts: Record<string, number> | undefined) => Object.values(counts ?? {}).reduce((sum, count) => sum + count, 0);
  const share = last && total(last.hits) + total(last.misses) > 0 ? total(last.hits) / (total(last.hits) + total(last.misses)) : NaN;
  return (
    <div class="live" role="group" aria-label="Engine" data-reachable={reachable}>
      <Figure name="tokens/s" value={(rates.at(-1) ?? 0).toFixed(0)} />
      <Sparkline values={rates} />
      <Figure name="running" value={`${last?.running ?? 0}`} />
      <Figure name="waiting" value={`${last?.waiting ?? 0}`} />
      <Figure name="KV" value={`${((last?.kvInUse ?? 0) * 100).toFixed(0)} %`} title="of the KV arena's places are in use" />
      <Figure name="slots" value={`${last?.slots.active ?? 0}/${total(last?.slots)}`} title="of the places for merged adapters are in use" />
      <Figure name="cached" value={Number.isNaN(share) ? '–' : `${(share * 100).toFixed(0)} %`} title="of the look-ups of plans and adapters found them" />
    </div>
  );
}

function Figure({ name, value, title }: { name: string; value: string; title?: string }) {
  return (
    <dl title={title}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </dl>
  );
}

function Sparkline({ values }: { values: number[] }) {
  const most = Math.max(1, ...values);
  const points = values.map((value, i) => `${(i + KEPT - values.length) * 2},${23 - (22 * value) / most}`).join(' ');
  return (
    <svg class="spark" width={KEPT * 2} height="24" aria-hidden="true">
      <polyline points={points} />
    </svg>
  );
}
