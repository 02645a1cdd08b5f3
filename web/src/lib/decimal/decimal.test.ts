import { describe, expect, it } from "vitest";
import { add, compare, decimal, divide, isMultiple, multiply, NotADecimal, rescale, subtract, toShortText, toStep, toText, tryDecimal } from "./decimal";

const text = (value: Parameters<typeof toText>[0]): string => toText(value);

describe("exact decimals", () => {
  it("add and subtract without the errors of binary fractions", () => {
    expect(text(add(decimal("0.1"), decimal("0.2")))).toBe("0.3");
    expect(text(subtract(decimal("0.3"), decimal("0.1")))).toBe("0.2");
  });

  it("multiply to all digits", () => expect(text(multiply(decimal("142.31"), decimal("0.0001")))).toBe("0.014231"));

  it("hold numbers that a float can't", () => expect(text(decimal("9007199254740993.000001"))).toBe("9007199254740993.000001"));

  it("compare across scales", () => {
    expect(compare(decimal("1.10"), decimal("1.1"))).toBe(0);
    expect(compare(decimal("-2"), decimal("-1.9"))).toBe(-1);
  });

  it.each([
    ["2.5", "down", "2"],
    ["2.5", "up", "3"],
    ["2.5", "nearest", "3"],
    ["-2.5", "down", "-2"],
    ["-2.5", "up", "-3"],
    ["-2.4", "nearest", "-2"],
  ] as const)("round %s %s to %s", (value, rounding, rounded) => expect(text(rescale(decimal(value), 0, rounding))).toBe(rounded));

  it("divide with a named rounding", () => {
    expect(text(divide(decimal("1"), decimal("3"), 4, "down"))).toBe("0.3333");
    expect(text(divide(decimal("1"), decimal("3"), 4, "up"))).toBe("0.3334");
    expect(text(divide(decimal("-1"), decimal("3"), 4, "up"))).toBe("-0.3334");
    expect(() => divide(decimal("1"), decimal("0"), 2, "down")).toThrow("zero");
  });

  it("find the step below and above", () => {
    expect(text(toStep(decimal("142.318"), decimal("0.05"), "down"))).toBe("142.300");
    expect(text(toStep(decimal("142.318"), decimal("0.05"), "up"))).toBe("142.350");
    expect(isMultiple(decimal("0.3"), decimal("0.1"))).toBe(true);
    expect(isMultiple(decimal("0.35"), decimal("0.1"))).toBe(false);
  });

  it("refuse what is not a number and say what would be", () => {
    expect(() => decimal("1e5")).toThrow(NotADecimal);
    expect(() => decimal("1,5")).toThrow("like 142.31");
    for (const wrong of ["", ".", "-", "--1", "NaN", "0x1"]) expect(tryDecimal(wrong)).toBeNull();
  });

  it("drop only zeros that say nothing", () => {
    expect(toShortText(decimal("100"))).toBe("100");
    expect(toShortText(decimal("1.500"))).toBe("1.5");
    expect(toShortText(decimal("2.000"))).toBe("2");
  });
});
