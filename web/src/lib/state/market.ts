/** Tickers of all markets and the tape of the one on screen. */
import { useSyncExternalStore } from "react";
import * as v from "valibot";
import type { Ticker, Trade } from "../api/models";
import { createHotStore } from "../stream/cadence";
import { tickerData, tradesData } from "../stream/messages";
import { follow } from "./connection";

const TICKER_HERTZ = 5;
const TAPE_HERTZ = 5;
const TAPE_LENGTH = 100;

type Tickers = Readonly<Record<string, Ticker>>;
export const tickerStore = createHotStore<Tickers>({}, TICKER_HERTZ);

interface Tape {
  readonly symbol: string | null;
  readonly trades: readonly Trade[];
}

const NO_TAPE: Tape = { symbol: null, trades: [] };
export const tapeStore = createHotStore<Tape>(NO_TAPE, TAPE_HERTZ);

export const useTicker = (symbol: string | null): Ticker | null =>
  useSyncExternalStore(tickerStore.subscribe, () => (symbol === null ? null : (tickerStore.shown()[symbol] ?? null)));

export const useTickers = (): Tickers => useSyncExternalStore(tickerStore.subscribe, tickerStore.shown);

export const useTape = (): Tape => useSyncExternalStore(tapeStore.subscribe, tapeStore.shown);

export function followTicker(symbol: string): () => void {
  return follow({ channel: "ticker", market: symbol }, (data) => {
    tickerStore.write({ ...tickerStore.newest(), [symbol]: v.parse(tickerData, data) });
  });
}

/** Newest first, without repeats; trades are many but ids never repeat. */
export function mergeNewest<Item extends { id: string }>(held: readonly Item[], fresh: readonly Item[], most: number): Item[] {
  const known = new Set(fresh.map((item) => item.id));
  return [...fresh, ...held.filter((item) => !known.has(item.id))].slice(0, most);
}

export function followTape(symbol: string): () => void {
  tapeStore.write(NO_TAPE);
  return follow({ channel: "trades", market: symbol }, (data, message) => {
    const { trades } = v.parse(tradesData, data);
    const held = message.snapshot ? [] : tapeStore.newest().trades;
    tapeStore.write({ symbol, trades: mergeNewest(held, trades, TAPE_LENGTH) });
  });
}
