import { type Answer, type Classify, loadClassifier } from "./classifier";
import { type PageSettings, SETTINGS_ID } from "./settings";

// The program of an exported page: bundled by scripts/build.mjs, it runs in the visitor's browser.

/** Milliseconds of rest in typing before an answer is computed. */
const PAUSE = 150;

const element = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;

const settings = JSON.parse(element<HTMLScriptElement>(SETTINGS_ID).text) as PageSettings;
const field = element<HTMLTextAreaElement>("text");
const status = element("status");
const answers = element<HTMLTableElement>("answers");
const spoken = element("spoken");

const percent = (score: number) => `${(100 * score).toFixed(1)}\u00a0%`;

/** A row with the label, a bar and the figure. */
function rowOf({ label, score }: Answer): HTMLTableRowElement {
  const row = document.createElement("tr");
  const name = document.createElement("th");
  name.scope = "row";
  name.textContent = label;
  row.append(name);
  if (settings.scores === "none") {
    row.insertCell().textContent = score.toFixed(3);
    return row;
  }
  const meter = document.createElement("meter");
  meter.value = score;
  meter.setAttribute("aria-hidden", "true");
  row.insertCell().append(meter);
  row.insertCell().textContent = percent(score);
  return row;
}

/** For who does not see the table: the best answer, in one sentence. */
function sentenceOf([best]: Answer[]): string {
  if (!best) return "";
  return settings.scores === "none"
    ? `${best.label}: ${best.score.toFixed(3)}`
    : `${best.label}, ${percent(best.score)}`;
}

function answerWhatIsTyped(classify: Classify): void {
  let latest = 0;
  let pause: ReturnType<typeof setTimeout> | undefined;
  const answer = async () => {
    const mine = ++latest;
    const text = field.value.trim();
    const found = text === "" ? [] : await classify(text);
    // Something newer has been typed meanwhile.
    if (mine !== latest) return;
    answers.replaceChildren(...found.map(rowOf));
    spoken.textContent = sentenceOf(found);
  };
  const tell = (error: Error) => (status.textContent = `This text could not be classified: ${error.message}`);
  const ask = () => void answer().catch(tell);
  field.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(ask, PAUSE);
  });
  for (const button of Array.from(document.querySelectorAll<HTMLButtonElement>("button[data-text]"))) {
    button.addEventListener("click", () => {
      field.value = button.dataset.text!;
      field.focus();
      ask();
    });
  }
  ask();
}

status.textContent = "Loading the model …";
loadClassifier(settings).then(
  (classify) => {
    status.textContent = "";
    document.documentElement.dataset.ready = "";
    answerWhatIsTyped(classify);
  },
  (error: Error) => (status.textContent = `The model could not be loaded: ${error.message}`),
);
