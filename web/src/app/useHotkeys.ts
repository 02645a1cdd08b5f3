import { useEffect } from "react";
import { amendDraft } from "@/lib/state/draft";
import { prefer, usePreferences } from "@/lib/state/preferences";
import { useScreen } from "@/lib/state/screen";
import { useFlow } from "@/lib/transactions/flow";

const focus = (selector: string): void => document.querySelector<HTMLElement>(selector)?.focus();

const KEYS: Readonly<Record<string, () => void>> = {
  b: () => amendDraft({ side: "buy" }),
  s: () => amendDraft({ side: "sell" }),
  l: () => amendDraft({ type: "limit" }),
  m: () => amendDraft({ type: "market" }),
  q: () => focus('[data-testid="size"]'),
  p: () => focus('[data-testid="price"]'),
  k: () => {
    prefer({ mikeyOpen: true });
    requestAnimationFrame(() => focus('[data-testid="mikey-input"]'));
  },
  "/": () => document.querySelector<HTMLElement>('[data-testid="market-picker"]')?.click(),
  t: () => prefer({ theme: usePreferences.getState().theme === "dark" ? "light" : "dark" }),
};

export const HOTKEYS = "b buy · s sell · l limit · m market · q size · p price · k MIKEY · / markets · t theme";

/** One key, only while nothing is being typed and no dialog is open. */
export function useHotkeys(): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      if (event.metaKey || event.ctrlKey || event.altKey || event.repeat) return;
      if (event.target instanceof HTMLElement && event.target.closest("input, select, textarea, dialog")) return;
      if (useScreen.getState().dialog || useFlow.getState().review) return;
      const act = KEYS[event.key.toLowerCase()];
      if (!act) return;
      event.preventDefault();
      act();
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, []);
}
