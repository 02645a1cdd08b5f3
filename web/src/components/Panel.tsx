import type { ReactNode } from "react";
import { span } from "@/lib/decimal/format";
import { useFreshness, type Freshness } from "@/lib/freshness/freshness";
import type { Selector } from "@/lib/stream/stream";

/** How old what the panel shows is. Stale says so in words, not only in colour. */
function Age({ freshness }: { freshness: Freshness }): ReactNode {
  const { state, ageMs, why } = freshness;
  const text = ageMs === null ? "–" : span(ageMs);
  if (state === "stale")
    return (
      <span role="status" className="rounded-[2px] bg-warn-soft px-1 text-caption font-medium text-warn" title={why ?? undefined}>
        stale {text}
      </span>
    );
  return (
    <span className="num text-caption text-text-3" title="Age of what is shown">
      {state === "waiting" ? "" : text}
    </span>
  );
}

export function AgeOf({ of }: { of: Selector }): ReactNode {
  return <Age freshness={useFreshness(of)} />;
}

/** Content hatched while its channel is stale. */
export function Hatchable({ of, children, className = "" }: { of: Selector; children: ReactNode; className?: string }): ReactNode {
  const { state } = useFreshness(of);
  return (
    <div data-stale={state === "stale"} className={`relative flex min-h-0 flex-1 flex-col ${className}`}>
      {children}
      {state === "stale" && <div aria-hidden className="pointer-events-none absolute inset-0 z-10 hatched" />}
    </div>
  );
}

interface PanelProps {
  title: string;
  of: Selector;
  actions?: ReactNode;
  children: ReactNode;
  className?: string;
}

export function Panel({ title, of, actions, children, className = "" }: PanelProps): ReactNode {
  return (
    <section aria-label={title} className={`flex min-h-0 min-w-0 flex-col bg-surface-1 ${className}`}>
      <header className="flex h-8 shrink-0 items-center gap-2 border-b border-line px-3">
        <h2 className="font-medium text-text-1">{title}</h2>
        <AgeOf of={of} />
        <div className="ml-auto flex items-center gap-1">{actions}</div>
      </header>
      <Hatchable of={of}>{children}</Hatchable>
    </section>
  );
}
