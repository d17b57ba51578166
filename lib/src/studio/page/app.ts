// The studio's page: what it shows and what it asks its worker.

import {
  CHOSEN,
  type Kept,
  type ModelInfo,
  type Started,
  type StudioEvent,
  type StudioMethods,
} from "../session/protocol";
import { SentencesView } from "./sentences-view";
import { TrainingView } from "./training-view";
import { ModelView } from "./model-view";
import { byId, element } from "./elements";
import { loadSupplies, lock } from "./supplies";
import { startWorker } from "./worker-client";

const state = byId("state");
const alertBox = byId("alert");

/** Does what a control asks for; what goes wrong is said, and the page goes on. */
export async function attempt(action: () => Promise<void>): Promise<void> {
  alertBox.hidden = true;
  try {
    await action();
  } catch (error) {
    alertBox.textContent = (error as Error).message;
    alertBox.hidden = false;
    alertBox.scrollIntoView({ block: "nearest" });
  }
}

function describe({ engine, engines, forgets }: Started): string {
  const note = engines.find(({ name }) => name === engine)?.note ?? engine;
  const keeps = forgets === undefined ? "" : ` Nothing is kept when it is closed: ${forgets}`;
  return `Ready. The page is cut off from every network. It computes with ${engine}: ${note}.${keeps}`;
}

function sayModel(name: string): string {
  if (name === "") return "the model that comes with the page";
  return name.startsWith(CHOSEN) ? "a model of your own" : name;
}

/** A training that was interrupted, or a model that was trained, the last time. */
function offerKept(
  kept: Kept,
  model: ModelInfo,
  views: { sentences: SentencesView; training: TrainingView; model: ModelView },
): void {
  const box = byId("kept");
  const forget = element("button", { type: "button" }, "Forget it and begin anew");
  const { stage, brought, roles, settings, step, maxSteps } = kept;
  const goOn = element(
    "button",
    { type: "button", className: "main" },
    stage === "training" ? "Continue" : stage === "trained" ? "Use it" : "Use them",
  );
  goOn.addEventListener("click", () => {
    box.hidden = true;
    views.sentences.show(brought, roles);
    if (settings) views.training.show(settings);
    if (stage === "training") void attempt(() => views.training.run(step > 0));
    if (stage === "trained") views.model.show();
  });
  forget.addEventListener("click", () => {
    box.hidden = true;
    void attempt(() => views.training.discard());
  });
  const isOther = stage === "training" && kept.model !== model.name;
  if (isOther) goOn.hidden = true;
  const text = {
    brought: `The sentences of ${brought.name} are still here.`,
    training: isOther
      ? `A training on ${brought.name} was interrupted. It began with ${sayModel(kept.model ?? "")}, and can go on where the page is opened with that.`
      : `A training on ${brought.name} was interrupted. It can go on from step ${step} of ${maxSteps}.`,
    trained: `The model that was trained on ${brought.name} is still here.`,
  }[stage];
  box.replaceChildren(element("p", {}, text), element("div", { className: "row" }, goOn, forget));
  box.hidden = false;
}

/** Where nothing is kept, the browser asks before it closes the page on a training or what came of it. */
function guard(listeners: ((event: StudioEvent) => void)[], forgets: boolean): void {
  let isLost = forgets;
  listeners.push(({ kind }) => (isLost ||= kind === "note"));
  addEventListener("beforeunload", (event) => {
    if (isLost && !byId("running").hidden) event.preventDefault();
  });
}

async function begin(): Promise<void> {
  const model = new URLSearchParams(location.search).get("model") ?? "";
  const supplies = await loadSupplies(model, (bytes) => {
    state.textContent = `Loading ${model === "" ? "the model" : model}: ${(bytes / 1e6).toFixed(1)} MB`;
  });
  lock();
  const listeners: ((event: StudioEvent) => void)[] = [];
  const { program, ...handed } = supplies;
  const studio: StudioMethods = startWorker(program, (event) => listeners.forEach((hear) => hear(event)));
  const started = await studio.start(handed);
  const view = new ModelView(studio, attempt);
  const training = new TrainingView(studio, attempt, started, {
    began: () => view.hide(),
    trained: (outcome) => view.show(outcome),
  });
  const sentences = new SentencesView(studio, attempt, {
    brought: () => {
      byId("kept").hidden = true;
      view.hide();
      training.hide();
    },
    choosing: () => training.hide(),
    chosen: () => training.offer(),
  });
  listeners.push((event) => training.hear(event));
  guard(listeners, started.forgets !== undefined);
  // For who puts the page into one of his own.
  listeners.push((detail) => document.dispatchEvent(new CustomEvent("studio", { detail })));
  state.textContent = describe(started);
  document.querySelector("main")!.hidden = false;
  sentences.listen(handed.assets["examples.tsv"]);
  if (started.kept) offerKept(started.kept, started.model, { sentences, training, model: view });
  document.documentElement.dataset.ready = "";
}

begin().catch((error: Error) => {
  state.textContent = "";
  alertBox.textContent = `The page could not be loaded: ${error.message}`;
  alertBox.hidden = false;
});
