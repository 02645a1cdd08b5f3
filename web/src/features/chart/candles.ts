/** Candles of the chart: the socket's snapshot and updates, and older pages on demand. Nothing is invented. */
import * as v from "valibot";
import { answered, gateway } from "@/lib/api/client";
import type { Candle, CandleSource, Resolution } from "@/lib/api/models";
import { follow } from "@/lib/state/connection";
import { createHotStore } from "@/lib/stream/cadence";
import { candlesData } from "@/lib/stream/messages";

export const RESOLUTIONS: readonly Resolution[] = ["1s", "5s", "15s", "1m", "5m", "15m", "1h", "4h", "1d", "1w"];
/** A chart of fewer bars says little: the finest resolution with this many is shown first. */
const ENOUGH_BARS = 60;
const PAGE = 500;
const HERTZ = 4;

export interface CandleView {
  /** What the bars are of; null before the first answer. */
  readonly key: string | null;
  /** Oldest first. */
  readonly bars: readonly Candle[];
  /** Nothing is known before this time: the exchange started or forgot. Null while older pages may exist. */
  readonly unknownBeforeMs: number | null;
}

const NONE: CandleView = { key: null, bars: [], unknownBeforeMs: null };

export const candleStore = createHotStore<CandleView>(NONE, HERTZ);

export const keyOfCandles = (symbol: string, resolution: Resolution, source: CandleSource): string => `${symbol}/${resolution}/${source}`;

/** Bars merged by time; a fresh bar replaces the held one of the same bucket. */
export function mergeBars(held: readonly Candle[], fresh: readonly Candle[]): Candle[] {
  const last = held.at(-1);
  const ascending = [...fresh].sort((a, b) => a.t_ms - b.t_ms);
  const [first] = ascending;
  if (!first || !last) return first ? ascending : [...held];
  if (first.t_ms > last.t_ms) return [...held, ...ascending];
  const byTime = new Map(held.map((bar) => [bar.t_ms, bar]));
  for (const bar of ascending) byTime.set(bar.t_ms, bar);
  return [...byTime.values()].sort((a, b) => a.t_ms - b.t_ms);
}

export function followCandles(symbol: string, resolution: Resolution, source: CandleSource): () => void {
  const key = keyOfCandles(symbol, resolution, source);
  candleStore.write(NONE);
  return follow({ channel: "candles", market: symbol, resolution, source }, (data, message) => {
    const { candles } = v.parse(candlesData, data);
    const old = candleStore.newest();
    const held = old.key === key ? old.bars : [];
    // After a reconnect the snapshot overlaps what is held, unless too much time has passed.
    const oldest = candles.reduce((least, bar) => Math.min(least, bar.t_ms), Infinity);
    const kept = message.snapshot && (held.at(-1)?.t_ms ?? 0) < oldest ? [] : held;
    candleStore.write({ key, bars: mergeBars(kept, candles), unknownBeforeMs: old.key === key ? old.unknownBeforeMs : null });
  });
}

/** Asks for the page before the oldest bar; at the end of history it learns since when anything is known. */
export async function loadOlder(symbol: string, resolution: Resolution, source: CandleSource): Promise<void> {
  const key = keyOfCandles(symbol, resolution, source);
  const before = candleStore.newest();
  const [oldest] = before.bars;
  if (before.key !== key || !oldest || before.unknownBeforeMs !== null) return;
  const page = await answered(
    gateway.GET("/v1/markets/{symbol}/candles", {
      params: { path: { symbol }, query: { resolution, source, limit: PAGE, end_ms: oldest.t_ms } },
    }),
  );
  const now = candleStore.newest();
  if (now.key !== key) return;
  const older = page.items.filter((bar) => bar.t_ms < oldest.t_ms);
  const bars = mergeBars(now.bars, older);
  const complete = page.next_cursor === null || older.length === 0;
  candleStore.write({ key, bars, unknownBeforeMs: complete ? (page.unknown_before_ms ?? bars[0]?.t_ms ?? null) : null });
}

/** The finest resolution that has enough bars; the finest of all while none has. */
export async function finestWithEnough(symbol: string, source: CandleSource): Promise<Resolution> {
  for (const resolution of RESOLUTIONS) {
    const query = { resolution, source, limit: ENOUGH_BARS };
    const page = await answered(gateway.GET("/v1/markets/{symbol}/candles", { params: { path: { symbol }, query } }));
    if (page.items.length >= ENOUGH_BARS) return resolution;
  }
  return "1s";
}
