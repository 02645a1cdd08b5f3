/** What the user is about to order: shared by the ticket, the book (a click sets the price) and the phone's sheet. */
import { create } from "zustand";
import type { Side } from "../api/models";

export type SizeUnit = "base" | "quote";
export type Condition = "gtc" | "ioc" | "fok" | "post";

export interface Draft {
  readonly side: Side;
  readonly type: "limit" | "market";
  readonly price: string;
  readonly size: string;
  readonly unit: SizeUnit;
  readonly condition: Condition;
  readonly reduceOnly: boolean;
  /** Sizing aid: the slider spans free collateral times this. */
  readonly leverage: number;
  /** Whether the order takes exits along; their mark prices as typed. */
  readonly exits: boolean;
  readonly takeProfit: string;
  readonly stopLoss: string;
}

const FRESH: Draft = {
  side: "buy",
  type: "limit",
  price: "",
  size: "",
  unit: "base",
  condition: "gtc",
  reduceOnly: false,
  leverage: 1,
  exits: false,
  takeProfit: "",
  stopLoss: "",
};

export const useDraft = create<Draft>(() => FRESH);

export const amendDraft = (change: Partial<Draft>): void => {
  useDraft.setState(change);
};

/** Another market: its prices and sizes mean nothing here. */
export const clearDraft = (): void => {
  useDraft.setState({ price: "", size: "", reduceOnly: false, exits: false, takeProfit: "", stopLoss: "" });
};
