import { Component, type ReactNode } from "react";
import { Failed } from "@/components/states";

/** The last line: says that the terminal broke instead of leaving an empty page. */
export class Crash extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <Failed
        what="The terminal stopped because of an error of its own."
        why={`${error.message} Your orders and positions are on chain and unaffected.`}
        onRetry={() => location.reload()}
      />
    );
  }
}
