/** Light or dark: as the system has it, unless somebody chose; the choice stays with the browser. */
import { useEffect, useState } from 'react';
import { recall, remember } from './remembered.ts';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const KEY = 'interlock-theme';

export function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState<Theme>(() => THEMES.find((one) => one === recall('localStorage', KEY)) ?? 'system');
  useEffect(() => {
    if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    remember('localStorage', KEY, theme);
  }, [theme]);
  return [theme, setTheme];
}
