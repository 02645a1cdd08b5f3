import { describe, expect, it } from "vitest";
import { order, position, subAccount, trigger, WALLET } from "@/testing/samples";
import { applyAccount, NO_ACCOUNT } from "./account";

const nothing = { sub_accounts: null, orders: null, fills: null, transfers: null, triggers: null, liquidations: null };

describe("the account", () => {
  const start = applyAccount(NO_ACCOUNT, WALLET, { ...nothing, sub_accounts: [subAccount({ positions: [position()] })], orders: [order()] }, true);

  it("is unknown before its first snapshot, which is not the same as empty", () => {
    expect(NO_ACCOUNT.known).toBe(false);
    expect(applyAccount(NO_ACCOUNT, WALLET, { ...nothing, sub_accounts: [] }, true)).toMatchObject({ known: true, sub: null });
  });

  it("keeps what an update says did not change", () => {
    const next = applyAccount(start, WALLET, { ...nothing, sub_accounts: [subAccount()] }, false);
    expect(next.positions).toEqual([]);
    expect(next.openOrders).toBe(start.openOrders);
  });

  it("moves a done order from the open ones to the history", () => {
    const next = applyAccount(start, WALLET, { ...nothing, orders: [order({ status: "filled" })] }, false);
    expect(next.openOrders).toEqual([]);
    expect(next.doneOrders).toHaveLength(1);
  });

  it("leaves no phantom behind when a snapshot no longer holds it", () => {
    const next = applyAccount(start, WALLET, { ...nothing, sub_accounts: [subAccount()], orders: [] }, true);
    expect(next.positions).toEqual([]);
    expect(next.openOrders).toEqual([]);
  });

  it("moves a trigger that fired or ended out of those that wait, and takes a changed one in its place", () => {
    const waiting = applyAccount(start, WALLET, { ...nothing, triggers: [trigger(), trigger({ id: "17" })] }, false);
    const changed = applyAccount(waiting, WALLET, { ...nothing, triggers: [trigger({ status: "executed" }), trigger({ id: "17", trigger_price: "121" })] }, false);
    expect(changed.triggers.map(({ id, trigger_price }) => [id, trigger_price])).toEqual([["17", "121"]]);
    expect(changed.endedTriggers.map(({ id, status }) => [id, status])).toEqual([["16", "executed"]]);
  });

  it("keeps a trigger that was placed again under the id of one that ended", () => {
    const again = [trigger({ status: "cancelled", signature: "old" }), trigger({ trigger_price: "125", signature: "new" })];
    const held = applyAccount(applyAccount(start, WALLET, { ...nothing, triggers: [trigger({ signature: "old" })] }, false), WALLET, { ...nothing, triggers: again }, false);
    const late = applyAccount(held, WALLET, { ...nothing, triggers: [trigger({ status: "cancelled", signature: "old" })] }, false);
    expect([held, late].map(({ triggers }) => triggers.map((each) => each.trigger_price))).toEqual([["125"], ["125"]]);
  });
});
