import { Info } from "lucide-react";
import type { ReactNode } from "react";
import type { Reason } from "@/lib/restrictions/restrictions";

interface ReasonsProps {
  reasons: readonly Reason[];
  label: string;
  testId?: string;
}

/** Why something can't be done now, where the user would ask. Nothing when there is no reason. */
export function Reasons({ reasons, label, testId }: ReasonsProps): ReactNode {
  if (!reasons.length) return null;
  return (
    <ul aria-label={label} data-testid={testId} className="flex flex-col gap-1 rounded-[3px] bg-warn-soft px-2 py-1.5">
      {reasons.map(({ id, text }) => (
        <li key={id} className="flex gap-1.5">
          <Info size={12} aria-hidden className="mt-0.5 shrink-0 text-warn" />
          <span className="text-text-1">{text}</span>
        </li>
      ))}
    </ul>
  );
}
