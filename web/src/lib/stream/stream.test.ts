import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Stream, type SubscriptionHandler } from "./stream";

class FakeSocket {
  static made: FakeSocket[] = [];
  readyState = 0;
  sent: Record<string, unknown>[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;

  constructor() {
    FakeSocket.made.push(this);
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }

  close(): void {
    this.readyState = 3;
  }

  accept(): void {
    this.readyState = 1;
    this.onopen?.();
  }

  say(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  subscribes(): Record<string, unknown>[] {
    return this.sent.filter((message) => message["op"] === "subscribe");
  }
}

const BOOK = { channel: "book", market: "SOL-PERP" } as const;

const message = (prev_seq: number, seq: number, snapshot: boolean, change: object = {}): object => ({
  op: snapshot ? "subscribed" : "update",
  ...BOOK,
  epoch: "a",
  prev_seq,
  seq,
  snapshot,
  slot: 1,
  ts_ms: 1,
  data: { bids: [], asks: [] },
  ...change,
});

describe("the socket", () => {
  const listener = { onPhase: vi.fn(), onHeard: vi.fn(), onLag: vi.fn(), onGap: vi.fn() };
  let stream: Stream;
  let onData: ReturnType<typeof vi.fn<SubscriptionHandler["onData"]>>;
  let onState: ReturnType<typeof vi.fn<NonNullable<SubscriptionHandler["onState"]>>>;
  const socket = (): FakeSocket => {
    const last = FakeSocket.made.at(-1);
    if (!last) throw new Error("no socket was opened");
    return last;
  };

  beforeEach(() => {
    vi.useFakeTimers();
    vi.clearAllMocks();
    FakeSocket.made = [];
    onData = vi.fn<SubscriptionHandler["onData"]>();
    onState = vi.fn<NonNullable<SubscriptionHandler["onState"]>>();
    stream = new Stream("ws://test", listener, () => new FakeSocket() as unknown as WebSocket);
    stream.subscribe(BOOK, { onData, onState });
    stream.start();
    socket().accept();
  });

  afterEach(() => {
    stream.stop();
    vi.useRealTimers();
  });

  it("takes a snapshot and the updates that continue it", () => {
    socket().say(message(0, 5, true));
    socket().say(message(5, 7, false));
    expect(onData).toHaveBeenCalledTimes(2);
    expect(onState).toHaveBeenLastCalledWith("synced", null);
    expect(listener.onGap).not.toHaveBeenCalled();
  });

  it("counts a gap and asks for a new snapshot instead of applying what does not follow", () => {
    socket().say(message(0, 5, true));
    socket().say(message(6, 7, false));
    expect(onData).toHaveBeenCalledTimes(1);
    expect(listener.onGap).toHaveBeenCalledTimes(1);
    expect(socket().subscribes()).toHaveLength(2);
    expect(socket().subscribes()[1]).not.toHaveProperty("from_seq");
  });

  it("drops updates of another epoch", () => {
    socket().say(message(0, 5, true));
    socket().say(message(5, 6, false, { epoch: "b" }));
    expect(onData).toHaveBeenCalledTimes(1);
    expect(listener.onGap).toHaveBeenCalledTimes(1);
  });

  it("takes a snapshot that the server sends by itself", () => {
    socket().say(message(0, 5, true));
    socket().say(message(0, 1, true, { op: "update", epoch: "b" }));
    socket().say(message(1, 2, false, { epoch: "b" }));
    expect(onData).toHaveBeenCalledTimes(3);
  });

  it("asks again when a subscription is not acknowledged", () => {
    vi.advanceTimersByTime(4_600);
    expect(socket().subscribes().length).toBeGreaterThan(1);
  });

  it("resumes after a reconnect from the last sequence number", () => {
    socket().say(message(0, 5, true));
    socket().onclose?.();
    expect(onState).toHaveBeenLastCalledWith("waiting", null);
    vi.advanceTimersByTime(300);
    expect(FakeSocket.made).toHaveLength(2);
    socket().accept();
    expect(socket().subscribes()[0]).toMatchObject({ epoch: "a", from_seq: 5 });
    socket().say(message(5, 9, false, { op: "subscribed" }));
    expect(onData).toHaveBeenCalledTimes(2);
  });

  it("gives up a connection that went silent", () => {
    vi.advanceTimersByTime(7_600);
    expect(listener.onPhase).toHaveBeenCalledWith("waiting", expect.any(Number));
  });

  it("does not ask again for what the server will never have", () => {
    const id = socket().subscribes()[0]?.["id"];
    socket().say({ op: "error", id, code: "unknown_market", detail: "There is no market DOGE-PERP." });
    expect(onState).toHaveBeenLastCalledWith("refused", "There is no market DOGE-PERP.");
    vi.advanceTimersByTime(6_000);
    expect(socket().subscribes()).toHaveLength(1);
  });

  it("asks for a new snapshot when a handler can't read the data", () => {
    onData.mockImplementationOnce(() => {
      throw new Error("not a book");
    });
    socket().say(message(0, 5, true));
    expect(listener.onGap).toHaveBeenCalledTimes(1);
    expect(socket().subscribes()).toHaveLength(2);
  });

  it("survives a frame that is not a message", () => {
    socket().onmessage?.({ data: "{" });
    socket().say({ op: "sing" });
    expect(listener.onGap).toHaveBeenCalledTimes(2);
  });

  it("measures its lag by pings", () => {
    socket().say({ op: "pong", id: "x", server_ms: 123 });
    expect(listener.onLag).toHaveBeenCalledWith(expect.any(Number), 123);
  });
});
