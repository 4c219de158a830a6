import { useState } from 'preact/hooks';
import type { Chosen } from './chosen.ts';
import { append, assemble } from './api.ts';

interface Props {
  chosen: Chosen;
  onChanged(): void;
  onRefused(why: Error): boolean;
}

/** What the user's model is made from, with a place for more. */
export function History({ chosen, onChanged, onRefused }: Props) {
  const [prompt, setPrompt] = useState('');
  const [completion, setCompletion] = useState('');
  const [busy, setBusy] = useState('');
  const [trouble, setTrouble] = useState('');
  const id = chosen.user.id;

  const work = (what: string, task: Promise<unknown>, after?: () => void) => {
    setBusy(what);
    setTrouble('');
    task
      .then(
        () => {
          after?.();
          onChanged();
        },
        e => onRefused(e) || setTrouble(String(e.message)),
      )
      .finally(() => setBusy(''));
  };

  const stale = chosen.plan ? chosen.user.history_items - chosen.plan.items : 0;
  return (
    <section aria-label="History">
      <div class="head">
        <h2>
          History{' '}
          <small>
            {chosen.user.history_items} items{chosen.items.length < chosen.user.history_items ? `, the newest ${chosen.items.length} of them` : ''}
          </small>
        </h2>
        <button type="button" class="main" disabled={busy !== ''} onClick={() => work('Assembling', assemble(id))}>
          {busy === 'Assembling' ? 'Assembling …' : chosen.plan ? 'Assemble again' : 'Assemble'}
        </button>
      </div>
      {stale > 0 && <p class="quiet">The plan was made from {chosen.plan!.items} of these items.</p>}
      {trouble && (
        <p class="trouble" role="alert">
          {trouble}
        </p>
      )}
      <form
        class="add"
        onSubmit={event => {
          event.preventDefault();
          const item = prompt.trim() ? { prompt, completion } : { text: completion };
          work('Adding', append(id, item), () => {
            setPrompt('');
            setCompletion('');
          });
        }}
      >
        <textarea aria-label="Prompt of the new item" rows={2} placeholder="Prompt (empty: a text alone)" value={prompt} onInput={event => setPrompt(event.currentTarget.value)} />
        <textarea aria-label="Completion of the new item" rows={2} required placeholder="What this user wrote" value={completion} onInput={event => setCompletion(event.currentTarget.value)} />
        <button type="submit" disabled={busy !== ''}>
          Add
        </button>
      </form>
      <ol class="items" tabIndex={0} aria-label="Items, the newest first">
        {chosen.items.map((item, i) => (
          <li key={item.id ?? i}>
            {item.prompt && <span class="prompt">{item.prompt}</span>} <span class="completion">{item.completion ?? item.text}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
