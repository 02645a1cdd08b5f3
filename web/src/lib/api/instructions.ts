/** Asks the gateway for unsigned transactions. Each call takes a fresh blockhash: call it at the click. */
import { answered, gateway } from "./client";
import type { BuiltTransaction, PlaceOrder, Preview, Trigger } from "./models";

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
  /** Mark prices; only with an order that fills at once. */
  readonly take_profit?: string;
  readonly stop_loss?: string;
}

/** What a delegate may do; notionals in USDC. */
export interface DelegateWords {
  readonly delegate: string;
  readonly expires_at_ms: number;
  readonly markets: readonly string[];
  readonly max_order_notional: string;
  readonly max_position_notional: string;
  readonly daily_notional: string;
  readonly reduce_only: boolean;
}

/** Exits of a position; null is none, a `size` of null the whole position. */
export interface ExitsWords {
  readonly market: string;
  readonly take_profit: string | null;
  readonly stop_loss: string | null;
  readonly size: string | null;
  /** Ids of the triggers that go for them. */
  readonly replaces: readonly string[];
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

export const buildModifyTrigger = (wallet: string, trigger: Trigger): Promise<BuiltTransaction> =>
  answered(
    gateway.POST("/v1/tx/modify-trigger", {
      body: { ...WHO, wallet, market: trigger.market, trigger_id: trigger.id, trigger_price: trigger.trigger_price, price: trigger.price, size: trigger.size },
    }),
  );

export const buildSetExits = (wallet: string, words: ExitsWords): Promise<BuiltTransaction> =>
  answered(gateway.POST("/v1/tx/set-exits", { body: { ...WHO, wallet, ...words, replaces: [...words.replaces] } }));

export const buildSetDelegate = (wallet: string, words: DelegateWords): Promise<BuiltTransaction> =>
  answered(gateway.POST("/v1/tx/set-delegate", { body: { ...WHO, wallet, ...words, markets: [...words.markets], can_transfer: false } }));

export const buildRevokeDelegate = (wallet: string, delegate: string): Promise<BuiltTransaction> =>
  answered(gateway.POST("/v1/tx/revoke-delegate", { body: { ...WHO, wallet, delegate } }));

export const buildDeposit = (wallet: string, asset: string, amount: string): Promise<BuiltTransaction> =>
  answered(gateway.POST("/v1/tx/deposit", { body: { ...WHO, wallet, asset, amount } }));

export const buildWithdraw = (wallet: string, asset: string, amount: string): Promise<BuiltTransaction> =>
  answered(gateway.POST("/v1/tx/withdraw", { body: { ...WHO, wallet, asset, amount } }));
