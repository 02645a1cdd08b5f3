import type { ReactNode } from "react";

const COLUMNS = { 3: "grid-cols-3", 4: "grid-cols-4" };

/** A few numbers side by side, each under its name. */
export function Facts({ facts, columns }: { facts: readonly (readonly [string, string])[]; columns: keyof typeof COLUMNS }): ReactNode {
  return (
    <dl className={`grid gap-2 ${COLUMNS[columns]}`}>
      {facts.map(([label, value]) => (
        <div key={label}>
          <dt className="text-caption text-text-3">{label}</dt>
          <dd className="num">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
