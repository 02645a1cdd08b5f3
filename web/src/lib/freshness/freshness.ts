/**
 * The freshness contract: what is shown is as old as the newest proof that it still holds. A quiet market stays
 * fresh as long as the gateway keeps saying, once a second, how old its view of the chain is.
 */
import { useSyncExternalStore } from "react";
import { keyOf, type Selector } from "../stream/stream";
import { useConnection, type ConnectionState } from "../state/connection";

export interface Freshness {
  /** `waiting`: nothing shown yet. */
  readonly state: "waiting" | "fresh" | "stale";
  readonly ageMs: number | null;
  readonly why: string | null;
}

export const STALE_AFTER_MS = 4_000;

export function freshnessOf(connection: ConnectionState, selector: Selector, now: number): Freshness {
  const channel = connection.channels[keyOf(selector)];
  const { status, statusAt, phase } = connection;
  const ageMs = status ? now - statusAt + Math.max(status.chain_age_ms, status.indexer_lag_ms ?? 0) : null;
  if (channel?.state === "refused") return { state: "stale", ageMs, why: channel.detail ?? "The gateway refused this channel." };
  if (!connection.everOpen) return { state: "waiting", ageMs, why: null };
  if (phase !== "open") return { state: "stale", ageMs, why: "Disconnected: reconnecting." };
  if (channel?.state !== "synced") return { state: "waiting", ageMs, why: null };
  if (ageMs !== null && ageMs > STALE_AFTER_MS) return { state: "stale", ageMs, why: "The chain has not been seen since." };
  return { state: "fresh", ageMs, why: null };
}

const TICK_MS = 250;
const listeners = new Set<() => void>();
let now = performance.now();
let timer: ReturnType<typeof setInterval> | null = null;

function listen(listener: () => void): () => void {
  listeners.add(listener);
  now = performance.now();
  timer ??= setInterval(() => {
    now = performance.now();
    for (const each of listeners) each();
  }, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size || !timer) return;
    clearInterval(timer);
    timer = null;
  };
}

/** `performance.now()` as of the last beat; renders again four times a second, for ages and countdowns. */
export function useNow(): number {
  return useSyncExternalStore(listen, () => now);
}

/** The server's clock at the last beat, in Unix milliseconds. */
export function useServerNow(): number {
  const offset = useConnection((state) => state.clockOffsetMs);
  return performance.timeOrigin + useNow() + offset;
}

export function useFreshness(selector: Selector): Freshness {
  const beat = useNow();
  const connection = useConnection();
  return freshnessOf(connection, selector, beat);
}
