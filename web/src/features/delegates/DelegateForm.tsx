import { useId, useState, type ReactNode } from "react";
import { Button } from "@/components/Button";
import { Check, NumberField } from "@/components/Field";
import { Segmented } from "@/components/Segmented";
import type { Market } from "@/lib/api/models";
import { LIFETIMES, problemsOf, type Delegation } from "./delegation";

interface DelegateFormProps {
  first: Delegation;
  keyFixed: boolean;
  wallet: string;
  markets: readonly Market[];
  onGrant: (delegation: Delegation) => void;
  onBack: () => void;
}

function KeyField({ value, fixed, problem, onChange }: { value: string; fixed: boolean; problem: string | null; onChange: (text: string) => void }): ReactNode {
  const id = useId();
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-text-3">
        Public key of the delegate
      </label>
      <input
        id={id}
        data-testid="delegate-key"
        autoComplete="off"
        spellCheck={false}
        readOnly={fixed}
        value={value}
        aria-invalid={problem !== null}
        aria-describedby={problem ? `${id}-problem` : undefined}
        onChange={(event) => onChange(event.target.value)}
        className={`num h-9 w-full rounded-[3px] border bg-surface-2 px-2 outline-none read-only:text-text-3 focus:border-accent pointer-coarse:h-11 ${problem ? "border-sell" : "border-transparent hover:border-line-strong"}`}
      />
      {problem && (
        <p id={`${id}-problem`} className="text-caption text-sell">
          {problem}
        </p>
      )}
    </div>
  );
}

const LIMITS = [
  ["order", "Largest order"],
  ["position", "Largest position"],
  ["day", "A day (UTC)"],
] as const;

/** What the key may do; nothing is granted before the review is signed. */
export function DelegateForm({ first, keyFixed, wallet, markets, onGrant, onBack }: DelegateFormProps): ReactNode {
  const [delegation, setDelegation] = useState(first);
  const [tried, setTried] = useState(false);
  const problems = problemsOf(delegation, wallet);
  const amend = (change: Partial<Delegation>): void => setDelegation({ ...delegation, ...change });
  const shown = (field: keyof typeof problems, typed: boolean): string | null => (tried || typed ? problems[field] : null);
  const toggle = (symbol: string, on: boolean): void =>
    amend({ markets: markets.map((market) => market.symbol).filter((each) => (each === symbol ? on : delegation.markets.includes(each))) });
  return (
    <form
      data-testid="delegate-form"
      className="flex flex-col gap-3 p-4"
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (Object.values(problems).every((problem) => problem === null)) onGrant(delegation);
      }}
    >
      <KeyField value={delegation.key} fixed={keyFixed} problem={shown("key", delegation.key.length > 40)} onChange={(key) => amend({ key })} />
      <div className="flex flex-col gap-1">
        <span className="text-text-3">Lives for</span>
        <Segmented label="Lives for" value={delegation.lifetime} options={LIFETIMES} onChange={(lifetime) => amend({ lifetime })} />
      </div>
      <fieldset className="flex flex-wrap items-center gap-x-4">
        <legend className="text-text-3">Markets</legend>
        {markets.map(({ symbol }) => (
          <Check key={symbol} label={symbol} checked={delegation.markets.includes(symbol)} onChange={(on) => toggle(symbol, on)} />
        ))}
      </fieldset>
      {shown("markets", true) && <p className="text-caption text-sell">{problems.markets}</p>}
      {LIMITS.map(([field, label]) => (
        <NumberField
          key={field}
          label={label}
          testId={`delegate-${field}`}
          value={delegation[field]}
          placeholder="notional"
          problem={shown(field, delegation[field] !== "")}
          unit={<span className="text-text-2">USDC</span>}
          onChange={(text) => amend({ [field]: text })}
        />
      ))}
      <Check label="Reduce-only" title="It may only make positions smaller" checked={delegation.reduceOnly} onChange={(reduceOnly) => amend({ reduceOnly })} />
      <div className="flex gap-2">
        <Button size="large" className="flex-1" onClick={onBack}>
          Back
        </Button>
        <Button type="submit" tone="accent" size="large" className="flex-1" data-testid="delegate-submit">
          {keyFixed ? "Change" : "Add"}
        </Button>
      </div>
    </form>
  );
}
