import { useState, type ReactNode } from "react";
import { Button } from "@/components/Button";
import { NumberField } from "@/components/Field";
import { Modal } from "@/components/Modal";
import { Reasons } from "@/components/Reasons";
import { answered, gateway, reason } from "@/lib/api/client";
import { buildDeposit, buildWithdraw } from "@/lib/api/instructions";
import type { Exchange, Market } from "@/lib/api/models";
import { compare, decimal, sign, toShortText, rescale, tryDecimal } from "@/lib/decimal/decimal";
import { dollars, fixed, UNKNOWN } from "@/lib/decimal/format";
import { useServerNow } from "@/lib/freshness/freshness";
import { withdrawalReasons } from "@/lib/restrictions/restrictions";
import { useAccount } from "@/lib/state/account";
import { useTickers } from "@/lib/state/market";
import { dismiss, useScreen } from "@/lib/state/screen";
import { movesExactly } from "@/lib/transactions/asked";
import { propose } from "@/lib/transactions/flow";
import { useWallet } from "@/lib/wallet/session";

const FAUCET_AMOUNT = "10000";
const ASSET = "USDC";

interface FaucetState {
  readonly balance: string | null;
  readonly busy: boolean;
  readonly error: string | null;
}

function Faucet({ wallet, state, onState }: { wallet: string; state: FaucetState; onState: (state: FaucetState) => void }): ReactNode {
  const ask = async (): Promise<void> => {
    onState({ ...state, busy: true, error: null });
    try {
      const reply = await answered(gateway.POST("/v1/faucet", { body: { wallet, asset: ASSET, amount: FAUCET_AMOUNT } }));
      onState({ balance: reply.balance, busy: false, error: null });
    } catch (error) {
      onState({ ...state, busy: false, error: reason(error) });
    }
  };
  return (
    <div className="flex flex-col gap-1.5 rounded-[3px] bg-surface-2 p-3">
      <p className="text-text-2">
        This is a local exchange: test money is free.
        {state.balance !== null && (
          <>
            {" "}
            The wallet holds <span className="num text-text-1">{fixed(state.balance, 2)}</span> USDC.
          </>
        )}
      </p>
      <Button data-testid="faucet" disabled={state.busy} onClick={() => void ask()}>
        {state.busy ? "Asking the faucet…" : `Get ${fixed(FAUCET_AMOUNT, 0)} test USDC`}
      </Button>
      {state.error && (
        <p role="alert" className="text-sell">
          {state.error}
        </p>
      )}
    </div>
  );
}

function amountProblem(text: string, decimals: number, most: string | null): string | null {
  if (text === "") return null;
  const amount = tryDecimal(text);
  if (!amount || sign(amount) <= 0) return "Enter an amount above 0.";
  if (compare(amount, rescale(amount, decimals, "down")) !== 0) return `${ASSET} has ${decimals} decimals.`;
  if (most !== null && compare(amount, decimal(most)) > 0) return `At most ${dollars(most)} can leave now.`;
  return null;
}

function Withdrawable({ exchange, markets }: { exchange: Exchange; markets: readonly Market[] }): ReactNode {
  const { sub } = useAccount();
  const tickers = useTickers();
  const now = useServerNow();
  return (
    <>
      <p className="text-text-3">
        Withdrawable now: <span className="num text-text-1">{sub ? dollars(sub.withdrawable) : UNKNOWN}</span> of <span className="num">{sub ? dollars(sub.equity) : UNKNOWN}</span> equity.
      </p>
      {sub && <Reasons reasons={withdrawalReasons({ exchange, sub, markets, tickers }, now)} label="Why not more" testId="withdrawal-reasons" />}
    </>
  );
}

interface FundsFormProps {
  direction: "deposit" | "withdraw";
  wallet: string;
  exchange: Exchange;
  markets: readonly Market[];
}

function FundsForm({ direction, wallet, exchange, markets }: FundsFormProps): ReactNode {
  const { sub } = useAccount();
  const [amount, setAmount] = useState("");
  const [faucet, setFaucet] = useState<FaucetState>({ balance: null, busy: false, error: null });
  const deposit = direction === "deposit";
  const decimals = exchange.collaterals.find((each) => each.asset === ASSET)?.decimals ?? 6;
  const most = deposit ? faucet.balance : (sub?.withdrawable ?? "0");
  const problem = deposit ? amountProblem(amount, decimals, null) : amountProblem(amount, decimals, most);
  const submit = (): void => {
    if (amount === "" || problem) return;
    dismiss();
    const text = toShortText(decimal(amount));
    void propose({
      sentence: deposit ? `Deposit ${fixed(text, 2)} USDC as collateral.` : `Withdraw ${fixed(text, 2)} USDC to your wallet.`,
      wallet,
      programId: exchange.program_id,
      asked: movesExactly(direction, text, decimals),
      build: () => (deposit ? buildDeposit(wallet, ASSET, text) : buildWithdraw(wallet, ASSET, text)),
    });
  };
  return (
    <form
      className="flex flex-col gap-3 p-4"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {deposit && exchange.offers.faucet && <Faucet wallet={wallet} state={faucet} onState={setFaucet} />}
      <NumberField
        label="Amount"
        testId="funds-amount"
        value={amount}
        placeholder="0.00"
        problem={problem}
        onChange={setAmount}
        unit={
          <span className="flex items-center gap-1 text-text-2">
            {ASSET}
            {most !== null && (
              <Button tone="ghost" size="small" onClick={() => setAmount(toShortText(rescale(decimal(most), decimals, "down")))}>
                Max
              </Button>
            )}
          </span>
        }
      />
      {!deposit && <Withdrawable exchange={exchange} markets={markets} />}
      {deposit && !sub && <p className="text-text-3">The first deposit also opens your trading account, in the same transaction.</p>}
      <Button type="submit" tone="accent" size="large" data-testid="funds-submit" disabled={amount === "" || problem !== null}>
        {deposit ? "Deposit" : "Withdraw"}
      </Button>
    </form>
  );
}

export function FundsDialog({ exchange, markets }: { exchange: Exchange; markets: readonly Market[] }): ReactNode {
  const dialog = useScreen((state) => state.dialog);
  const wallet = useWallet((state) => state.account?.address ?? null);
  const direction = dialog === "deposit" || dialog === "withdraw" ? dialog : null;
  return (
    <Modal open={direction !== null && wallet !== null} onClose={dismiss} title={direction === "withdraw" ? "Withdraw" : "Deposit"}>
      {direction && wallet && <FundsForm key={`${direction} ${wallet}`} direction={direction} wallet={wallet} exchange={exchange} markets={markets} />}
    </Modal>
  );
}
