import { useEffect, useState, type ReactNode } from "react";
import { fixed, span } from "@/lib/decimal/format";
import { useNow } from "@/lib/freshness/freshness";
import { useConnection, type ConnectionState } from "@/lib/state/connection";

const FEEDS = {
  live: { label: "Live feed", title: "Index prices come from live venues", tone: "text-buy" },
  replay: { label: "Replay feed", title: "Index prices replay a recording with its real timing: not the present market", tone: "text-warn" },
  simulated: { label: "Simulated feed", title: "Index prices are resampled from recorded returns: not the present market", tone: "text-warn" },
} as const;

const HERE = ["live", "replay", "simulated"] as const;

export function FeedLabel({ short }: { short?: boolean }): ReactNode {
  const feed = useConnection((state) => state.status?.feed ?? null);
  const known = feed !== null && HERE.includes(feed) ? FEEDS[feed] : null;
  return (
    <span data-testid="feed" title={known?.title ?? "No index price has arrived yet"} className={`font-medium whitespace-nowrap ${known?.tone ?? "text-text-3"}`}>
      {known ? (short ? known.label.replace(" feed", "") : known.label) : "Feed unknown"}
    </span>
  );
}

function Item({ label, title, children }: { label: string; title: string; children: ReactNode }): ReactNode {
  return (
    <span className="whitespace-nowrap text-text-3" title={title}>
      {label} <span className="num text-text-2">{children}</span>
    </span>
  );
}

const PHASES = { open: "Connected", connecting: "Connecting…", waiting: "Disconnected" } as const;

function Dot({ phase }: { phase: ConnectionState["phase"] }): ReactNode {
  const colour = phase === "open" ? "bg-buy" : phase === "connecting" ? "bg-warn" : "bg-sell";
  return <span aria-hidden className={`size-1.5 rounded-full ${colour}`} />;
}

const milliseconds = (value: number | null | undefined): string => (value == null ? "–" : `${fixed(Math.round(value).toString(), 0)} ms`);

export function StatusBar({ cluster }: { cluster: string }): ReactNode {
  const { phase, lagMs, gaps, status } = useConnection();
  const away = status?.dependencies.filter((each) => !each.ok) ?? [];
  return (
    <footer aria-label="Status" className="flex h-6 shrink-0 items-center gap-4 overflow-x-auto bg-surface-1 px-3 text-caption [scrollbar-width:none]">
      <span role="status" className="flex items-center gap-1.5 whitespace-nowrap text-text-2">
        <Dot phase={phase} />
        {PHASES[phase]}
      </span>
      <FeedLabel />
      <Item label="Socket" title="Round trip of a ping over the socket">
        {milliseconds(lagMs)}
      </Item>
      <Item label="Slot" title="Newest slot of the chain that the gateway has seen">
        {status ? status.slot : "–"}
      </Item>
      <Item label="RPC" title="Round trip from the gateway to its node">
        {milliseconds(status?.rpc_ms)}
      </Item>
      <Item label="Indexer" title="How far the indexer is behind the chain">
        {milliseconds(status?.indexer_lag_ms)}
      </Item>
      <Item label="Gaps" title="Updates that were missed and asked for again">
        {gaps}
      </Item>
      {away.map((each) => (
        <span key={each.name} className="font-medium whitespace-nowrap text-warn" title={each.reason ?? undefined}>
          {each.name} is away
        </span>
      ))}
      <span className="ml-auto whitespace-nowrap text-text-3">{cluster}</span>
    </footer>
  );
}

function useOnline(): boolean {
  const [online, setOnline] = useState(() => navigator.onLine);
  useEffect(() => {
    const update = (): void => setOnline(navigator.onLine);
    globalThis.addEventListener("online", update);
    globalThis.addEventListener("offline", update);
    return () => {
      globalThis.removeEventListener("online", update);
      globalThis.removeEventListener("offline", update);
    };
  }, []);
  return online;
}

const GRACE_MS = 1_500;
const CHAIN_STALE_MS = 5_000;

/** Across the top whenever what is on screen can't be trusted. */
export function StaleBanner(): ReactNode {
  const now = useNow();
  const online = useOnline();
  const { phase, everOpen, status, statusAt } = useConnection();
  if (!everOpen) return null;
  const silentMs = now - statusAt;
  let text: string | null = null;
  if (phase !== "open" && silentMs > GRACE_MS) {
    text = `${online ? "The connection to the exchange is lost." : "This machine is offline."} What you see is ${span(silentMs)} old. Reconnecting…`;
  } else if (status && status.chain_age_ms + silentMs > CHAIN_STALE_MS) {
    text = `The chain has not moved for ${span(status.chain_age_ms + silentMs)}. Prices and orders are held until it does.`;
  }
  if (!text) return null;
  return (
    <p role="alert" data-testid="stale-banner" className="shrink-0 bg-warn-soft px-3 py-1.5 text-center font-medium text-warn">
      {text}
    </p>
  );
}
