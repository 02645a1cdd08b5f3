/** What the user chose about the screen; kept in this browser, with a version so that an old shape is dropped. */
import { create } from "zustand";
import { persist } from "zustand/middleware";
import type { CandleSource, Resolution } from "../api/models";

export type Theme = "dark" | "light";

export interface Preferences {
  theme: Theme;
  market: string | null;
  resolution: Resolution | null;
  candleSource: CandleSource;
  ticketWidth: number;
  bookWidth: number;
  tabsHeight: number;
  bookHeight: number;
  mikeyOpen: boolean;
  /** Time of the newest step of liquidation that the user has put away, of each wallet. */
  seenLiquidations: Readonly<Record<string, number>>;
}

const DEFAULTS: Preferences = {
  theme: "dark",
  market: null,
  resolution: null,
  candleSource: "trade",
  ticketWidth: 304,
  bookWidth: 284,
  tabsHeight: 288,
  bookHeight: 468,
  mikeyOpen: false,
  seenLiquidations: {},
};

export const usePreferences = create<Preferences>()(
  persist(() => DEFAULTS, { name: "quantdesk.preferences", version: 1, migrate: () => DEFAULTS }),
);

export const prefer = (change: Partial<Preferences>): void => {
  usePreferences.setState(change);
};
