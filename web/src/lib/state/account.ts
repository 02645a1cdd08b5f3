/** The connected wallet's account: balances, positions, orders, triggers, fills, transfers, as the chain has them. */
import { useSyncExternalStore } from "react";
import * as v from "valibot";
import type { Fill, LiquidationStep, Order, Position, SubAccount, Transfer, Trigger } from "../api/models";
import { createHotStore } from "../stream/cadence";
import { accountData } from "../stream/messages";
import { follow } from "./connection";
import { mergeNewest } from "./market";

const HERTZ = 10;
const LISTED = 200;
/** The terminal trades the wallet's first sub-account. */
export const SUB = 0;

export interface AccountView {
  readonly wallet: string | null;
  /** False until the first snapshot of this wallet arrived. */
  readonly known: boolean;
  readonly sub: SubAccount | null;
  readonly positions: readonly Position[];
  readonly openOrders: readonly Order[];
  /** Done in this session, newest first; the older ones come from the REST history. */
  readonly doneOrders: readonly Order[];
  readonly fills: readonly Fill[];
  readonly transfers: readonly Transfer[];
  /** Those that wait for the mark price. */
  readonly triggers: readonly Trigger[];
  /** Ended in this session, newest first. */
  readonly endedTriggers: readonly Trigger[];
  /** Steps of liquidation that leave no fill. */
  readonly liquidations: readonly LiquidationStep[];
}

export const NO_ACCOUNT: AccountView = {
  wallet: null,
  known: false,
  sub: null,
  positions: [],
  openOrders: [],
  doneOrders: [],
  fills: [],
  transfers: [],
  triggers: [],
  endedTriggers: [],
  liquidations: [],
};

export const accountStore = createHotStore<AccountView>(NO_ACCOUNT, HERTZ);

export const useAccount = (): AccountView => useSyncExternalStore(accountStore.subscribe, accountStore.shown);

type AccountData = v.InferOutput<typeof accountData>;

const newestFirst = (a: Order, b: Order): number => b.created_ms - a.created_ms;

function applyTriggers({ triggers, endedTriggers }: AccountView, changed: readonly Trigger[]): Pick<AccountView, "triggers" | "endedTriggers"> {
  if (!changed.length) return { triggers, endedTriggers };
  const waits = (trigger: Trigger): boolean => trigger.status === "waiting";
  // An id is used again: one that ended goes only where it is the very one that was placed then.
  const gone = (held: Trigger): boolean => changed.some((each) => each.id === held.id && (waits(each) || each.signature === held.signature));
  return {
    triggers: [...triggers.filter((trigger) => !gone(trigger)), ...changed.filter(waits)],
    endedTriggers: [...changed.filter((trigger) => !waits(trigger)), ...endedTriggers].slice(0, LISTED),
  };
}

export function applyAccount(old: AccountView, wallet: string, data: AccountData, snapshot: boolean): AccountView {
  const base: AccountView = snapshot ? { ...NO_ACCOUNT, wallet, known: true } : old;
  const sub = data.sub_accounts ? (data.sub_accounts.find((each) => each.sub === SUB) ?? null) : base.sub;
  const changed = data.orders ?? [];
  const ids = new Set(changed.map((order) => order.order_id));
  const open = [...changed.filter((order) => order.status === "open"), ...base.openOrders.filter((order) => !ids.has(order.order_id))];
  const done = [...changed.filter((order) => order.status !== "open"), ...base.doneOrders.filter((order) => !ids.has(order.order_id))];
  return {
    wallet,
    known: true,
    sub,
    positions: sub?.positions ?? [],
    openOrders: changed.length ? open.sort(newestFirst) : base.openOrders,
    doneOrders: changed.length ? done.slice(0, LISTED) : base.doneOrders,
    fills: data.fills ? mergeNewest(base.fills, data.fills, LISTED) : base.fills,
    transfers: data.transfers ? mergeNewest(base.transfers, data.transfers, LISTED) : base.transfers,
    liquidations: data.liquidations ? mergeNewest(base.liquidations, data.liquidations, LISTED) : base.liquidations,
    ...applyTriggers(base, data.triggers ?? []),
  };
}

export function followAccount(wallet: string): () => void {
  accountStore.write({ ...NO_ACCOUNT, wallet });
  const stop = follow({ channel: "account", wallet }, (data, message) => {
    accountStore.write(applyAccount(accountStore.newest(), wallet, v.parse(accountData, data), message.snapshot));
  });
  return () => {
    stop();
    accountStore.write(NO_ACCOUNT);
  };
}
