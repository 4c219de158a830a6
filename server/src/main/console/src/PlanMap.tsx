import { useMemo, useState } from 'preact/hooks';
import type { Plan } from './api.ts';

const CELL = 17;
const LEFT = 48;
const TOP = 56;

interface Cell {
  site: string;
  sharer: string;
  weight: number;
  x: number;
  y: number;
}

/** `layers.3.self_attn.q_proj` as `3 q`. */
export function shortSite(site: string): string {
  const parts = site.split('.');
  return `${parts[1]} ${(parts.at(-1) ?? '').replace('_proj', '')}`;
}

function layout(plan: Plan) {
  const totals = new Map<string, number>();
  for (const choices of Object.values(plan.sites)) {
    for (const [sharer, weight] of choices) totals.set(sharer, (totals.get(sharer) ?? 0) + weight);
  }
  const sharers = [...totals].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])).map(([sharer]) => sharer);
  const sites = Object.keys(plan.sites);
  const cells: Cell[] = sites.flatMap((site, y) =>
    (plan.sites[site] ?? []).map(([sharer, weight]) => ({ site, sharer, weight, x: sharers.indexOf(sharer), y })),
  );
  return { sharers, sites, cells, totals };
}

/** Which sharers' pieces the user's model is made of: sites down, sharers across, the darker the heavier. */
export function PlanMap({ plan }: { plan: Plan | null }) {
  const [hovered, setHovered] = useState<Cell | null>(null);
  const map = useMemo(() => plan && layout(plan), [plan]);
  if (!plan || !map) {
    return (
      <section aria-label="Plan">
        <h2>Plan</h2>
        <p class="quiet">No plan yet. Assemble one from the history below.</p>
      </section>
    );
  }
  const { sharers, sites, cells, totals } = map;
  const width = LEFT + sharers.length * CELL + 70;
  const height = TOP + sites.length * CELL + 4;
  const first = sharers.slice(0, 3).map(sharer => `${sharer} ${((100 * totals.get(sharer)!) / sites.length).toFixed(0)} %`);
  return (
    <section aria-label="Plan">
      <h2>
        Plan{' '}
        <small>
          {sites.length} sites, {sharers.length} sharers, made from {plan.items} items · {plan.merge}, k {plan.k} · most from {first.join(', ')}
        </small>
      </h2>
      <div class="map">
        <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`Weights of ${sharers.length} sharers at ${sites.length} sites`} onMouseLeave={() => setHovered(null)}>
          {sharers.map((sharer, x) => (
            <text key={sharer} class="name" data-on={hovered?.x === x} transform={`translate(${LEFT + x * CELL + 11} ${TOP - 5}) rotate(-50)`}>
              {sharer}
            </text>
          ))}
          {sites.map((site, y) => (
            <text key={site} class="name" data-on={hovered?.y === y} x={LEFT - 6} y={TOP + y * CELL + 12} text-anchor="end">
              {shortSite(site)}
            </text>
          ))}
          <rect class="field" x={LEFT} y={TOP} width={sharers.length * CELL} height={sites.length * CELL} />
          {cells.map(cell => (
            <rect
              key={`${cell.x} ${cell.y}`}
              class="cell"
              x={LEFT + cell.x * CELL + 0.5}
              y={TOP + cell.y * CELL + 0.5}
              width={CELL - 1}
              height={CELL - 1}
              fill-opacity={0.12 + 0.88 * cell.weight}
              onMouseEnter={() => setHovered(cell)}
            >
              <title>{`${cell.site}: ${cell.sharer} ${(100 * cell.weight).toFixed(1)} %`}</title>
            </rect>
          ))}
        </svg>
      </div>
      <p class="told" aria-live="off">
        {hovered ? `${hovered.site} takes ${(100 * hovered.weight).toFixed(1)} % of ${hovered.sharer}` : 'Point at a cell to see its weight.'}
      </p>
      <details>
        <summary>As a table</summary>
        <table>
          <thead>
            <tr>
              <th scope="col">Site</th>
              <th scope="col">Pieces</th>
            </tr>
          </thead>
          <tbody>
            {sites.map(site => (
              <tr key={site}>
                <th scope="row">{site}</th>
                <td>{(plan.sites[site] ?? []).map(([sharer, weight]) => `${sharer} ${(100 * weight).toFixed(1)} %`).join(', ')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </section>
  );
}
