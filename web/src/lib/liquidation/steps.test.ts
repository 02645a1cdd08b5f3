import { describe, expect, it } from "vitest";
import { toShortText, ZERO } from "@/lib/decimal/decimal";
import { fill, liquidationStep, order } from "@/testing/samples";
import { STEP_NAMES, stepsOf, whyOf } from "./steps";

describe("the steps of a liquidation", () => {
  it("are orders cancelled for margin, sales against the book and what leaves no fill, newest first", () => {
    const orders = [order({ status: "cancelled", reason: "forced", updated_ms: 1 }), order({ order_id: "2", status: "cancelled", reason: "cancelled" })];
    const found = stepsOf(orders, [fill({ liquidation: true, ts_ms: 2 })], [liquidationStep({ ts_ms: 3 })]);
    expect(found.map(({ kind }) => kind)).toEqual(["take_over", "liquidate", "force_cancel"]);
  });

  it("count the fills of one sale together, at their average price", () => {
    const fills = [
      fill({ id: "1", liquidation: true, price: "139", size: "1", realized_pnl: "-1" }),
      fill({ id: "2", liquidation: true, price: "138", size: "3", realized_pnl: "-6.5" }),
      fill({ id: "3", liquidation: true, role: "maker" }),
      fill({ id: "4" }),
    ];
    const [sale, ...others] = stepsOf([], fills, []);
    expect(others).toEqual([]);
    expect([sale?.size, sale?.price, sale?.pnl].map((each) => toShortText(each ?? ZERO))).toEqual(["4", "138.25", "-7.5"]);
  });

  it("leave the keeper's own order out: its fills say it all", () => {
    expect(stepsOf([order({ order_id: null, status: "cancelled", reason: "liquidation", filled: "1" })], [], [])).toEqual([]);
  });

  it("of who stood on the other side are named as theirs", () => {
    const names = (["auto_deleverage", "take_over"] as const).map((kind) => stepsOf([], [], [liquidationStep({ kind, role: "counterparty" })])[0]?.kind);
    expect(names).toEqual(["deleveraged", "assumed"]);
  });

  it("say what insurance paid, and what nobody did", () => {
    const [paid] = stepsOf([], [], [liquidationStep({ kind: "resolve_bankruptcy", insurance_paid: "12.5", deficit: "0" })]);
    expect(paid && whyOf(paid)).toBe("Equity was under zero: insurance paid $12.50 of the debt.");
    const [unpaid] = stepsOf([], [], [liquidationStep({ kind: "resolve_bankruptcy", insurance_paid: "12.5", deficit: "3" })]);
    expect(unpaid && whyOf(unpaid)).toContain("$3.00 nobody paid");
    expect(STEP_NAMES.resolve_bankruptcy).toBe("Debt paid");
  });
});
