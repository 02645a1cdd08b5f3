/**
 * One WebSocket for the whole terminal: subscriptions with sequence checks, resume, acknowledgement timeouts and
 * reconnects for ever with capped jittered backoff.
 */
import * as v from "valibot";
import { socketMessage, type ChannelMessage } from "./messages";

export interface Selector {
  readonly channel: "book" | "trades" | "ticker" | "candles" | "account" | "status";
  readonly market?: string;
  readonly resolution?: string;
  readonly source?: string;
  readonly wallet?: string;
}

export type SubscriptionState = "waiting" | "synced" | "refused";

export interface SubscriptionHandler {
  /** Data in order: a snapshot replaces what is held. Throwing asks for a new snapshot. */
  readonly onData: (data: unknown, message: ChannelMessage) => void;
  readonly onState?: (state: SubscriptionState, detail: string | null) => void;
}

export type Phase = "connecting" | "open" | "waiting";

export interface StreamListener {
  readonly onPhase: (phase: Phase, retryInMs: number | null) => void;
  readonly onHeard: () => void;
  readonly onLag: (roundTripMs: number, serverMs: number) => void;
  readonly onGap: () => void;
}

interface Subscription {
  readonly selector: Selector;
  readonly handler: SubscriptionHandler;
  id: number;
  epoch: string | null;
  seq: number;
  state: SubscriptionState;
  deadline: number | null;
}

const ACKNOWLEDGE_WITHIN_MS = 4_000;
const PING_EVERY_MS = 2_000;
const SILENT_AFTER_MS = 7_000;
const RETRY_FIRST_MS = 250;
const RETRY_MOST_MS = 8_000;
/** Codes after which asking again can't help. */
const FINAL_CODES = new Set(["malformed", "unknown_channel", "unknown_market", "not_available_yet"]);

export function keyOf(selector: Selector): string {
  const { channel, market, resolution, source, wallet } = selector;
  return [channel, market, resolution, source, wallet].filter(Boolean).join("/");
}

export class Stream {
  private readonly subscriptions = new Map<string, Subscription>();
  private socket: WebSocket | null = null;
  private nextId = 1;
  private failures = 0;
  private heardAt = 0;
  private pingSentAt: number | null = null;
  private retryTimer: ReturnType<typeof setTimeout> | null = null;
  private watchTimer: ReturnType<typeof setInterval> | null = null;
  private stopped = true;

  constructor(
    private readonly url: string,
    private readonly listener: StreamListener,
    private readonly open: (url: string) => WebSocket = (address) => new WebSocket(address),
  ) {}

  start(): void {
    this.stopped = false;
    globalThis.addEventListener("online", this.connectNow);
    this.watchTimer = setInterval(this.watch, 500);
    this.connectNow();
  }

  stop(): void {
    this.stopped = true;
    globalThis.removeEventListener("online", this.connectNow);
    if (this.watchTimer) clearInterval(this.watchTimer);
    if (this.retryTimer) clearTimeout(this.retryTimer);
    this.drop();
  }

  /** Follows a channel until the returned function is called. One handler a selector. */
  subscribe(selector: Selector, handler: SubscriptionHandler): () => void {
    const key = keyOf(selector);
    const subscription: Subscription = { selector, handler, id: 0, epoch: null, seq: 0, state: "waiting", deadline: null };
    this.subscriptions.set(key, subscription);
    this.request(subscription);
    return () => {
      if (this.subscriptions.get(key) !== subscription) return;
      this.subscriptions.delete(key);
      this.send({ op: "unsubscribe", id: this.nextId++, ...selector });
    };
  }

  private readonly connectNow = (): void => {
    if (this.stopped) return;
    if (this.retryTimer) clearTimeout(this.retryTimer);
    this.retryTimer = null;
    this.drop();
    this.listener.onPhase("connecting", null);
    const socket = this.open(this.url);
    this.socket = socket;
    this.heardAt = performance.now();
    socket.onopen = () => {
      if (this.socket !== socket) return;
      this.failures = 0;
      this.pingSentAt = null;
      this.listener.onPhase("open", null);
      for (const subscription of this.subscriptions.values()) this.request(subscription);
      this.ping();
    };
    socket.onmessage = (event: MessageEvent<unknown>) => {
      if (this.socket === socket && typeof event.data === "string") this.receive(event.data);
    };
    socket.onclose = () => {
      if (this.socket === socket) this.lost();
    };
  };

