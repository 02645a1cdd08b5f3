/** Asks the gateway for unsigned transactions. Each call takes a fresh blockhash: call it at the click. */
import { answered, gateway } from "./client";
import type { BuiltTransaction, PlaceOrder, Preview } from "./models";

const WHO = { sub: 0, priority_fee: "auto" } as const;

/** What an order says; the rest has the gateway's defaults. */
export interface OrderWords {
  readonly market: string;
  readonly side: "buy" | "sell";
  readonly type: "limit" | "market";
  /** Base units. */
  readonly size: string;
  readonly price?: string;
  readonly time_in_force?: "gtc" | "ioc" | "fok";
  readonly post_only?: "none" | "reject" | "slide";
  readonly reduce_only?: boolean;
  readonly max_slippage_bps?: number;
}

function placeOrder(wallet: string, words: OrderWords): PlaceOrder {
  return { ...WHO, wallet, post_only: "none", reduce_only: false, self_trade: "cancel_maker", ...words };
}

export const buildOrder = (wallet: string, words: OrderWords): Promise<BuiltTransaction> =>
  answered(gateway.POST("/v1/tx/place-order", { body: placeOrder(wallet, words) }));

export const previewOrder = (wallet: string, words: OrderWords, signal?: AbortSignal): Promise<Preview> =>
  answered(gateway.POST("/v1/preview/order", { body: placeOrder(wallet, words), ...(signal ? { signal } : {}) }));

export const buildCancel = (wallet: string, market: string, orderId: string): Promise<BuiltTransaction> =>
  answered(gateway.POST("/v1/tx/cancel-order", { body: { ...WHO, wallet, market, order_id: orderId } }));

export const buildCancelAll = (wallet: string, market: string | null): Promise<BuiltTransaction> =>
  answered(gateway.POST("/v1/tx/cancel-all", { body: { ...WHO, wallet, market } }));

export const buildCancelTrigger = (wallet: string, market: string, triggerId: string): Promise<BuiltTransaction> =>
  answered(gateway.POST("/v1/tx/cancel-trigger", { body: { ...WHO, wallet, market, trigger_id: triggerId } }));

export const buildDeposit = (wallet: string, asset: string, amount: string): Promise<BuiltTransaction> =>
  answered(gateway.POST("/v1/tx/deposit", { body: { ...WHO, wallet, asset, amount } }));

export const buildWithdraw = (wallet: string, asset: string, amount: string): Promise<BuiltTransaction> =>
  answered(gateway.POST("/v1/tx/withdraw", { body: { ...WHO, wallet, asset, amount } }));
