import { describe, expect, it } from "vitest";
import { market, ticker } from "@/testing/samples";
import { useConnection, type ConnectionState } from "../state/connection";
import { staleReason } from "../state/tradable";
import { freshnessOf } from "./freshness";

const status = { server_ms: 0, slot: 1, event_seq: "1", chain_age_ms: 100, indexer_lag_ms: 50, rpc_ms: 1, feed: "replay" as const, feeds: [], dependencies: [] };

function connection(change: Partial<ConnectionState> = {}): ConnectionState {
  const synced = { state: "synced", detail: null } as const;
  const channels = { "book/SOL-PERP": synced, "ticker/SOL-PERP": synced };
  return { ...useConnection.getInitialState(), phase: "open", everOpen: true, status, statusAt: 1_000, channels, ...change };
}

const book = { channel: "book", market: "SOL-PERP" } as const;
const of = (change: Partial<ConnectionState>, now: number): string => freshnessOf(connection(change), book, now).state;

describe("the freshness contract", () => {
  it("keeps a quiet market fresh while the gateway's heartbeat goes on", () => expect(of({}, 1_500)).toBe("fresh"));

  it("is the age of the heartbeat and of the chain that it saw", () => expect(freshnessOf(connection(), book, 1_500).ageMs).toBe(600));

  it("turns stale when the heartbeat stops", () => expect(of({}, 6_000)).toBe("stale"));

  it("turns stale when the chain stands still, however good the connection", () => {
    expect(of({ status: { ...status, chain_age_ms: 9_000 } }, 1_010)).toBe("stale");
  });

  it("turns stale at once when the socket is lost", () => expect(of({ phase: "waiting" }, 1_010)).toBe("stale"));

  it("is waiting, not stale, before anything was shown", () => expect(of({ everOpen: false, phase: "connecting" }, 1_010)).toBe("waiting"));
});

describe("a market order", () => {
  const why = (change: Partial<ConnectionState>, published: number | null, now = 1_200): string | null =>
    staleReason(connection(change), market(), ticker({ index_published_ms: published }), 1_000_000, now);

  it("may be sent from fresh data", () => expect(why({}, 999_500)).toBeNull());

  it("is refused from a stale book", () => expect(why({}, 999_500, 9_000)).toContain("stale"));

  it("is refused before market data arrived", () => expect(why({ channels: {} }, 999_500)).toContain("Waiting"));

  it("is refused on an index price that the exchange would not open on", () => expect(why({}, 980_000)).toContain("20s old"));

  it("is refused while the index price is unknown", () => expect(why({}, null)).toContain("not known"));
});
