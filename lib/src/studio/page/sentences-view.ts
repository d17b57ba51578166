import type { Brought, Labelled, Roles, StudioMethods } from "../session/protocol";
import { byId, element } from "./elements";

type Attempt = (action: () => Promise<void>) => Promise<void>;

/** Of the held-out part. */
const SEED = 42;

/** Step 1: what was brought, which column is what, and what there is to learn from. */
export class SentencesView {
  private readonly section = byId("bring");

  constructor(
    private readonly studio: StudioMethods,
    private readonly attempt: Attempt,
    private readonly heard: { brought: () => void; choosing: () => void; chosen: () => void },
  ) {}

  /** @param example labelled sentences for who has none at hand */
  listen(example: Blob | undefined): void {
    const pasted = byId<HTMLTextAreaElement>("paste");
    const chosen = byId<HTMLInputElement>("file");
    byId("use-paste").addEventListener("click", () => this.bring("pasted text", new Blob([pasted.value])));
    byId("use-example").hidden = !example;
    byId("use-example").addEventListener("click", () => this.bring("examples.tsv", example!));
    chosen.addEventListener("change", () => {
      const file = chosen.files?.[0];
      if (file) this.bring(file.name, file);
      // The same file, mended, can be chosen again.
      chosen.value = "";
    });
    for (const id of ["text-column", "label-column"])
      byId(id).addEventListener("change", () => this.choose());
    this.takeDropped();
  }

  private takeDropped(): void {
    const { section } = this;
    // Anywhere else a browser would leave the page for the file.
    for (const type of ["dragover", "drop"] as const)
      document.addEventListener(type, (event) => event.preventDefault());
    section.addEventListener("dragover", () => section.classList.add("dragged"));
    section.addEventListener("dragleave", () => section.classList.remove("dragged"));
    section.addEventListener("drop", ({ dataTransfer }) => {
      section.classList.remove("dragged");
      const file = dataTransfer?.files[0];
      if (file) this.bring(file.name, file);
      else if (dataTransfer) this.bring("dropped text", new Blob([dataTransfer.getData("text")]));
    });
  }

  private bring(name: string, content: Blob): void {
    void this.attempt(async () => {
      const reading = byId("reading");
      reading.textContent = `Reading ${name} …`;
      try {
        const brought = await this.studio.bring(name, content);
        this.heard.brought();
        this.show(brought);
      } finally {
        reading.textContent = "";
      }
    });
  }

  /** @param roles where they are known already, and what is to be learned is settled */
  show({ name, rows, columns, preview, textColumn, labelColumn }: Brought, roles?: Roles): void {
    const heading = element(
      "tr",
      {},
      ...columns.map((column) => element("th", { scope: "col" }, column.name)),
    );
    const lines = preview.map((row) => element("tr", {}, ...row.map((cell) => element("td", {}, cell))));
    byId("preview").replaceChildren(element("thead", {}, heading), element("tbody", {}, ...lines));
    byId("brought-note").textContent = `${name}: ${rows.toLocaleString("en")} rows. The first of them:`;
    const options = (select: HTMLSelectElement, chosen: string | undefined) => {
      const none = element("option", { value: "", disabled: true }, "choose …");
      const names = columns.map((column) => element("option", { value: column.name }, column.name));
      select.replaceChildren(none, ...names);
      select.value = chosen ?? "";
    };
    options(byId<HTMLSelectElement>("text-column"), roles?.textColumn ?? textColumn);
    options(byId<HTMLSelectElement>("label-column"), roles?.labelColumn ?? labelColumn);
    byId("labels").hidden = true;
    byId("warnings").replaceChildren();
    byId("brought").hidden = false;
    if (!roles) this.choose();
  }

  private choose(): void {
    const roles: Roles = {
      textColumn: byId<HTMLSelectElement>("text-column").value,
      labelColumn: byId<HTMLSelectElement>("label-column").value,
    };
    void this.attempt(async () => {
      this.heard.choosing();
      if (roles.textColumn === "" || roles.labelColumn === "") {
        throw new Error(
          "Say which column holds the texts and which the labels: it cannot be told from their names.",
        );
      }
      this.showLabels(await this.studio.choose(roles, SEED));
      this.heard.chosen();
    });
  }

  private showLabels({ labels, train, validation, warnings }: Labelled): void {
    const most = Math.max(...labels.map(({ count }) => count));
    const rows = labels.map(({ name, count }) =>
      element(
        "tr",
        {},
        element("th", { scope: "row" }, name),
        element("td", {}, element("meter", { max: most, value: count, aria: { hidden: "true" } })),
        element("td", { className: "figure" }, count.toLocaleString("en")),
      ),
    );
    const table = byId<HTMLTableElement>("labels");
    table.tBodies[0]?.remove();
    table.append(element("tbody", {}, ...rows));
    table.hidden = false;
    const notes = [`${train} texts to learn from, ${validation} held out to test what was learned.`];
    byId("warnings").replaceChildren(...warnings.map((warning) => element("li", {}, warning)));
    table.caption!.textContent = `How often each label occurs. ${notes[0]}`;
  }
}
