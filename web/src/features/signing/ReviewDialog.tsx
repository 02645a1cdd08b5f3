import { ShieldAlert, ShieldCheck } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "@/components/Button";
import { Modal } from "@/components/Modal";
import { SkeletonRows } from "@/components/states";
import type { BuiltTransaction, DecodedInstruction, Margin, Market } from "@/lib/api/models";
import { decimal, divide, whole } from "@/lib/decimal/decimal";
import { dollars, fixed, percent, shortKey, UNKNOWN } from "@/lib/decimal/format";
import type { DecodedCall, Value } from "@/lib/solana/decode";
import { programName } from "@/lib/solana/guard";
import type { CompiledInstruction } from "@/lib/solana/message";
import { delegateRows } from "@/lib/transactions/delegateTerms";
import { approve, decline, rebuild, useFlow, type Review } from "@/lib/transactions/flow";

function Changes({ before, after }: { before: Margin | null; after: Margin | null }): ReactNode {
  if (!before && !after) return null;
  const position = (margin: Margin | null): string =>
    margin?.positions.length ? margin.positions.map((each) => `${each.side} ${each.size} ${each.market}`).join(", ") : "none";
  const rows: readonly [string, string, string][] = [
    ["Balance", before ? dollars(before.balance) : UNKNOWN, after ? dollars(after.balance) : UNKNOWN],
    ["Equity", dollars(before?.equity), dollars(after?.equity)],
    ["Free collateral", dollars(before?.free_collateral), dollars(after?.free_collateral)],
    ["Initial margin", dollars(before?.initial_margin), dollars(after?.initial_margin)],
    ["Margin ratio", percent(before?.margin_ratio), percent(after?.margin_ratio)],
    ["Positions", position(before), position(after)],
  ];
  return (
    <table aria-label="Account before and after" className="w-full">
      <thead>
        <tr className="text-caption text-text-3">
          <th scope="col" className="text-left font-normal">
            Account
          </th>
          <th scope="col" className="text-right font-normal">
            Before
          </th>
          <th scope="col" className="text-right font-normal">
            After
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(([label, was, is]) => (
          <tr key={label}>
            <th scope="row" className="h-5 text-left font-normal text-text-2">
              {label}
            </th>
            <td className="num text-right text-text-3">{was}</td>
            <td className={`num text-right ${was === is ? "text-text-3" : "text-text-1"}`}>{is}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function valueText(value: Value): string {
  if (Array.isArray(value)) return value.map(valueText).join("; ");
  if (typeof value === "object" && value !== null) return Object.entries(value).map(([name, each]) => `${name} ${valueText(each)}`).join(", ");
  return String(value);
}

/** What a delegate may do, from the bytes: its limits are what is agreed to. */
function Terms({ call, markets }: { call: DecodedCall; markets: readonly Market[] }): ReactNode {
  const rows = delegateRows(call, markets);
  if (!rows) return null;
  return (
    <dl data-testid="delegate-terms" className="grid grid-cols-[auto_1fr] gap-x-3 py-1">
      {rows.map(([label, value]) => (
        <div key={label} className="contents">
          <dt className="text-text-3">{label}</dt>
          <dd className="num break-all">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

interface InstructionProps {
  compiled: CompiledInstruction;
  /** From the bytes. */
  call: DecodedCall | null;
  /** The gateway's own words about it. */
  told: DecodedInstruction | undefined;
  ours: string;
  markets: readonly Market[];
}

function Instruction({ compiled, call, told, ours, markets }: InstructionProps): ReactNode {
  const { programId, accounts } = compiled;
  const known = programName(programId, ours);
  const entries = Object.entries(call?.args ?? {});
  return (
    <li className="border-b border-line py-2 last:border-0">
      <div className="flex items-baseline gap-2">
        <span className={known ? "font-medium" : "font-medium text-sell"}>{known ?? "Unknown program"}</span>
        <span className="num text-text-2">{call?.name ?? told?.name ?? "not decoded"}</span>
        <span className="num ml-auto text-caption text-text-3" title={programId}>
          {shortKey(programId)}
        </span>
      </div>
      {told?.summary && <p className="text-text-2">{told.summary}</p>}
      {call && <Terms call={call} markets={markets} />}
      {call && (
        <details>
          <summary className="target text-caption text-text-3 hover:text-text-1">
            {entries.length} {entries.length === 1 ? "argument" : "arguments"}, {accounts.length} accounts, read from the bytes
          </summary>
          <dl className="num grid grid-cols-[auto_1fr] gap-x-3 text-caption">
            {entries.map(([name, value]) => (
              <div key={name} className="contents">
                <dt className="text-text-3">{name}</dt>
                <dd className="break-all">{valueText(value)}</dd>
              </div>
            ))}
          </dl>
          <ul className="num mt-1 text-caption text-text-3">
            {accounts.map((address, index) => (
              <li key={index} title={address}>
                {call.accounts[index] ?? "account"} {shortKey(address)}
              </li>
            ))}
          </ul>
        </details>
      )}
    </li>
  );
}

function Verdict({ review }: { review: Review }): ReactNode {
  const { blocked, built, parsed } = review;
  const refused = built?.simulation.ok === false ? (built.simulation.error?.message ?? "The program refuses it.") : null;
  const reasons = [...blocked, ...(refused ? [`The exchange would refuse it: ${refused}`] : []), ...(review.error ? [review.error] : [])];
  if (reasons.length) {
    return (
      <div role="alert" className="flex gap-2 rounded-[3px] bg-sell-soft px-3 py-2 text-sell">
        <ShieldAlert size={14} aria-hidden className="mt-px shrink-0" />
        <ul>
          {reasons.map((each) => (
            <li key={each}>{each}</li>
          ))}
        </ul>
      </div>
    );
  }
  if (!parsed) return null;
  const partly = built?.simulation.order_errors ?? [];
  if (partly.length) {
    return (
      <ul role="status" className="rounded-[3px] bg-warn-soft px-3 py-2 text-warn">
        {partly.map((each, index) => (
          <li key={index}>It would land, but not all of it be done: {each.message}</li>
        ))}
      </ul>
    );
  }
  return (
    <p className="flex gap-2 text-caption text-text-3">
      <ShieldCheck size={14} aria-hidden className="shrink-0 text-buy" />
      Read from the transaction's own bytes: it is what you asked for, every program is on the allow-list, it uses no durable nonce, and your wallet signs.
    </p>
  );
}

const SOL_DECIMALS = 9;

function Details({ review, built, markets }: { review: Review; built: BuiltTransaction; markets: readonly Market[] }): ReactNode {
  const ours = review.proposal.programId;
  const fee = divide(decimal(built.network_fee.toString()), whole(10n ** 9n), SOL_DECIMALS, "up");
  return (
    <>
      <Changes before={built.simulation.before} after={built.simulation.after} />
      <div>
        <h3 className="text-caption text-text-3">Instructions</h3>
        <ol aria-label="Instructions">
          {(review.parsed?.instructions ?? []).map((each, index) => (
            <Instruction key={index} compiled={each} call={review.calls[index] ?? null} told={built.instructions[index]} ours={ours} markets={markets} />
          ))}
        </ol>
      </div>
      <p className="num text-caption text-text-3">
        Network fee {fixed(fee, 6, "up")} SOL · {built.simulation.units.toLocaleString("en")} compute units · blockhash {shortKey(built.blockhash)}
      </p>
    </>
  );
}

/** The exact transaction, before the wallet is asked to sign it. */
export function ReviewDialog({ markets }: { markets: readonly Market[] }): ReactNode {
  const review = useFlow((state) => state.review);
  if (!review) return null;
  const { stage, built, parsed, blocked, error } = review;
  const signable = stage === "review" && parsed !== null && blocked.length === 0 && built?.simulation.ok === true;
  return (
    <Modal open onClose={decline} title="Review before signing" wide>
      <div data-testid="review" className="flex flex-col gap-3 p-4">
        <p data-testid="review-sentence" className="text-title">
          {review.proposal.sentence}
        </p>
        {stage === "building" && <SkeletonRows rows={6} columns={["w-24", "ml-auto w-20", "w-20"]} />}
        {stage !== "building" && built && <Details review={review} built={built} markets={markets} />}
        {stage !== "building" && <Verdict review={review} />}
      </div>
      <footer className="sticky bottom-0 flex gap-2 border-t border-line bg-surface-1 p-3">
        <Button size="large" className="flex-1" disabled={stage === "signing"} onClick={decline}>
          Reject
        </Button>
        {error && stage === "review" && !parsed ? (
          <Button size="large" className="flex-1" onClick={() => void rebuild()}>
            Build again
          </Button>
        ) : (
          <Button key={String(signable)} autoFocus tone="accent" size="large" className="flex-1" data-testid="sign" disabled={!signable} onClick={() => void approve()}>
            {stage === "signing" ? "Waiting for the wallet…" : "Sign and send"}
          </Button>
        )}
      </footer>
    </Modal>
  );
}
