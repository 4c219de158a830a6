import { Refused, key, model } from './api.ts';

/** What a stream tells while it runs. */
export interface Listener {
  text(delta: string): void;
  done(told: Told): void;
  failed(why: Refused): void;
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
  status?: number;
  error?: { message?: string };
  response?: {
    id?: string;
    error?: { message?: string } | null;
    usage?: { output_tokens?: number } | null;
    piecewise?: { mode?: string; reason?: string; fingerprint?: string; history_items?: number };
  };
}

/** A page cannot set headers on a WebSocket: the key goes where OpenAI's client for browsers has it. */
const connect = () =>
  new WebSocket(new URL('v1/responses', location.href.replace(/^http/, 'ws')), key() ? ['realtime', `openai-insecure-api-key.${key()}`] : []);

/** Browsers do not tell why a WebSocket did not open; asked in the plain way, the server does. */
async function whyNot(): Promise<Refused> {
  try {
    await model();
    return new Refused('The server did not open a connection.', 0);
  } catch (e) {
    return e instanceof Refused ? e : new Refused('The server cannot be reached.', 0);
  }
}

/** Asks over a WebSocket of its own; the returned function ends it. */
export function ask(question: Ask, listener: Listener): () => void {
  const socket = connect();
  const started = performance.now();
  let opened = false;
  let first = 0;
  let over = false;
  const end = (tell: () => unknown) => {
    if (over) return;
    over = true;
    tell();
    socket.close(1000);
  };
  socket.onopen = () => {
    opened = true;
    if (over) return socket.close(1000);
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
  };
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
        end(() => {
          const why = event.response?.error?.message ?? event.error?.message ?? event.message ?? 'The server gave no reason.';
          listener.failed(new Refused(why, event.status ?? 0));
        });
        break;
    }
  };
  socket.onclose = event =>
    end(async () => listener.failed(opened ? new Refused(event.reason || 'The connection was closed.', 0) : await whyNot()));
  return () => {
    over = true;
    // Browsers complain of one that is closed before it is open.
    if (opened) socket.close(1000);
  };
}
