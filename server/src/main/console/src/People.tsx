import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { User } from './api.ts';

const SHOWN = 200;

interface Props {
  /** Null when the key may not see them: then they are asked for by name. */
  people: User[] | null;
  chosen: string;
  onChoose(id: string): void;
}

/** A list of users that is searched by typing and walked with the arrow keys. */
export function People({ people, chosen, onChoose }: Props) {
  const [search, setSearch] = useState('');
  const list = useRef<HTMLUListElement>(null);
  const found = useMemo(() => {
    const wanted = search.trim().toLowerCase();
    return (people ?? []).filter(user => user.id.toLowerCase().includes(wanted));
  }, [people, search]);

  useEffect(() => list.current?.querySelector('[aria-current=true]')?.scrollIntoView({ block: 'nearest' }), [chosen, people]);

  // One of them takes Tab, the arrow keys lead to the others.
  const entry = found.some(user => user.id === chosen) ? chosen : found[0]?.id;
  const walk = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    event.preventDefault();
    const buttons = [...(list.current?.querySelectorAll('button') ?? [])];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    buttons[Math.min(buttons.length - 1, Math.max(0, at + (event.key === 'ArrowDown' ? 1 : -1)))]?.focus();
  };

  return (
    <nav aria-label="Users" onKeyDown={walk}>
      <input
        type="search"
        placeholder={people ? `Find one of ${people.length} users` : 'Name of a user'}
        aria-label="Find a user"
        value={search}
        onInput={event => setSearch(event.currentTarget.value)}
        onKeyDown={event => event.key === 'Enter' && (found[0] || search.trim()) && onChoose(found[0]?.id ?? search.trim())}
      />
      {!people && <p class="more">Enter takes the name. To see who is there takes a key with the role users.</p>}
      <ul ref={list}>
        {found.slice(0, SHOWN).map(user => (
          <li key={user.id}>
            <button type="button" aria-current={user.id === chosen} tabIndex={user.id === entry ? 0 : -1} onClick={() => onChoose(user.id)}>
              <span class="dot" data-planned={user.plan_created !== null} title={user.plan_created ? 'has a plan' : 'has no plan'} />
              <span class="who">{user.id}</span>
              <span class="count">{user.history_items}</span>
            </button>
          </li>
        ))}
      </ul>
      {found.length > SHOWN && <p class="more">and {found.length - SHOWN} more: type to find them</p>}
    </nav>
  );
}
