import { useEffect, useRef } from 'preact/hooks';

interface Props {
  /** What the server said of the key before, if there was one. */
  refused: string;
  busy: boolean;
  onKey(secret: string): void;
}

/** Asks for an API key, because the server does. */
export function SignIn({ refused, busy, onKey }: Props) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  return (
    <main class="sign-in">
      <section aria-labelledby="sign-in">
        <h2 id="sign-in">This server asks for a key</h2>
        <form
          onSubmit={event => {
            event.preventDefault();
            const secret = field.current?.value.trim();
            if (secret && !busy) onKey(secret);
          }}
        >
          <label for="key">API key</label>
          <input
            ref={field}
            id="key"
            type="password"
            required
            autocomplete="off"
            spellcheck={false}
            placeholder="pw-…"
            aria-invalid={refused !== ''}
            aria-describedby="key-note"
          />
          <button type="submit" class="main" disabled={busy}>
            {busy ? 'Signing in …' : 'Sign in'}
          </button>
        </form>
        {refused && (
          <p class="trouble" role="alert">
            {refused}
          </p>
        )}
        <p class="quiet" id="key-note">
          This tab keeps it until you sign out or close it. Whoever runs the server makes keys with <code>./piecewise keys create</code>.
        </p>
      </section>
    </main>
  );
}
