import { useEffect, useState } from 'preact/hooks';
import { type Item, type Plan, Refused, type User, model, newest, plan, userOf, users } from './api.ts';
import { Compare } from './Compare.tsx';
import { History } from './History.tsx';
import { Live } from './Live.tsx';
import { People } from './People.tsx';
import { PlanMap } from './PlanMap.tsx';
import { Theme } from './Theme.tsx';

const ITEMS = 40;
const LOADING_MS = 1000;

/** What is known of the chosen user. */
export interface Chosen {
  user: User;
  items: Item[];
  plan: Plan | null;
}

async function load(id: string): Promise<Chosen> {
  const user = await userOf(id);
  const [items, made] = await Promise.all([newest(user, ITEMS), plan(id)]);
  return { user, items, plan: made };
}

/** The address keeps who is chosen, so that a page can be shared and the back button works. */
const fromAddress = () => decodeURIComponent(location.hash.slice(1));

export function App() {
  const [name, setName] = useState('');
  const [people, setPeople] = useState<User[]>([]);
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [trouble, setTrouble] = useState('');

  const choose = (id: string) => {
    if (id !== fromAddress()) history.pushState(null, '', `#${encodeURIComponent(id)}`);
    load(id).then(
      found => {
        setChosen(found);
        setTrouble('');
      },
      e => setTrouble(String(e.message)),
    );
  };

  const begin = () =>
    Promise.all([model(), users()]).then(
      ([served, found]) => {
        setName(served);
        setPeople(found);
        setTrouble('');
        const first = fromAddress() || found.find(user => user.plan_created)?.id || found[0]?.id;
        if (first) choose(first);
      },
      e => {
        setTrouble(String(e.message));
        if (e instanceof Refused && e.status === 503) setTimeout(begin, LOADING_MS);
      },
    );

  useEffect(() => {
    void begin();
    const back = () => fromAddress() && choose(fromAddress());
    addEventListener('popstate', back);
    return () => removeEventListener('popstate', back);
  }, []);

  return (
    <>
      <header>
        <h1>
          <img src="console/icon.svg" alt="" /> Piecewise
        </h1>
        <span class="model" title="The base model that everybody shares">
          {name}
        </span>
        <Live />
        <Theme />
      </header>
      <div class="room">
        <People people={people} chosen={chosen?.user.id ?? ''} onChoose={choose} />
        <main>
          {trouble && (
            <p class="trouble" role="alert">
              {trouble}
            </p>
          )}
          <Compare key={chosen?.user.id} model={name} chosen={chosen} />
          {chosen && (
            <>
              <PlanMap plan={chosen.plan} />
              <History chosen={chosen} onChanged={() => choose(chosen.user.id)} />
            </>
          )}
          {!chosen && name && people.length === 0 && (
            <section>
              <h2>Nobody is here yet</h2>
              <p>
                Give somebody a history with <code>POST /v1/users/NAME/history</code>, or start <code>./piecewise demo</code>, which brings two hundred
                invented people.
              </p>
            </section>
          )}
        </main>
      </div>
    </>
  );
}