  private lost(): void {
    this.drop();
    if (this.stopped) return;
    for (const subscription of this.subscriptions.values()) this.move(subscription, "waiting", null);
    const ceiling = Math.min(RETRY_MOST_MS, RETRY_FIRST_MS * 2 ** this.failures++);
    const wait = ceiling / 2 + (Math.random() * ceiling) / 2;
    this.listener.onPhase("waiting", wait);
    this.retryTimer = setTimeout(this.connectNow, wait);
  }

  private drop(): void {
    const socket = this.socket;
    this.socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  private readonly watch = (): void => {
    if (this.socket?.readyState !== WebSocket.OPEN) return;
    const now = performance.now();
    if (now - this.heardAt > SILENT_AFTER_MS) {
      this.lost();
      return;
    }
    if (this.pingSentAt === null || now - this.pingSentAt > PING_EVERY_MS) this.ping();
    for (const subscription of this.subscriptions.values()) {
      if (subscription.deadline !== null && now > subscription.deadline) this.request(subscription);
    }
  };

  private ping(): void {
    this.pingSentAt = performance.now();
    this.send({ op: "ping", id: `ping-${this.pingSentAt}` });
  }

  private send(message: object): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  private request(subscription: Subscription): void {
    subscription.id = this.nextId++;
    const resume = subscription.epoch === null ? {} : { epoch: subscription.epoch, from_seq: subscription.seq };
    this.move(subscription, "waiting", null);
    if (this.socket?.readyState !== WebSocket.OPEN) return;
    subscription.deadline = performance.now() + ACKNOWLEDGE_WITHIN_MS;
    this.send({ op: "subscribe", id: subscription.id, ...subscription.selector, ...resume });
  }

  private move(subscription: Subscription, state: SubscriptionState, detail: string | null): void {
    if (state !== "waiting") subscription.deadline = null;
    if (subscription.state === state && detail === null) return;
    subscription.state = state;
    subscription.handler.onState?.(state, detail);
  }

  private receive(text: string): void {
    this.heardAt = performance.now();
    this.listener.onHeard();
    const parsed = v.safeParse(socketMessage, safeJson(text));
    if (!parsed.success) {
      this.listener.onGap();
      return;
    }
    const message = parsed.output;
    if (message.op === "pong") {
      if (this.pingSentAt !== null) this.listener.onLag(performance.now() - this.pingSentAt, message.server_ms);
    } else if (message.op === "error") this.refused(message.id ?? null, message.code, message.detail);
    else if (message.op === "subscribed" || message.op === "update") this.deliver(message);
  }

  private refused(id: number | string | null, code: string, detail: string): void {
    for (const subscription of this.subscriptions.values()) {
      if (subscription.id !== id) continue;
      if (FINAL_CODES.has(code)) this.move(subscription, "refused", detail);
      else subscription.deadline = performance.now() + RETRY_MOST_MS / 4;
    }
  }

  private deliver(message: ChannelMessage): void {
    const { channel, market, resolution, source, wallet } = message;
    const subscription = this.subscriptions.get([channel, market, resolution, source, wallet].filter(Boolean).join("/"));
    if (!subscription) return;
    const continues = message.epoch === subscription.epoch && message.prev_seq === subscription.seq;
    if (!message.snapshot && !continues) {
      // Updates that were already on their way when a new snapshot was asked for say nothing new.
      if (subscription.state === "synced") this.resync(subscription);
      return;
    }
    try {
      subscription.handler.onData(message.data, message);
    } catch {
      this.resync(subscription);
      return;
    }
    subscription.epoch = message.epoch;
    subscription.seq = message.seq;
    this.move(subscription, "synced", null);
  }

  /** Something was missed or could not be read: count it and ask for a whole snapshot. */
  private resync(subscription: Subscription): void {
    this.listener.onGap();
    subscription.epoch = null;
    this.request(subscription);
  }
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
