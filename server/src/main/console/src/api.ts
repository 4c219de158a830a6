/** What the server answers, as far as the page reads it. */
export interface User {
  id: string;
  created: number;
  history_items: number;
  plan_created: number | null;
}

export interface Item {
  id?: string;
  at?: string;
  prompt?: string;
  completion?: string;
  text?: string;
}

export interface Plan {
  pool: string;
  merge: string;
  k: number;
  items: number;
  created: string;
  sites: Record<string, [string, number][]>;
}

interface Page<T> {
  data: T[];
  has_more: boolean;
  total?: number;
}

/** A refusal of the server in its own words. */
export class Refused extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

/** The visitor's API key: of this tab only, and gone with it. */
const KEY = 'piecewise.key';
export const key = () => sessionStorage.getItem(KEY) ?? '';
export const keep = (secret: string) => sessionStorage.setItem(KEY, secret);
export const forget = () => sessionStorage.removeItem(KEY);

/** Asks with the key, if there is one; any refusal is thrown. */
async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  if (key()) headers.set('authorization', `Bearer ${key()}`);
  const response = await fetch(path, { ...init, headers });
  if (!response.ok) {
    const body = await response.json().catch(() => null);
    throw new Refused(body?.error?.message ?? `${path} answered ${response.status}`, response.status);
  }
  return response;
}

const answer = async <T>(path: string, init?: RequestInit): Promise<T> => (await ask(path, init)).json() as Promise<T>;

/** What the key's roles do not allow is null. */
export async function allowed<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (e) {
    if (e instanceof Refused && e.status === 403) return null;
    throw e;
  }
}

const user = (id: string) => `v1/users/${encodeURIComponent(id)}`;

export async function model(): Promise<string> {
  return (await answer<Page<{ id: string }>>('v1/models')).data[0]?.id ?? '';
}

/** All users, page by page, at most a thousand: more are found by typing a name. */
export async function users(): Promise<User[]> {
  return (await answer<Page<User>>('v1/users?limit=1000')).data;
}

export const userOf = (id: string) => answer<User>(user(id));

/** The newest items, newest first. */
export async function newest(of: User, count: number): Promise<Item[]> {
  const offset = Math.max(0, of.history_items - count);
  return (await answer<Page<Item>>(`${user(of.id)}/history?offset=${offset}&limit=${count}`)).data.reverse();
}

export const append = (id: string, item: Item) =>
  answer<{ stored: number }>(`${user(id)}/history`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ items: [item] }),
  });

/** The user's plan, or null when there is none. */
export async function plan(id: string): Promise<Plan | null> {
  try {
    return await answer<Plan>(`${user(id)}/plan`);
  } catch (e) {
    if (e instanceof Refused && e.status === 404) return null;
    throw e;
  }
}

/** Makes a plan from the history and waits for it. */
export async function assemble(id: string): Promise<void> {
  const started = await answer<{ job: { status: string } }>(`${user(id)}/plan?wait=120`, { method: 'POST' });
  if (started.job.status !== 'done') throw new Refused('The plan is still being made; it will appear here when it is done.', 202);
}

export const metricsText = async () => (await ask('metrics', { headers: { accept: 'text/plain' } })).text();
