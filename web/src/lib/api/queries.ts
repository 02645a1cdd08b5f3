/** Reads that change seldom, cached by TanStack Query. Hot data comes over the socket instead. */
import { QueryClient, useQuery, type UseQueryResult } from "@tanstack/react-query";
import { answered, gateway, Refusal } from "./client";
import type { Delegate, Exchange, Fill, Market, Order, PendingChange, Transfer, Trigger } from "./models";

const RETRIES = 3;

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      refetchOnWindowFocus: false,
      retry: (failures, error) => failures < RETRIES && !(error instanceof Refusal && error.status < 500),
    },
  },
});

/** A pause, a deficit or resting withdrawals are to be seen soon after they begin. */
const EXCHANGE_MS = 5_000;

export const useExchange = (): UseQueryResult<Exchange> =>
  useQuery({ queryKey: ["exchange"], queryFn: () => answered(gateway.GET("/v1/exchange")), refetchInterval: EXCHANGE_MS, retry: true, retryDelay: retryDelayMs });

export const useMarkets = (): UseQueryResult<readonly Market[]> =>
  useQuery({
    queryKey: ["markets"],
    queryFn: async () => (await answered(gateway.GET("/v1/markets"))).items,
    retry: true,
    retryDelay: retryDelayMs,
  });

/** The terminal can't start without these two, so they are asked for until they come. */
function retryDelayMs(failures: number): number {
  return Math.min(500 * 2 ** failures, 5_000);
}

export interface History<Item> {
  readonly items: readonly Item[];
  readonly unknownBeforeMs: number | null;
}

const PAGE = 100;

export const useOrderHistory = (wallet: string | null): UseQueryResult<History<Order>> =>
  useQuery({
    queryKey: ["orders", wallet],
    enabled: wallet !== null,
    queryFn: async () => {
      const path = { wallet: wallet ?? "" };
      const page = await answered(gateway.GET("/v1/accounts/{wallet}/orders", { params: { path, query: { status: "closed", limit: PAGE } } }));
      return { items: page.items, unknownBeforeMs: page.unknown_before_ms ?? null };
    },
  });

export const useFillHistory = (wallet: string | null): UseQueryResult<History<Fill>> =>
  useQuery({
    queryKey: ["fills", wallet],
    enabled: wallet !== null,
    queryFn: async () => {
      const path = { wallet: wallet ?? "" };
      const page = await answered(gateway.GET("/v1/accounts/{wallet}/fills", { params: { path, query: { limit: PAGE } } }));
      return { items: page.items, unknownBeforeMs: page.unknown_before_ms ?? null };
    },
  });

/** Triggers that fired or ended; those that wait come over the socket. */
export const useTriggerHistory = (wallet: string | null): UseQueryResult<History<Trigger>> =>
  useQuery({
    queryKey: ["triggers", wallet],
    enabled: wallet !== null,
    queryFn: async () => {
      const path = { wallet: wallet ?? "" };
      const page = await answered(gateway.GET("/v1/accounts/{wallet}/triggers", { params: { path, query: { status: "closed", limit: PAGE } } }));
      return { items: page.items, unknownBeforeMs: page.unknown_before_ms ?? null };
    },
  });

/** Read from the chain, not pushed: asked again while the list is on screen. */
export const useDelegates = (wallet: string | null): UseQueryResult<readonly Delegate[]> =>
  useQuery({
    queryKey: ["delegates", wallet],
    enabled: wallet !== null,
    refetchInterval: 5_000,
    queryFn: async () => (await answered(gateway.GET("/v1/accounts/{wallet}/delegates", { params: { path: { wallet: wallet ?? "" } } }))).items,
  });

/** Changes of the exchange's rules that wait out the timelock. */
export const usePendingChanges = (): UseQueryResult<readonly PendingChange[]> =>
  useQuery({
    queryKey: ["changes"],
    refetchInterval: 30_000,
    queryFn: async () => (await answered(gateway.GET("/v1/exchange/changes"))).items,
  });

export const useTransferHistory = (wallet: string | null): UseQueryResult<History<Transfer>> =>
  useQuery({
    queryKey: ["transfers", wallet],
    enabled: wallet !== null,
    queryFn: async () => {
      const path = { wallet: wallet ?? "" };
      const page = await answered(gateway.GET("/v1/accounts/{wallet}/transfers", { params: { path, query: { limit: PAGE } } }));
      return { items: page.items, unknownBeforeMs: page.unknown_before_ms ?? null };
    },
  });
