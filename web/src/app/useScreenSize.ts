import { useSyncExternalStore } from "react";

export type ScreenSize = "desktop" | "tablet" | "phone";

const DESKTOP = "(min-width: 1280px)";
const TABLET = "(min-width: 768px)";

function subscribe(listener: () => void): () => void {
  const queries = [matchMedia(DESKTOP), matchMedia(TABLET)];
  for (const query of queries) query.addEventListener("change", listener);
  return () => {
    for (const query of queries) query.removeEventListener("change", listener);
  };
}

const read = (): ScreenSize => (matchMedia(DESKTOP).matches ? "desktop" : matchMedia(TABLET).matches ? "tablet" : "phone");

export const useScreenSize = (): ScreenSize => useSyncExternalStore(subscribe, read);
