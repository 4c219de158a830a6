import { useEffect, useState } from 'preact/hooks';

const THEMES = ['auto', 'light', 'dark'] as const;
type Name = (typeof THEMES)[number];
const KEY = 'piecewise.theme';

const stored = (): Name => THEMES.find(theme => theme === localStorage.getItem(KEY)) ?? 'auto';

/** Follows the system unless told otherwise. */
export function Theme() {
  const [theme, setTheme] = useState<Name>(stored);
  useEffect(() => {
    localStorage.setItem(KEY, theme);
    document.documentElement.dataset.theme = theme;
  }, [theme]);
  return (
    <button type="button" class="small" onClick={() => setTheme(THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length]!)} aria-label={`Colours: ${theme}`}>
      <span aria-hidden="true">◐</span> {theme}
    </button>
  );
}
