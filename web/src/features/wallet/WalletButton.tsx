import { ChevronDown, Copy, KeyRound, LogOut, Wallet as WalletIcon } from "lucide-react";
import { useState, type ReactNode } from "react";
import { Button } from "@/components/Button";
import { Modal } from "@/components/Modal";
import { Popover } from "@/components/Popover";
import { reason, signedIn } from "@/lib/api/client";
import { shortKey } from "@/lib/decimal/format";
import { dismiss, show, useScreen } from "@/lib/state/screen";
import { connectWallet, disconnectWallet, useWallet } from "@/lib/wallet/session";
import { signIn } from "@/lib/wallet/signIn";

function SignIn(): ReactNode {
  const [state, setState] = useState<{ done: boolean; error: string | null }>({ done: signedIn(), error: null });
  if (state.done) return <p className="px-3 py-1.5 text-text-2">Signed in</p>;
  const run = async (): Promise<void> => {
    try {
      await signIn();
      setState({ done: true, error: null });
    } catch (error) {
      setState({ done: false, error: reason(error) });
    }
  };
  return (
    <>
      <MenuItem onClick={() => void run()} testId="sign-in">
        Sign in
      </MenuItem>
      {state.error && <p className="px-3 pb-2 text-caption text-sell">{state.error}</p>}
    </>
  );
}

function MenuItem({ children, onClick, testId }: { children: ReactNode; onClick: () => void; testId?: string | undefined }): ReactNode {
  return (
    <button type="button" data-testid={testId} onClick={onClick} className="flex h-8 w-full items-center gap-2 px-3 text-left text-text-1 hover:bg-surface-3 pointer-coarse:h-11">
      {children}
    </button>
  );
}

function WalletMenu({ close }: { close: () => void }): ReactNode {
  const { account, wallet } = useWallet();
  if (!account || !wallet) return null;
  return (
    <>
      <p className="px-3 py-1.5 text-caption text-text-3">{wallet.name}</p>
      <p data-testid="wallet-address" className="num px-3 pb-1.5 text-caption break-all text-text-2">
        {account.address}
      </p>
      <SignIn />
      <MenuItem
        onClick={() => {
          void navigator.clipboard.writeText(account.address);
          close();
        }}
      >
        <Copy size={12} aria-hidden /> Copy address
      </MenuItem>
      <MenuItem
        testId="open-delegates"
        onClick={() => {
          close();
          show("delegates");
        }}
      >
        <KeyRound size={12} aria-hidden /> Delegates
      </MenuItem>
      <MenuItem
        testId="disconnect"
        onClick={() => {
          close();
          void disconnectWallet();
        }}
      >
        <LogOut size={12} aria-hidden /> Disconnect
      </MenuItem>
    </>
  );
}

export function WalletButton(): ReactNode {
  const { account, wallet, connecting } = useWallet();
  if (!account || !wallet) {
    return (
      <Button tone="accent" data-testid="connect" disabled={connecting !== null} onClick={() => show("wallet")}>
        <WalletIcon size={13} aria-hidden />
        {connecting ? "Connecting…" : "Connect"}
      </Button>
    );
  }
  return (
    <Popover
      label={`Wallet ${account.address}`}
      align="end"
      testId="wallet-menu"
      className="mt-px w-56 py-1"
      triggerClassName="flex h-7 items-center gap-1.5 rounded-[3px] bg-surface-2 px-2 hover:bg-surface-3 pointer-coarse:h-11"
      trigger={
        <>
          <img src={wallet.icon} alt="" className="size-4 rounded-[2px]" />
          <span className="num">{shortKey(account.address)}</span>
          <ChevronDown size={12} aria-hidden className="text-text-3 max-md:hidden" />
        </>
      }
      content={WalletMenu}
    />
  );
}

export function ConnectDialog({ chain }: { chain: string }): ReactNode {
  const open = useScreen((state) => state.dialog === "wallet");
  const { available, connecting, error, account } = useWallet();
  return (
    <Modal open={open && !account} onClose={dismiss} title="Connect a wallet">
      <div className="flex flex-col gap-1 p-3">
        {available.map((wallet) => (
          <button
            key={wallet.name}
            type="button"
            data-testid="wallet-choice"
            disabled={connecting !== null}
            onClick={() => void connectWallet(wallet).then(() => useWallet.getState().account && dismiss())}
            className="flex h-11 items-center gap-3 rounded-[3px] px-2 text-left text-body hover:bg-surface-3 disabled:text-text-3"
          >
            <img src={wallet.icon} alt="" className="size-6 rounded" />
            <span className="flex-1">{wallet.name}</span>
            {connecting === wallet.name && <span className="text-text-3">waiting for the wallet…</span>}
          </button>
        ))}
        {available.length === 0 && (
          <p className="px-2 py-3 text-text-2">
            No wallet for <span className="num">{chain}</span> answered. Install one that follows Wallet Standard, unlock it and it appears here.
          </p>
        )}
        {error && (
          <p role="alert" className="rounded-[3px] bg-sell-soft px-2 py-1.5 text-sell">
            {error}
          </p>
        )}
      </div>
    </Modal>
  );
}
