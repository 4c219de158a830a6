import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Refused, type User, allowed, forget, keep, key, model, users } from './api.ts';
import { type Chosen, load, unseen } from './chosen.ts';
import { Compare } from './Compare.tsx';
import { History } from './History.tsx';
import { Live } from './Live.tsx';
import { People } from './People.tsx';
import { PlanMap } from './PlanMap.tsx';
import { SignIn } from './SignIn.tsx';
import { Theme } from './Theme.tsx';

const LOADING_MS = 1000;

/** What the server told; a part that is null is not for this key. */
interface Served {
  model: string | null;
  people: User[] | null;
}

/** Whether the page can be used. */
type Door = { state: 'opening' } | { state: 'open' } | { state: 'closed'; refused: string; busy: boolean };

/** One after the other: where a key is asked for, it is asked for once. */
async function opened(): Promise<Served> {
  const served = await allowed(model());
  return { model: served, people: await allowed(users()) };
}

/** The address keeps who is chosen, so that a page can be shared and the back button works. */
const fromAddress = () => decodeURIComponent(location.hash.slice(1));

/** Nothing of what the key opened stays in the tab. */
const signOut = () => {
  forget();
  history.replaceState(null, '', location.pathname);
  location.reload();
};

const sentence = (message: string) => `${message.charAt(0).toUpperCase()}${message.slice(1)}.`;

export function App() {
  const [door, setDoor] = useState<Door>({ state: 'opening' });
  const [served, setServed] = useState<Served>({ model: null, people: null });
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [trouble, setTrouble] = useState('');
  const turns = useRef(0);

  /** A key that is asked for, or opens nothing any more, is asked for again; everything else is told where it happened. */
  const refused = (e: Error): boolean => {
    if (!(e instanceof Refused) || e.status !== 401) return false;
    const refused = key() ? sentence(e.message) : '';
    // Of two questions that are refused at once the first says why.
    setDoor(before => (before.state === 'closed' && !before.busy ? before : { state: 'closed', refused, busy: false }));
    setChosen(null);
    forget();
    return true;
  };
  const tell = (e: Error) => {
    if (!refused(e)) setTrouble(String(e.message));
  };

  const choose = (id: string, seen = served.people !== null) => {
    if (id !== fromAddress()) history.pushState(null, '', `#${encodeURIComponent(id)}`);
    // Who was chosen last is shown, however long the others take.
    const turn = ++turns.current;
    (seen ? load(id) : Promise.resolve(unseen(id))).then(
      found => {
        if (turn !== turns.current) return;
        setChosen(found);
        setTrouble('');
      },
      e => turn === turns.current && tell(e),
    );
  };

  const begin = () =>
    opened().then(
      ({ model: name, people }) => {
        setServed({ model: name, people });
        setDoor({ state: 'open' });
        setTrouble('');
        const first = fromAddress() || people?.find(user => user.plan_created)?.id || people?.[0]?.id;
        if (first) choose(first, people !== null);
      },
      e => {
        tell(e);
        setDoor(before => (before.state === 'closed' ? { ...before, busy: false } : before));
        if (e instanceof Refused && e.status === 503) setTimeout(begin, LOADING_MS);
      },
    );

  useEffect(() => {
    void begin();
  }, []);
  useEffect(() => {
    const back = () => fromAddress() && choose(fromAddress());
    addEventListener('popstate', back);
    return () => removeEventListener('popstate', back);
  }, [served]);

  if (door.state === 'closed') {
    const enter = (secret: string) => {
      keep(secret);
      setDoor({ state: 'closed', refused: '', busy: true });
      void begin();
    };
    return (
      <>
        <Header />
        <SignIn refused={door.refused || trouble} busy={door.busy} onKey={enter} />
      </>
    );
  }
  const { model: name } = served;
  const people = door.state === 'open' ? served.people : [];
  return (
    <>
      <Header model={name}>
        {door.state === 'open' && <Live onRefused={refused} />}
        {key() && (
          <button type="button" class="small" onClick={signOut}>
            Sign out
          </button>
        )}
      </Header>
      {door.state === 'open' && name === null && people === null ? (
        <Nothing />
      ) : (
        <div class="room">
          <People people={people} chosen={chosen?.user.id ?? ''} onChoose={choose} />
          <main>
            {trouble && (
              <p class="trouble" role="alert">
                {trouble}
              </p>
            )}
            {door.state === 'open' && name === null ? (
              <p class="quiet">This key may not ask the model: that takes the role inference.</p>
            ) : (
              <Compare key={chosen?.user.id} model={name ?? ''} chosen={chosen} seen={people !== null} onRefused={refused} />
            )}
            {chosen && people && (
              <>
                <PlanMap plan={chosen.plan} />
                <History chosen={chosen} onChanged={() => choose(chosen.user.id)} onRefused={refused} />
              </>
            )}
            {!chosen && door.state === 'open' && people?.length === 0 && (
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
      )}
    </>
  );
}

function Header({ model: name, children }: { model?: string | null; children?: ComponentChildren }) {
  return (
    <header>
      <h1>
        <img src="console/icon.svg" alt="" /> Piecewise
      </h1>
      {name && (
        <span class="model" title="The base model that everybody shares">
          {name}
        </span>
      )}
      <div class="tools">
        {children}
        <Theme />
      </div>
    </header>
  );
}

function Nothing() {
  return (
    <main class="sign-in">
      <section>
        <h2>Nothing here is for this key</h2>
        <p>To ask the model takes a key with the role inference; to see users, their histories and plans, one with the role users.</p>
      </section>
    </main>
  );
}
