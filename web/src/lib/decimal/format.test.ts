import { describe, expect, it } from "vitest";
import { compact, countdown, dollars, fixed, percent, signedDollars, signedPercent, span, splitInsignificant, UNKNOWN } from "./format";

describe("numbers as a trader reads them", () => {
  it("separate thousands and keep the asked places", () => {
    expect(fixed("1234567.5", 2)).toBe("1,234,567.50");
    expect(fixed("-1234.5", 0, "down")).toBe("-1,234");
  });

  it("say that they are unknown instead of showing 0", () => {
    for (const shown of [fixed(null, 2), dollars(undefined), percent(null), compact(null)]) expect(shown).toBe(UNKNOWN);
  });

  it("give low prices all their digits, so that levels never collapse to one text", () => {
    expect(fixed("0.00001234", 8)).toBe("0.00001234");
    expect(fixed("0.00001235", 8)).not.toBe(fixed("0.00001234", 8));
  });

  it("carry a sign only where it is true after rounding", () => {
    expect(signedDollars("12.345")).toBe("+$12.35");
    expect(signedDollars("-0.001")).toBe("$0.00");
    expect(signedPercent("-0.0123")).toBe("-1.23%");
  });

  it("shorten large amounts downwards", () => {
    expect(compact("1299999")).toBe("1.29M");
    expect(compact("999.5")).toBe("999.50");
  });

  it("dim exactly the insignificant zeros", () => {
    expect(splitInsignificant("12.500")).toEqual(["12.5", "00"]);
    expect(splitInsignificant("12.00")).toEqual(["12", ".00"]);
    expect(splitInsignificant("1,200")).toEqual(["1,200", ""]);
  });

  it("name spans and countdowns", () => {
    expect(span(400)).toBe("0.4s");
    expect(span(61_000)).toBe("1m");
    expect(countdown(3_723_000)).toBe("1:02:03");
    expect(countdown(-5)).toBe("00:00");
  });
});
