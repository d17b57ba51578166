/** A running loss in a checkpoint. */
export interface RunningLossState {
  recent: { sum: number; steps: number };
  total: { sum: number; steps: number };
}

/** The losses of a run: since the last log entry, and of all steps. A resumed run goes on with both. */
export class RunningLoss {
  private state = noLosses();

  /** Begins anew. */
  reset(): void {
    this.state = noLosses();
  }

  add(loss: number): void {
    for (const losses of Object.values(this.state) as { sum: number; steps: number }[]) {
      losses.sum += loss;
      losses.steps++;
    }
  }

  /** Mean since the last call; undefined if there was no step. */
  takeRecent(): number | undefined {
    const { sum, steps } = this.state.recent;
    this.state.recent = { sum: 0, steps: 0 };
    return steps > 0 ? sum / steps : undefined;
  }

  /** Mean over all steps; 0 without any. */
  get mean(): number {
    const { sum, steps } = this.state.total;
    return steps > 0 ? sum / steps : 0;
  }

  export(): RunningLossState {
    return structuredClone(this.state);
  }

  restore(state: RunningLossState): void {
    this.state = structuredClone(state);
  }
}

const noLosses = (): RunningLossState => ({ recent: { sum: 0, steps: 0 }, total: { sum: 0, steps: 0 } });
