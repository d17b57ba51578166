import {
  defaultSettings,
  type Outcome,
  type Started,
  type StudioEvent,
  type StudioMethods,
  type Trained,
  type TrainingSettings,
} from "../session/protocol";
import { LossCurve } from "./curve";
import { byId, duration, element, percent } from "./elements";

type Attempt = (action: () => Promise<void>) => Promise<void>;

/** The fields of the settings, and what they are called there. */
const FIELDS = {
  epochs: "epochs",
  learningRate: "learning-rate",
  batchSize: "batch-size",
  maxLength: "max-length",
  seed: "seed",
} as const;

function cutNote(cut: number): string {
  if (cut === 0) return "";
  return ` Of ${cut === 1 ? "one text" : `${cut} texts`} the end is not read: longer ones are cut ("Longest text").`;
}

/** Step 2: what is trained, how long it takes, and how it goes. */
export class TrainingView {
  private readonly curve = new LossCurve();
  private readonly progress = byId<HTMLProgressElement>("progress");
  private readonly note = byId("progress-note");
  /** Estimates in turn: the last settings count. */
  private asked = 0;
  private isRunning = false;
  private hasCheckpoint = false;

  constructor(
    private readonly studio: StudioMethods,
    private readonly attempt: Attempt,
    private readonly started: Started,
    private readonly heard: { began: () => void; trained: (outcome: Outcome) => void },
  ) {
    byId("curve").append(this.curve.figure);
    byId("start").addEventListener("click", () => void attempt(() => this.run(false)));
    byId("continue").addEventListener("click", () => void attempt(() => this.run(true)));
    byId("pause").addEventListener("click", () => void attempt(() => this.pause()));
    for (const radio of this.radios()) radio.addEventListener("change", () => this.fill());
    for (const id of Object.values(FIELDS)) byId(id).addEventListener("change", () => this.estimate());
    this.offerEngines();
    this.offerModels();
    this.describeModel();
    this.fill();
  }

  hide(): void {
    byId("train").hidden = true;
    byId("running").hidden = true;
    this.clear();
  }

  /** There is something to learn from. */
  offer(): void {
    byId("train").hidden = false;
    byId("continue").hidden = true;
    byId("start").hidden = false;
    this.estimate();
  }

  /** As it was the last time. */
  show(settings: TrainingSettings): void {
    for (const radio of this.radios()) radio.checked = radio.value === settings.trained;
    this.fill(settings);
    byId("train").hidden = false;
  }

  hear(event: StudioEvent): void {
    if (event.kind === "step") {
      this.curve.addStep(event.step, event.loss, event.maxSteps);
      this.progress.max = event.maxSteps;
      this.progress.value = event.step;
      const left = duration((event.maxSteps - event.step) * event.secondsPerStep);
      this.note.textContent = `Step ${event.step} of ${event.maxSteps}, loss ${event.loss.toFixed(3)}; about ${left} left.`;
    } else if (event.kind === "epoch") {
      this.curve.addEpoch(event.evalLoss);
      this.addEpoch(event);
    } else if (event.kind === "saved") this.hasCheckpoint = true;
    else if (event.kind === "note") this.note.textContent = event.text;
  }

  async run(goesOn: boolean): Promise<void> {
    if (this.isRunning) return;
    const settings = this.settings();
    // An estimate that is still under way is of no use any more.
    this.asked++;
    this.setRunning(true);
    // Of an earlier model there is nothing more to try or to keep.
    this.heard.began();
    if (!goesOn) this.clear();
    this.hasCheckpoint = goesOn;
    byId("continue").hidden = true;
    this.note.textContent = "Preparing …";
    try {
      const outcome = await this.studio.train(settings, goesOn);
      this.hasCheckpoint = outcome.interrupted;
      this.note.textContent = outcome.interrupted
        ? `Paused at step ${outcome.steps}. It goes on from there, also when the page has been closed.`
        : `Trained in ${duration(outcome.seconds)}.`;
      if (!outcome.interrupted) this.heard.trained(outcome);
    } catch (error) {
      this.note.textContent = this.hasCheckpoint
        ? "It has stopped, and can go on from its last checkpoint."
        : "It has stopped.";
      throw error;
    } finally {
      byId("continue").hidden = !this.hasCheckpoint;
      this.setRunning(false);
    }
  }

  async discard(): Promise<void> {
    this.started.model = await this.studio.discard();
    this.describeModel();
    this.hide();
  }

  private async pause(): Promise<void> {
    byId<HTMLButtonElement>("pause").disabled = true;
    this.note.textContent = "Pausing after this step …";
    await this.studio.pause();
  }

