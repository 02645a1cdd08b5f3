/** The one socket and what is known about it: everything the status bar and the freshness contract read. */
import * as v from "valibot";
import { create } from "zustand";
import { statusData, type StatusData } from "../stream/messages";
import { Stream, keyOf, type Phase, type Selector, type SubscriptionHandler, type SubscriptionState } from "../stream/stream";

export interface ConnectionState {
  readonly phase: Phase;
  readonly everOpen: boolean;
  readonly lagMs: number | null;
  readonly gaps: number;
  /** Server clock less this machine's, in milliseconds. */
  readonly clockOffsetMs: number;
  readonly status: StatusData | null;
  /** `performance.now()` of the last status message. */
  readonly statusAt: number;
  readonly channels: Readonly<Record<string, { state: SubscriptionState; detail: string | null }>>;
}

export const useConnection = create<ConnectionState>(() => ({
  phase: "connecting",
  everOpen: false,
  lagMs: null,
  gaps: 0,
  clockOffsetMs: 0,
  status: null,
  statusAt: -Infinity,
  channels: {},
}));

let stream: Stream | null = null;

export function startStream(): () => void {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const running = new Stream(`${scheme}://${location.host}/v1/ws`, {
    onPhase: (phase) => useConnection.setState((old) => ({ phase, everOpen: old.everOpen || phase === "open" })),
    onHeard: () => undefined,
    onLag: (lagMs, serverMs) => useConnection.setState({ lagMs, clockOffsetMs: serverMs + lagMs / 2 - (performance.timeOrigin + performance.now()) }),
    onGap: () => useConnection.setState((old) => ({ gaps: old.gaps + 1 })),
  });
  stream = running;
  running.subscribe(
    { channel: "status" },
    { onData: (data) => useConnection.setState({ status: v.parse(statusData, data), statusAt: performance.now() }) },
  );
  running.start();
  return () => {
    running.stop();
    stream = null;
  };
}

function record(key: string, state: SubscriptionState | null, detail: string | null): void {
  useConnection.setState(({ channels }) => {
    const others = Object.entries(channels).filter(([each]) => each !== key);
    return { channels: Object.fromEntries(state === null ? others : [...others, [key, { state, detail }]]) };
  });
}

/** Follows a channel; its state is visible under its key in `useConnection().channels`. */
export function follow(selector: Selector, onData: SubscriptionHandler["onData"]): () => void {
  const key = keyOf(selector);
  const stop = stream?.subscribe(selector, { onData, onState: (state, detail) => record(key, state, detail) });
  record(key, "waiting", null);
  return () => {
    stop?.();
    record(key, null, null);
  };
}
