import { type Item, type Plan, type User, newest, plan, userOf } from './api.ts';

const ITEMS = 40;

/** What is known of the chosen user. */
export interface Chosen {
  user: User;
  items: Item[];
  plan: Plan | null;
}

export async function load(id: string): Promise<Chosen> {
  const user = await userOf(id);
  const [items, made] = await Promise.all([newest(user, ITEMS), plan(id)]);
  return { user, items, plan: made };
}

/** A user of whom this key may see nothing but the answers. */
export const unseen = (id: string): Chosen => ({ user: { id, created: 0, history_items: 0, plan_created: null }, items: [], plan: null });