  private setRunning(isRunning: boolean): void {
    this.isRunning = isRunning;
    byId("running").hidden = false;
    byId("pause").hidden = !isRunning;
    byId<HTMLButtonElement>("pause").disabled = false;
    for (const id of ["start", "continue", "engine", "folder"])
      byId<HTMLButtonElement>(id).disabled = isRunning;
    // Other sentences, another column: not in the midst of it.
    byId("bring").inert = isRunning;
    if (isRunning) {
      this.progress.removeAttribute("value");
      byId("estimate").textContent = "";
    }
  }

  private clear(): void {
    this.curve.clear();
    byId<HTMLTableElement>("epochs-table").tHead?.remove();
    byId<HTMLTableElement>("epochs-table").tBodies[0]?.remove();
  }

  private addEpoch({ epoch, trainLoss, evalLoss, accuracy }: Extract<StudioEvent, { kind: "epoch" }>): void {
    const table = byId<HTMLTableElement>("epochs-table");
    if (!table.tHead) {
      const names = ["Epoch", "Training loss", "Loss", "Accuracy"];
      table.append(
        element(
          "thead",
          {},
          element("tr", {}, ...names.map((name) => element("th", { scope: "col" }, name))),
        ),
      );
      table.append(element("tbody"));
    }
    const cells = [String(epoch), trainLoss.toFixed(3), evalLoss.toFixed(3), percent(accuracy)];
    table.tBodies[0]!.append(element("tr", {}, ...cells.map((cell) => element("td", {}, cell))));
  }

  private radios(): HTMLInputElement[] {
    return Array.from(document.querySelectorAll<HTMLInputElement>('input[name="trained"]'));
  }

  private fill(settings?: TrainingSettings): void {
    const trained = this.radios().find(({ checked }) => checked)!.value as Trained;
    const filled = settings ?? defaultSettings(trained, this.started.model.hiddenSize);
    for (const [name, id] of Object.entries(FIELDS)) {
      byId<HTMLInputElement>(id).value = String(filled[name as keyof typeof FIELDS]);
    }
    if (!settings) this.estimate();
  }

  private settings(): TrainingSettings {
    const trained = this.radios().find(({ checked }) => checked)!.value as Trained;
    const figures = Object.entries(FIELDS).map(([name, id]) => {
      const field = byId<HTMLInputElement>(id);
      if (!field.checkValidity() || field.value === "") {
        throw new Error(
          `${field.labels?.[0]?.textContent?.trim() ?? id}: ${field.validationMessage || "a number is missing"}`,
        );
      }
      return [name, field.valueAsNumber];
    });
    return { trained, ...(Object.fromEntries(figures) as Omit<TrainingSettings, "trained">) };
  }

  /** Measures some steps with these settings. */
  private estimate(): void {
    if (byId("train").hidden || this.isRunning) return;
    const mine = ++this.asked;
    const box = byId("estimate");
    box.textContent = "Measuring how long it would take …";
    void this.attempt(async () => {
      try {
        const { steps, secondsPerStep, cut } = await this.studio.measure(this.settings());
        if (mine !== this.asked) return;
        box.textContent = `${steps} steps, ${(1000 * secondsPerStep).toFixed(0)} ms each as measured: about ${duration(steps * secondsPerStep)}, tests and checkpoints aside.${cutNote(cut)}`;
      } catch (error) {
        if (mine === this.asked) box.textContent = "";
        throw error;
      }
    });
  }

  private offerEngines(): void {
    const select = byId<HTMLSelectElement>("engine");
    const { engines, engine } = this.started;
    select.replaceChildren(
      ...engines.map(({ name, available, note }) =>
        element(
          "option",
          { value: name, disabled: !available, title: note },
          available ? name : `${name} (not here)`,
        ),
      ),
    );
    select.value = engine;
    select.addEventListener("change", () => {
      void this.attempt(async () => {
        await this.studio.useEngine(select.value);
        this.estimate();
      });
    });
  }

  private offerModels(): void {
    const folder = byId<HTMLInputElement>("folder");
    folder.addEventListener("change", () => {
      const files = Array.from(folder.files ?? [], (file): [string, Blob] => [file.name, file]);
      void this.attempt(async () => {
        this.started.model = await this.studio.useCheckpoint(Object.fromEntries(files));
        this.describeModel();
        // What began with another one.
        byId("continue").hidden = true;
        this.fill();
      });
      folder.value = "";
    });
    byId("hub").addEventListener("submit", (event) => {
      event.preventDefault();
      const name = byId<HTMLInputElement>("hub-name").value.trim();
      if (name !== "") location.search = `?model=${encodeURIComponent(name)}`;
    });
  }

  private describeModel(): void {
    const { modelType, layers, hiddenSize } = this.started.model;
    byId("model").textContent =
      `It begins with a pretrained ${modelType} of ${layers} layers and ${hiddenSize} numbers a token.`;
  }
}
