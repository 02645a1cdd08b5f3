import type { ReactNode } from "react";
import { Modal } from "@/components/Modal";
import { Reasons } from "@/components/Reasons";
import { Failed, SkeletonRows } from "@/components/states";
import { reason } from "@/lib/api/client";
import type { Exchange, Market, PendingChange } from "@/lib/api/models";
import { usePendingChanges } from "@/lib/api/queries";
import { decimal, divide, sign, whole } from "@/lib/decimal/decimal";
import { dateAndClock, dollars, fixed, percent, shortKey, span } from "@/lib/decimal/format";
import { useServerNow } from "@/lib/freshness/freshness";
import { marketReasons } from "@/lib/restrictions/restrictions";
import { useTicker } from "@/lib/state/market";
import { dismiss } from "@/lib/state/screen";

type Facts = readonly (readonly [label: string, value: string, hint?: string])[];

const SOURCES = { signed: "Signed by its authority", pyth: "Pyth", anchored: "Signed, held near Pyth" } as const;

function rulesOf(market: Market): Facts {
  const [first] = market.margin_tiers;
  const vesting = divide(whole(market.profit_vesting_s), whole(60), 1, "nearest");
  return [
    ["Largest leverage", `${fixed(market.max_leverage, 0, "down")}×`],
    ["Initial margin", first ? `from ${percent(first.initial_rate)}` : "–", "Rises in steps with the notional"],
    ["Maintenance margin", first ? `from ${percent(first.maintenance_rate)}` : "–"],
    ["Price step, size step", `${market.price_step}, ${market.size_step} ${market.base}`],
    ["Smallest order", dollars(market.min_order_notional)],
    ["Open interest cap", market.open_interest_cap === null ? "none" : `${fixed(market.open_interest_cap, 0)} ${market.base}`],
    ["Trades within", `${percent(market.trade_band)} of the index`],
    ["Mark within", `${percent(market.mark_band)} of the index`],
    ["Liquidation fee", percent(market.liquidation_fee)],
    ["Funding at most", `${percent(market.funding_cap_1h, 3)} an hour`],
    ["Profit vests over", `${fixed(vesting, 0)} min`, "Realised profit counts for margin at once and can leave by and by"],
    ["Index price", SOURCES[market.price_source]],
    ["Opens risk on a price of at most", span(market.max_price_age_open_ms)],
    ["Liquidates on one of at most", span(market.max_price_age_liquidate_ms)],
  ];
}

const exchangeFacts = (exchange: Exchange): Facts => [
  ["Status", exchange.paused.length ? `paused: ${exchange.paused.join(", ")}` : exchange.status],
  ["Insurance", dollars(exchange.insurance)],
  ["Deficit", dollars(exchange.deficit), "What no one paid: every withdrawal is cut by the same share until it is repaid"],
  ["Rules change after", span(exchange.timelock_s * 1_000), "The timelock of a queued change"],
];

function List({ label, facts }: { label: string; facts: Facts }): ReactNode {
  return (
    <section aria-label={label}>
      <h3 className="pb-1 font-medium">{label}</h3>
      <dl className="grid gap-x-8 sm:grid-cols-2">
        {facts.map(([name, value, hint]) => (
          <div key={name} title={hint} className="flex min-h-6 items-center justify-between gap-3">
            <dt className="text-text-3">{name}</dt>
            <dd className="num text-right">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

const KIND_WORDS = (kind: string): string => kind.replaceAll("_", " ");

/** `10 USDC`, `5%`: a parameter's value with its unit; a word as it is. */
function valueText(value: string | null, unit: string | null): string {
  if (value === null) return "none";
  if (unit === "rate") return percent(value, 4).replace(/\.?0+%$/, "%");
  return unit ? `${value} ${unit}` : value;
}

function dueText({ status, due_ms: due, expires_ms: expires }: PendingChange, now: number): string {
  if (status === "expired") return "expired: it can no longer be applied";
  if (status === "due") return `may be applied now, until ${dateAndClock(expires)}`;
  return `may be applied in ${span(due - now)}, from ${dateAndClock(due)}`;
}

function Change({ change }: { change: PendingChange }): ReactNode {
  const now = useServerNow();
  return (
    <li data-testid="pending-change" className="border-b border-line py-2 last:border-0">
      <p>
        <span className="font-medium inline-block first-letter:uppercase">{KIND_WORDS(change.kind)}</span> <span className="text-text-2">{change.market ?? change.asset ?? "the exchange"}</span>{" "}
        <span className={change.status === "expired" ? "text-text-3" : "text-warn"}>{dueText(change, now)}</span>
      </p>
      <p className="text-caption text-text-3">
        No. {change.seq}, queued {dateAndClock(change.queued_ms)}
        {change.queued_by !== null && ` by ${shortKey(change.queued_by)}`}
      </p>
      <ul className="num text-caption">
        {change.changes.map(({ parameter, unit, before, after }) => (
          <li key={parameter} className="flex flex-wrap gap-x-2">
            <span className="text-text-3">{KIND_WORDS(parameter)}</span>
            <span>
              {valueText(before, unit)} <span aria-label="becomes">→</span> {valueText(after, unit)}
            </span>
          </li>
        ))}
      </ul>
    </li>
  );
}

function Changes({ market }: { market: Market }): ReactNode {
  const found = usePendingChanges();
  const about = found.data?.filter((change) => change.market === null || change.market === market.symbol) ?? [];
  return (
    <section aria-label="Queued changes of the rules">
      <h3 className="pb-1 font-medium">Queued changes of the rules</h3>
      {found.isPending && <SkeletonRows rows={2} columns={["w-40", "w-24"]} />}
      {found.error && !found.data && <Failed what="The queued changes could not be read." why={reason(found.error)} onRetry={() => void found.refetch()} />}
      {found.data && about.length === 0 && <p className="text-text-3">None waits, for this market or the exchange.</p>}
      {about.length > 0 && (
        <ul>
          {about.map((change) => (
            <Change key={change.seq} change={change} />
          ))}
        </ul>
      )}
    </section>
  );
}

/** What is restricted in a market now, its rules, and the changes of them that are on their way. */
export default function MarketDialog({ market, exchange }: { market: Market; exchange: Exchange }): ReactNode {
  const ticker = useTicker(market.symbol);
  const now = useServerNow();
  const reasons = marketReasons(market, ticker, now);
  const rest = exchange.withdraw_rest_until_ms;
  const paused = exchange.paused.includes("withdrawals") ? [{ id: "withdrawals", text: "The exchange paused withdrawals; such a pause ends by itself." }] : [];
  const resting = rest !== null && rest > now ? [{ id: "rest", text: `Withdrawals rest until ${dateAndClock(rest)}.` }] : [];
  const deficit = sign(decimal(exchange.deficit)) > 0 ? [{ id: "deficit", text: `The exchange has a deficit of ${dollars(exchange.deficit)}: withdrawals are cut by its share.` }] : [];
  const all = [...reasons, ...paused, ...resting, ...deficit];
  return (
    <Modal open onClose={dismiss} title={`${market.symbol}: rules and state`} wide>
      <div data-testid="market-info" className="flex flex-col gap-4 p-4">
        {all.length ? <Reasons reasons={all} label="What is restricted now" /> : <p className="text-text-2">Open for everything: nothing is restricted now.</p>}
        <Changes market={market} />
        <List label="Rules of the market" facts={rulesOf(market)} />
        <List label="The exchange" facts={exchangeFacts(exchange)} />
      </div>
    </Modal>
  );
}
