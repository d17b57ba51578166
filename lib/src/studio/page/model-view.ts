import type { Outcome, SavedAs, StudioMethods } from "../session/protocol";
import { byId, download, element, percent } from "./elements";

type Attempt = (action: () => Promise<void>) => Promise<void>;

/** Milliseconds of rest in typing before an answer is asked for. */
const PAUSE = 150;

/** Steps 3 to 5: what the model has learned, a field to try it, and ways to keep it. */
export class ModelView {
  constructor(
    private readonly studio: StudioMethods,
    private readonly attempt: Attempt,
  ) {
    this.answerWhatIsTyped();
    for (const button of Array.from(document.querySelectorAll<HTMLButtonElement>("#keep button[data-as]"))) {
      button.addEventListener("click", () => void attempt(() => this.save(button)));
    }
  }

  hide(): void {
    for (const id of ["result", "try", "keep"]) byId(id).hidden = true;
  }

  /** @param outcome of a training that has just ended */
  show(outcome?: Outcome): void {
    byId("result").hidden = !outcome;
    if (outcome) this.tell(outcome);
    byId("try").hidden = false;
    byId("keep").hidden = false;
  }

  private tell({ accuracy, right, of, baseline, errors }: Outcome): void {
    byId("verdict").textContent =
      `Of ${of} texts that it has not seen, it has ${right} right: ${percent(accuracy)}. ` +
      `Always saying the most frequent label would have ${percent(baseline)}.`;
    const table = byId<HTMLTableElement>("errors");
    table.hidden = errors.length === 0;
    table.tHead?.remove();
    table.tBodies[0]?.remove();
    const names = ["Text", "It says", "Label"].map((name) => element("th", { scope: "col" }, name));
    const rows = errors.map(({ text, predicted, label, confidence }) =>
      element(
        "tr",
        {},
        element("td", {}, text.length > 300 ? `${text.slice(0, 300)}…` : text),
        element("td", {}, `${predicted}, ${percent(confidence)}`),
        element("td", {}, label),
      ),
    );
    table.append(element("thead", {}, element("tr", {}, ...names)), element("tbody", {}, ...rows));
  }

  private answerWhatIsTyped(): void {
    const field = byId<HTMLTextAreaElement>("text");
    const table = byId<HTMLTableElement>("answers");
    let latest = 0;
    let pause: ReturnType<typeof setTimeout> | undefined;
    const answer = async () => {
      const mine = ++latest;
      const answers = field.value.trim() === "" ? [] : await this.studio.classify(field.value);
      // Something newer has been typed meanwhile.
      if (mine !== latest) return;
      const rows = answers.map(({ label, score }) =>
        element(
          "tr",
          {},
          element("th", { scope: "row" }, label),
          element("td", {}, element("meter", { value: score, aria: { hidden: "true" } })),
          element("td", { className: "figure" }, percent(score)),
        ),
      );
      table.replaceChildren(element("tbody", {}, ...rows));
    };
    field.addEventListener("input", () => {
      clearTimeout(pause);
      pause = setTimeout(() => void this.attempt(answer), PAUSE);
    });
  }

  private async save(button: HTMLButtonElement): Promise<void> {
    const as = button.dataset.as as SavedAs;
    const name = byId<HTMLInputElement>("name").value.trim() || "my-classifier";
    const said = button.textContent;
    button.disabled = true;
    button.textContent = "Writing …";
    try {
      const suffix = { folder: "", onnx: "-onnx", page: "-page" }[as];
      download(await this.studio.save(as, name), `${name}${suffix}.zip`);
    } finally {
      button.disabled = false;
      button.textContent = said;
    }
  }
}
