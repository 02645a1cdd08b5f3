import type { ReactNode } from "react";

export interface Column<Row> {
  readonly key: string;
  readonly title: string;
  readonly cell: (row: Row) => ReactNode;
  /** Words are left-aligned, numbers right-aligned. */
  readonly words?: boolean;
  readonly hint?: string;
}

interface TableProps<Row> {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  rowTestId?: string;
}

/** A table where there is room for one; in a narrow pane each row becomes a card of labelled values. */
export function Table<Row>({ label, columns, rows, rowKey, rowTestId }: TableProps<Row>): ReactNode {
  return (
    <div className="@container">
      <table aria-label={label} className="w-full border-separate border-spacing-0 @max-2xl:hidden">
        <thead>
          <tr>
            {columns.map((column) => (
              <th
                key={column.key}
                scope="col"
                title={column.hint}
                className={`sticky top-0 z-[1] h-6 bg-surface-1 px-2 text-caption font-normal whitespace-nowrap text-text-3 first:pl-3 last:pr-3 ${column.words ? "text-left" : "text-right"}`}
              >
                {column.title || <span className="sr-only">Actions</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)} data-testid={rowTestId} className="hover:bg-surface-2">
              {columns.map((column) => (
                <td
                  key={column.key}
                  className={`h-7 px-2 whitespace-nowrap first:pl-3 last:pr-3 ${column.words ? "text-left" : "num text-right"}`}
                >
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <ul aria-label={label} className="flex flex-col @2xl:hidden">
        {rows.map((row) => (
          <li key={rowKey(row)} data-testid={rowTestId ? `${rowTestId}-card` : undefined} className="border-b border-line p-3">
            <dl className="grid grid-cols-2 gap-x-6 gap-y-1">
              {columns.map((column) => (
                <div key={column.key} className={column.title === "" ? "col-span-2 mt-1 flex justify-end" : "flex items-baseline justify-between gap-2"}>
                  <dt className={column.title === "" ? "sr-only" : "text-caption text-text-3"}>{column.title || "Actions"}</dt>
                  <dd className={column.words ? "" : "num"}>{column.cell(row)}</dd>
                </div>
              ))}
            </dl>
          </li>
        ))}
      </ul>
    </div>
  );
}
