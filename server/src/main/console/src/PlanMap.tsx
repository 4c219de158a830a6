import { useMemo, useRef, useState } from 'preact/hooks';
import type { Plan } from './api.ts';

const LISTED = 8;
const BAR = 160;
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

/** Where an arrow key leads: to the next cell of the site, or to the nearest one of the next site. */
function neighbour(cells: Cell[], from: Cell, key: string): Cell | undefined {
  const row = (y: number) => cells.filter(cell => cell.y === y).sort((a, b) => a.x - b.x);
  const nearest = (y: number) => row(y).sort((a, b) => Math.abs(a.x - from.x) - Math.abs(b.x - from.x))[0];
  switch (key) {
    case 'ArrowRight':
      return row(from.y).find(cell => cell.x > from.x);
    case 'ArrowLeft':
      return row(from.y).findLast(cell => cell.x < from.x);
    case 'ArrowDown':
      return nearest(from.y + 1);
    case 'ArrowUp':
      return nearest(from.y - 1);
    case 'Home':
      return row(from.y)[0];
    case 'End':
      return row(from.y).at(-1);
    default:
      return undefined;
  }
}

const told = (cell: Cell) => `${cell.site} takes ${(100 * cell.weight).toFixed(1)} % of ${cell.sharer}`;

/** Which sharers' pieces the user's model is made of: sites down, sharers across, the darker the heavier. */
export function PlanMap({ plan }: { plan: Plan | null }) {
  const [hovered, setHovered] = useState<Cell | null>(null);
  const drawing = useRef<SVGSVGElement>(null);
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
  const entry = hovered && cells.includes(hovered) ? hovered : cells[0];
  const walk = (event: KeyboardEvent) => {
    const next = entry && neighbour(cells, entry, event.key);
    if (!next) return;
    event.preventDefault();
    drawing.current?.querySelectorAll<SVGRectElement>('.cell')[cells.indexOf(next)]?.focus();
  };
  const width = LEFT + sharers.length * CELL + 70;
  const height = TOP + sites.length * CELL + 4;
  const heaviest = Math.max(...cells.map(cell => cell.weight));
  return (
    <section aria-label="Plan">
      <h2>
        Plan{' '}
        <small>
          {sites.length} sites, {sharers.length} sharers, made from {plan.items} items · {plan.merge}, k {plan.k}
        </small>
      </h2>
      <div class="plan">
        <div class="map">
          <svg
            ref={drawing}
            width={width}
            height={height}
            viewBox={`0 0 ${width} ${height}`}
            role="group"
            aria-label={`Weights of ${sharers.length} sharers at ${sites.length} sites; arrow keys walk from cell to cell`}
            onMouseLeave={() => setHovered(null)}
            onKeyDown={walk}
          >
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
                fill-opacity={0.1 + (0.9 * cell.weight) / heaviest}
                role="img"
                aria-label={told(cell)}
                tabindex={cell === entry ? 0 : -1}
                onMouseEnter={() => setHovered(cell)}
                onFocus={() => setHovered(cell)}
              />
            ))}
          </svg>
        </div>
        <Shares shares={sharers.map(sharer => [sharer, totals.get(sharer)! / sites.length])} chosen={hovered?.sharer} />
      </div>
      <p class="told" aria-live="off">
        {hovered ? told(hovered) : 'Point at a cell, or walk there with Tab and the arrow keys, to see its weight.'}
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

/** How much of the whole model is from whom. */
function Shares({ shares, chosen }: { shares: [string, number][]; chosen: string | undefined }) {
  const most = shares[0]?.[1] ?? 1;
  const others = shares.slice(LISTED);
  return (
    <table class="shares">
      <caption>Of the whole model</caption>
      <tbody>
        {shares.slice(0, LISTED).map(([sharer, share]) => (
          <tr key={sharer} data-on={sharer === chosen}>
            <th scope="row">{sharer}</th>
            <td>
              <svg width={BAR} height="10" aria-hidden="true">
                <rect width={(BAR * share) / most} height="10" rx="2" />
              </svg>
            </td>
            <td class="share">{(100 * share).toFixed(1)} %</td>
          </tr>
        ))}
        {others.length > 0 && (
          <tr>
            <th scope="row">{others.length} others</th>
            <td />
            <td class="share">{(100 * others.reduce((sum, [, share]) => sum + share, 0)).toFixed(1)} %</td>
          </tr>
        )}
      </tbody>
    </table>
  );
}
