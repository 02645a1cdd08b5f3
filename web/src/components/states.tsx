/** The states every panel has besides its content. */
import type { ReactNode } from "react";
import { Button } from "./Button";

export function SkeletonRows({ rows, columns }: { rows: number; columns: readonly string[] }): ReactNode {
  return (
    <div role="status" aria-label="Loading" className="flex flex-col">
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className="flex h-6 items-center gap-3 px-3">
          {columns.map((width, column) => (
            <span key={column} className={`skeleton h-2.5 ${width}`} />
          ))}
        </div>
      ))}
    </div>
  );
}

export function Empty({ children, action }: { children: ReactNode; action?: ReactNode }): ReactNode {
  return (
    <div className="flex h-full min-h-24 flex-col items-center justify-center gap-2 p-4 text-center text-text-3">
      <p className="max-w-96">{children}</p>
      {action}
    </div>
  );
}

export function Failed({ what, why, onRetry }: { what: string; why: string; onRetry?: () => void }): ReactNode {
  return (
    <div role="alert" className="flex h-full min-h-24 flex-col items-center justify-center gap-2 p-4 text-center">
      <p className="font-medium text-text-1">{what}</p>
      <p className="max-w-80 text-text-2">{why}</p>
      {onRetry && (
        <Button size="small" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}
