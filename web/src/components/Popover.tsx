import { useEffect, useId, useRef, useState, type ReactNode } from "react";

interface PopoverProps {
  trigger: ReactNode;
  label: string;
  /** Rendered only while open. */
  content: (props: { close: () => void }) => ReactNode;
  align?: "start" | "end";
  triggerClassName?: string;
  className?: string;
  testId?: string;
}

/** Content under its trigger; Escape, a press outside, or focus leaving closes it. */
export function Popover({ trigger, label, content: Content, align = "start", triggerClassName = "", className = "", testId }: PopoverProps): ReactNode {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  const close = (): void => {
    setOpen(false);
    button.current?.focus();
  };
  useEffect(() => {
    if (!open) return;
    const outside = (event: Event): void => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) setOpen(false);
    };
    document.addEventListener("pointerdown", outside);
    document.addEventListener("focusin", outside);
    return () => {
      document.removeEventListener("pointerdown", outside);
      document.removeEventListener("focusin", outside);
    };
  }, [open]);
  return (
    <div ref={root} className="relative flex h-full shrink-0 items-center" onKeyDown={(event) => event.key === "Escape" && open && close()}>
      <button
        ref={button}
        type="button"
        data-testid={testId}
        aria-label={label}
        aria-haspopup="dialog"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        className={triggerClassName}
        onClick={() => setOpen(!open)}
      >
        {trigger}
      </button>
      {open && (
        <div
          id={id}
          role="dialog"
          aria-label={label}
          className={`absolute top-full z-40 max-w-[calc(100vw-16px)] border border-line bg-surface-1 appear ${align === "end" ? "right-0" : "left-0"} ${className}`}
        >
          <Content close={close} />
        </div>
      )}
    </div>
  );
}
