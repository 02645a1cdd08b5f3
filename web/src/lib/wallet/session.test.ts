import { getWallets } from "@wallet-standard/app";
import type { Wallet, WalletAccount } from "@wallet-standard/base";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ACCOUNT, signingWallet } from "@/testing/transactions";
import { connectWallet, disconnectWallet, useWallet, watchWallets } from "./session";
import { EVENTS } from "./standard";

describe("the wallet", () => {
  let stops: (() => void)[] = [];

  beforeEach(() => {
    localStorage.clear();
    useWallet.setState(useWallet.getInitialState());
    stops = [];
  });

  afterEach(() => stops.forEach((stop) => stop()));

  it("is offered only when it knows the chain and can sign", () => {
    const other: Wallet = { ...signingWallet(), name: "Mainnet only", chains: ["solana:mainnet"] };
    const silent: Wallet = { ...signingWallet(), name: "Can't sign", features: {} };
    stops.push(getWallets().register(signingWallet(), other, silent), watchWallets("solana:localnet"));
    expect(useWallet.getState().available.map((wallet) => wallet.name)).toEqual(["Test"]);
  });

  it("appears when it registers after the page", () => {
    stops.push(watchWallets("solana:localnet"));
    expect(useWallet.getState().available).toEqual([]);
    stops.push(getWallets().register(signingWallet()));
    expect(useWallet.getState().available).toHaveLength(1);
  });

  it("reconnects silently on the next visit, and only if it was connected", async () => {
    const connect = vi.fn(() => Promise.resolve({ accounts: [ACCOUNT] }));
    const wallet: Wallet = { ...signingWallet(), features: { ...signingWallet().features, "standard:connect": { connect } } };
    stops.push(getWallets().register(wallet), watchWallets("solana:localnet"));
    expect(connect).not.toHaveBeenCalled();
    await connectWallet(wallet);
    useWallet.setState(useWallet.getInitialState());
    stops.push(watchWallets("solana:localnet"));
    await vi.waitFor(() => expect(useWallet.getState().account?.address).toBe(ACCOUNT.address));
    expect(connect).toHaveBeenLastCalledWith({ silent: true });
    await disconnectWallet();
    stops.push(watchWallets("solana:localnet"));
    expect(connect).toHaveBeenCalledTimes(2);
  });

  it("switches accounts when the wallet does, and is gone when it shares none", async () => {
    let tell: (change: { accounts?: readonly WalletAccount[] }) => void = () => undefined;
    const on = (_event: string, listener: typeof tell): (() => void) => {
      tell = listener;
      return () => undefined;
    };
    await connectWallet({ ...signingWallet(), features: { ...signingWallet().features, [EVENTS]: { on } } });
    tell({ accounts: [{ ...ACCOUNT, address: "Other" }] });
    expect(useWallet.getState().account?.address).toBe("Other");
    tell({ accounts: [] });
    expect(useWallet.getState().wallet).toBeNull();
  });

  it("says why it did not connect", async () => {
    const connect = (): Promise<never> => Promise.reject(new Error("User rejected the request."));
    await connectWallet({ ...signingWallet(), features: { "standard:connect": { connect } } });
    expect(useWallet.getState()).toMatchObject({ error: "Test: User rejected the request.", account: null, connecting: null });
  });
});
