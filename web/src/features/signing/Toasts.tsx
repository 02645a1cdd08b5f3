import { Check, LoaderCircle, TriangleAlert, X } from "lucide-react";
import { useEffect, useState, type ReactNode } from "react";
import { IconButton } from "@/components/Button";
import type { Market } from "@/lib/api/models";
import { queries } from "@/lib/api/queries";
import { shortKey } from "@/lib/decimal/format";
import { onProgress, type Progress } from "@/lib/transactions/flow";
import { outcome } from "./outcome";

interface Toast {
  readonly id: number;
  readonly sentence: string;
  readonly progress: Progress;
  readonly text: string;
}

const GONE_AFTER_MS = 6_000;
const MOST = 4;

const STEPS: Readonly<Record<Progress["step"], string>> = {
  signed: "Signed",
  sent: "Sent, waiting for the chain…",
  confirmed: "Confirmed",
  failed: "Failed",
  unknown: "State unknown",
};

function Icon({ step }: { step: Progress["step"] }): ReactNode {
  if (step === "confirmed") return <Check size={14} aria-hidden className="mt-px shrink-0 text-buy" />;
  if (step === "failed" || step === "unknown") return <TriangleAlert size={14} aria-hidden className="mt-px shrink-0 text-sell" />;
  return <LoaderCircle size={14} aria-hidden className="mt-px shrink-0 animate-spin text-accent" />;
}

/** Signed -> sent -> confirmed or failed. A failure stays until it is dismissed. */
export function Toasts({ markets }: { markets: readonly Market[] }): ReactNode {
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const remove = (id: number): void => setToasts((all) => all.filter((toast) => toast.id !== id));
  useEffect(
    () =>
      onProgress((proposal, id, progress) => {
        const text = outcome(progress, markets) ?? STEPS[progress.step];
        setToasts((all) => [{ id, sentence: proposal.sentence, progress, text }, ...all.filter((toast) => toast.id !== id)].slice(0, MOST));
        if (progress.step === "confirmed") {
          setTimeout(() => remove(id), GONE_AFTER_MS);
          void queries.invalidateQueries({ queryKey: ["orders"] });
        }
      }),
    [markets],
  );
  return (
    <ol aria-live="polite" aria-label="Transactions" className="fixed right-3 bottom-9 z-60 flex w-80 max-w-[calc(100vw-24px)] flex-col gap-2 max-md:bottom-20">
      {toasts.map(({ id, sentence, progress, text }) => (
        <li key={id} data-testid="toast" data-step={progress.step} className="flex gap-2 rounded border border-line bg-surface-2 p-3 appear">
          <Icon step={progress.step} />
          <div className="min-w-0 flex-1">
            <p className="font-medium">{text}</p>
            <p className="line-clamp-2 text-text-2">{sentence}</p>
            <button
              type="button"
              title={`${progress.signature}: copy`}
              className="num text-caption text-text-3 hover:text-accent"
              onClick={() => void navigator.clipboard.writeText(progress.signature)}
            >
              {shortKey(progress.signature)}
            </button>
          </div>
          <IconButton label="Dismiss" onClick={() => remove(id)} className="-mt-1 -mr-1">
            <X size={12} aria-hidden />
          </IconButton>
        </li>
      ))}
    </ol>
  );
}
