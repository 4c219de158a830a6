import { useEffect, useRef, useState } from 'preact/hooks';
import type { Chosen } from './chosen.ts';
import type { Refused } from './api.ts';
import { type Told, ask } from './stream.ts';

interface Answer {
  text: string;
  state: 'idle' | 'running' | 'done' | 'failed';
  told?: Told;
  failure?: string;
}

const NOTHING: Answer = { text: '', state: 'idle' };
const SUGGESTIONS = 6;

interface Props {
  model: string;
  chosen: Chosen | null;
  /** Whether users' plans may be seen. */
  seen: boolean;
  onRefused(why: Refused): boolean;
}

/** Different prompts of the history: the newest of each kind, those kinds first that people answer at length, for there they differ most. */
function suggestions(chosen: Chosen | null): string[] {
  const kinds = new Map<string, { prompts: string[]; letters: number }>();
  for (const { prompt, completion } of chosen?.items ?? []) {
    if (!prompt) continue;
    const name = prompt.split(/\s+/, 1)[0]!;
    const kind = kinds.get(name) ?? { prompts: [], letters: 0 };
    kind.letters = Math.max(kind.letters, completion?.length ?? 0);
    kind.prompts.push(prompt);
    kinds.set(name, kind);
  }
  const longest = [...kinds.values()].sort((a, b) => b.letters - a.letters);
  const picked: string[] = [];
  for (let round = 0; round < SUGGESTIONS; round++) {
    for (const { prompts } of longest) {
      const prompt = prompts[round];
      if (prompt && picked.length < SUGGESTIONS && !picked.includes(prompt)) picked.push(prompt);
    }
  }
  return picked;
}

/** One prompt, answered by the base and by the user's own model at once. */
export function Compare({ model, chosen, seen, onRefused }: Props) {
  const offered = suggestions(chosen);
  const [prompt, setPrompt] = useState(offered[0] ?? '');
  const [temperature, setTemperature] = useState(0);
  const [base, setBase] = useState(NOTHING);
  const [own, setOwn] = useState(NOTHING);
  const running = useRef<(() => void)[]>([]);

  const stop = () => {
    running.current.splice(0).forEach(end => end());
    for (const set of [setBase, setOwn]) set(answer => (answer.state === 'running' ? { ...answer, state: 'idle' } : answer));
  };
  useEffect(() => stop, []);

  const start = (question: string) => {
    if (!question.trim() || !model) return;
    stop();
    const common = { model, prompt: question, user: chosen?.user.id ?? '', maxTokens: 96, temperature };
    running.current = (
      [
        ['base', setBase],
        ['auto', setOwn],
      ] as const
    ).map(([mode, set]) => {
      set({ text: '', state: 'running' });
      return ask(
        { ...common, mode },
        {
          text: delta => set(answer => ({ ...answer, text: answer.text + delta })),
          done: told => set(answer => ({ ...answer, state: 'done', told })),
          failed: why => onRefused(why) || set(answer => ({ ...answer, state: 'failed', failure: why.message })),
        },
      );
    });
  };
  // Switching users shows the difference at once: the same prompt is asked again.
  useEffect(() => {
    if (chosen?.plan && offered[0]) start(offered[0]);
  }, []);

  const busy = base.state === 'running' || own.state === 'running';
  return (
    <section aria-label="Ask">
      <form
        onSubmit={event => {
          event.preventDefault();
          start(prompt);
        }}
      >
        <textarea
          aria-label="Prompt"
          rows={Math.min(8, Math.max(2, prompt.split('\n').length))}
          value={prompt}
          placeholder="Ask something; Enter sends, Shift+Enter makes a new line"
          onInput={event => setPrompt(event.currentTarget.value)}
          onKeyDown={event => {
            if (event.key === 'Enter' && !event.shiftKey) {
              event.preventDefault();
              start(prompt);
            }
          }}
        />
        <div class="controls">
          <label>
            temperature <output>{temperature.toFixed(1)}</output>
            <input
              type="range"
              min="0"
              max="1.5"
              step="0.1"
              value={temperature}
              onInput={event => setTemperature(Number(event.currentTarget.value))}
            />
          </label>
          {busy ? (
            <button type="button" onClick={stop}>
              Stop
            </button>
          ) : (
            <button type="submit" class="main">
              Ask both
            </button>
          )}
        </div>
      </form>
      {offered.length > 0 && (
        <div class="chips" role="group" aria-label="Prompts from the history">
          {offered.map(offer => (
            <button
              type="button"
              key={offer}
              title={offer}
              onClick={() => {
                setPrompt(offer);
                start(offer);
              }}
            >
              {offer}
            </button>
          ))}
        </div>
      )}
      <div class="answers">
        <Column title="The base" note="what everybody gets without a history" answer={base} />
        <Column title={chosen?.user.id ?? 'Nobody chosen'} note={chosen ? note(chosen, seen, own.told) : 'the base answers'} answer={own} own />
      </div>
    </section>
  );
}

function note(chosen: Chosen, seen: boolean, told?: Told): string {
  if (told?.mode === 'base' && chosen.plan) return 'is answered by the base';
  if (!seen) return 'as whom the server knows';
  return chosen.plan ? 'the base with this user’s pieces' : 'has no plan: the base answers';
}

function Column({ title, note, answer, own }: { title: string; note: string; answer: Answer; own?: boolean }) {
  const told = answer.told;
  return (
    <article class={own ? 'own' : ''}>
      <h2>
        {title} <small>{note}</small>
      </h2>
      <p class="text" aria-live="polite" aria-busy={answer.state === 'running'}>
        {answer.text.trimStart()}
        {answer.state === 'running' && <span class="caret" />}
      </p>
      {answer.state === 'failed' && (
        <p class="trouble" role="alert">
          {answer.failure}
        </p>
      )}
      <p class="told">
        {told &&
          [
            own && told.reason ? `${told.mode} (${told.reason})` : told.mode,
            `${told.tokens} ${told.tokens === 1 ? 'token' : 'tokens'}`,
            `first after ${told.firstMs.toFixed(0)} ms`,
            told.totalMs > told.firstMs && told.tokens > 1 ? `${((1000 * (told.tokens - 1)) / (told.totalMs - told.firstMs)).toFixed(0)} tokens/s` : '',
          ]
            .filter(Boolean)
            .join(' · ')}
      </p>
    </article>
  );
}
