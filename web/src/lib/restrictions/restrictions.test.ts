import { describe, expect, it } from "vitest";
import type { Restriction } from "@/lib/api/models";
import { exchange, market, position, subAccount, ticker } from "@/testing/samples";
import { marketReasons, orderReasons, withdrawalReasons } from "./restrictions";

const NOW = 1_000_000;
const SOL = market();
const opening = { reduceOnly: false, takes: true };
const resting: Restriction = { code: "MatchingPaused", restricts: ["taking", "liquidation"], detail: "Quotes may be pulled first.", until_ms: NOW + 42_000 };
const jumped: Restriction = { code: "PriceJumped", restricts: ["withdrawing"], detail: "The price jumped to 150.", until_ms: null };
const texts = (reasons: readonly { text: string }[]): string => reasons.map(({ text }) => text).join(" | ");

describe("an order", () => {
  it("has nothing in its way in an open market with a fresh price", () => expect(orderReasons(SOL, ticker(), opening, NOW)).toEqual([]));

  it("is told what holds it up, and for how long", () => {
    const held = ticker({ restrictions: [resting] });
    expect(texts(orderReasons(SOL, held, opening, NOW))).toBe("Quotes may be pulled first. 00:42 left.");
    expect(orderReasons(SOL, held, { ...opening, takes: false }, NOW)).toEqual([]);
    expect(orderReasons(SOL, { ...held, index_published_ms: NOW + 42_000 }, opening, NOW + 42_000)).toEqual([]);
  });

  it("that opens is held up by an old price before one that reduces is", () => {
    expect(texts(orderReasons(SOL, ticker(), opening, NOW + 10_001))).toContain("opens no new risk");
    expect(orderReasons(SOL, ticker(), { ...opening, reduceOnly: true }, NOW + 10_001)).toEqual([]);
    expect(texts(orderReasons(SOL, ticker(), { ...opening, reduceOnly: true }, NOW + 60_001))).toContain("nothing trades on it");
  });

  it("is judged by the age of the price now, not by what an old ticker said of it", () => {
    const said: Restriction = { code: "PriceStale", restricts: ["opening"], detail: "old", until_ms: null };
    expect(marketReasons(SOL, ticker({ restrictions: [said] }), NOW)).toEqual([]);
  });

  it("that adds risk is told of a jumped price", () => {
    expect(texts(orderReasons(SOL, ticker({ restrictions: [jumped] }), opening, NOW))).toContain("jumped to 150");
    expect(orderReasons(SOL, ticker({ restrictions: [jumped] }), { ...opening, reduceOnly: true }, NOW)).toEqual([]);
  });
});

describe("a withdrawal", () => {
  const ground = { exchange: exchange(), sub: subAccount(), markets: [SOL], tickers: { "SOL-PERP": ticker() } };

  it("of an account at rest has nothing in its way", () => expect(withdrawalReasons(ground, NOW)).toEqual([]));

  it("is told each reason", () => {
    const sub = subAccount({ locked: "20", initial_margin: "14.23", unrealized_pnl: "4.6", positions: [position()] });
    const troubled = exchange({ paused: ["withdrawals"], deficit: "100", withdraw_rest_until_ms: NOW + 60_000 });
    const found = withdrawalReasons({ ...ground, sub, exchange: troubled, tickers: { "SOL-PERP": ticker({ restrictions: [jumped] }) } }, NOW);
    expect(found.map(({ id }) => id)).toEqual(["paused", "rest", "deficit", "locked", "margin", "profit", "SOL-PERP PriceJumped"]);
    expect(texts(found)).toContain("01:00 left");
    expect(texts(found)).toContain("$20.00 of recent profit");
  });

  it("no longer rests when the time is over", () => {
    expect(withdrawalReasons({ ...ground, exchange: exchange({ withdraw_rest_until_ms: NOW }) }, NOW)).toEqual([]);
  });
});
