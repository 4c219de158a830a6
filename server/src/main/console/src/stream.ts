/** What a stream tells while it runs. */
export interface Listener {
  text(delta: string): void;
  done(told: Told): void;
  failed(message: string): void;
}

/** Who answered, and how long it took. */
export interface Told {
  mode: string;
  reason: string;
  fingerprint: string;
  items: number;
  tokens: number;
  firstMs: number;
  totalMs: number;
}

export interface Ask {
  model: string;
  prompt: string;
  user: string;
  mode: 'base' | 'auto';
  maxTokens: number;
  temperature: number;
}

interface ServerEvent {
  type: string;
  delta?: string;
  message?: string;
  error?: { message?: string };
  response?: {
    id?: string;
    error?: { message?: string } | null;
    usage?: { output_tokens?: number } | null;
    piecewise?: { mode?: string; reason?: string; fingerprint?: string; history_items?: number };
  };
}

const address = () => new URL('v1/responses', location.href.replace(/^http/, 'ws')).href;

/** Asks over a WebSocket of its own; the returned function ends it. */
export function ask(question: Ask, listener: Listener): () => void {
  const socket = new WebSocket(address());
  const started = performance.now();
  let first = 0;
  let over = false;
  const end = (tell: () => void) => {
    if (over) return;
    over = true;
    tell();
    socket.close(1000);
  };
  socket.onopen = () =>
    socket.send(
      JSON.stringify({
        type: 'response.create',
        model: question.model,
        input: question.prompt,
        user: question.user || undefined,
        max_output_tokens: question.maxTokens,
        temperature: question.temperature,
        store: false,
        piecewise: { mode: question.mode },
      }),
    );
  socket.onmessage = message => {
    const event = JSON.parse(message.data) as ServerEvent;
    switch (event.type) {
      case 'response.output_text.delta':
        first ||= performance.now();
        listener.text(event.delta ?? '');
        break;
      case 'response.completed':
      case 'response.incomplete': {
        const told = event.response?.piecewise ?? {};
        end(() =>
          listener.done({
            mode: told.mode ?? '',
            reason: told.reason ?? '',
            fingerprint: told.fingerprint ?? '',
            items: told.history_items ?? 0,
            tokens: event.response?.usage?.output_tokens ?? 0,
            firstMs: (first || performance.now()) - started,
            totalMs: performance.now() - started,
          }),
        );
        break;
      }
      case 'response.failed':
      case 'error':
        end(() =>
          listener.failed(event.response?.error?.message ?? event.error?.message ?? event.message ?? 'The server gave no reason.'),
        );
        break;
    }
  };
  socket.onclose = event => end(() => listener.failed(event.reason || 'The connection was closed.'));
  return () => {
    over = true;
    socket.close(1000);
  };
}
