import { describe, expect, it } from "vitest";
import { candle } from "@/testing/samples";
import { mergeBars } from "./candles";

describe("candles", () => {
  it("are oldest first, whichever way they came", () => {
    expect(mergeBars([], [candle(3, "3"), candle(1, "1")]).map((bar) => bar.t_ms)).toEqual([1, 3]);
  });

  it("of one bucket are the newest one", () => {
    expect(mergeBars([candle(1, "1"), candle(2, "2")], [candle(2, "9")]).map((bar) => bar.c)).toEqual(["1", "9"]);
  });

  it("leave empty buckets empty", () => {
    expect(mergeBars([candle(1, "1")], [candle(5, "5")])).toHaveLength(2);
  });

  it("of an older page go before what is held", () => {
    expect(mergeBars([candle(5, "5")], [candle(1, "1")]).map((bar) => bar.t_ms)).toEqual([1, 5]);
  });
});
