import { X } from "lucide-react";
import { useEffect, useId, useRef, type ReactNode } from "react";
import { IconButton } from "./Button";

interface ModalProps {
  open: boolean;
  onClose: () => void;
  title: string;
  children: ReactNode;
  /** `sheet` comes up from the bottom edge, for the phone. */
  shape?: "centre" | "sheet";
  wide?: boolean;
}

const SHAPES = {
  sheet: "mt-auto mb-0 w-full max-w-none rounded-t-lg pb-[env(safe-area-inset-bottom)]",
  centre: "m-auto w-[calc(100vw-24px)] rounded-md",
} as const;

/** The browser's own modal dialog: it traps focus, closes on Escape and makes the rest inert. */
export function Modal({ open, onClose, title, children, shape = "centre", wide }: ModalProps): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const node = dialog.current;
    if (!node) return;
    if (open && !node.open) node.showModal();
    if (!open && node.open) node.close();
  }, [open]);
  if (!open) return null;
  return (
    <dialog
      ref={dialog}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onPointerDown={(event) => event.target === event.currentTarget && onClose()}
      className={`max-h-[92dvh] overflow-hidden border border-line bg-surface-1 text-text-1 backdrop:bg-scrim appear ${SHAPES[shape]} ${shape === "sheet" ? "" : wide ? "max-w-xl" : "max-w-sm"}`}
    >
      <div className="flex max-h-[92dvh] flex-col">
        <header className="flex min-h-11 shrink-0 items-center gap-2 border-b border-line pr-2 pl-4">
          <h2 id={heading} className="flex-1 text-body font-semibold">
            {title}
          </h2>
          <IconButton label="Close" onClick={onClose}>
            <X size={14} aria-hidden />
          </IconButton>
        </header>
        <div className="min-h-0 flex-1 overflow-y-auto">{children}</div>
      </div>
    </dialog>
  );
}
