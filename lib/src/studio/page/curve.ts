const SVG = "http://www.w3.org/2000/svg";
const SIZE = { width: 640, height: 220, left: 44, right: 12, top: 12, bottom: 28 };

/** The loss of each step, a smoothed line through it, and that of the held-out part after each epoch. */
export class LossCurve {
  readonly figure: SVGSVGElement;
  private steps: { step: number; loss: number }[] = [];
  private epochs: { step: number; loss: number }[] = [];
  private maxSteps = 1;
  private drawing = false;

  constructor() {
    this.figure = svg("svg", { viewBox: `0 0 ${SIZE.width} ${SIZE.height}`, role: "img", class: "curve" });
    this.figure.append(svg("title", {}, "No step yet"));
  }

  clear(): void {
    this.steps = [];
    this.epochs = [];
    this.draw();
  }

  addStep(step: number, loss: number, maxSteps: number): void {
    // A training that goes on repeats nothing.
    this.steps = this.steps.filter((each) => each.step < step);
    this.steps.push({ step, loss });
    this.maxSteps = maxSteps;
    this.drawSoon();
  }

  addEpoch(loss: number): void {
    this.epochs.push({ step: this.steps.at(-1)?.step ?? 0, loss });
    this.drawSoon();
  }

  /** Not oftener than the screen. */
  private drawSoon(): void {
    if (this.drawing) return;
    this.drawing = true;
    requestAnimationFrame(() => {
      this.drawing = false;
      this.draw();
    });
  }

  private draw(): void {
    const { width, height, left, right, top, bottom } = SIZE;
    const greatest = Math.max(
      0.1,
      ...this.steps.map(({ loss }) => loss),
      ...this.epochs.map(({ loss }) => loss),
    );
    const x = (step: number) => left + (step / this.maxSteps) * (width - left - right);
    const y = (loss: number) => top + (1 - loss / greatest) * (height - top - bottom);
    const line = (points: { step: number; loss: number }[]) =>
      points.map(({ step, loss }) => `${x(step).toFixed(1)},${y(loss).toFixed(1)}`).join(" ");
    const last = this.steps.at(-1);
    this.figure.replaceChildren(
      svg(
        "title",
        {},
        last
          ? `Training loss: ${last.loss.toFixed(3)} at step ${last.step} of ${this.maxSteps}`
          : "No step yet",
      ),
      svg("line", { class: "axis", x1: left, x2: width - right, y1: y(0), y2: y(0) }),
      svg("line", { class: "axis", x1: left, x2: left, y1: top, y2: y(0) }),
      svg("text", { x: left - 6, y: y(greatest) + 4, "text-anchor": "end" }, greatest.toFixed(2)),
      svg("text", { x: left - 6, y: y(0) + 4, "text-anchor": "end" }, "0"),
      svg("text", { x: width - right, y: height - 8, "text-anchor": "end" }, `step ${this.maxSteps}`),
      svg("text", { x: left, y: height - 8 }, "loss"),
      svg("polyline", { class: "steps", points: line(this.steps) }),
      svg("polyline", { class: "smooth", points: line(smoothed(this.steps)) }),
      ...this.epochs.map(({ step, loss }) =>
        svg("circle", { class: "held-out", cx: x(step), cy: y(loss), r: 5 }),
      ),
    );
  }
}

function smoothed(points: { step: number; loss: number }[]): { step: number; loss: number }[] {
  let mean = points[0]?.loss ?? 0;
  return points.map(({ step, loss }) => ({ step, loss: (mean += 0.15 * (loss - mean)) }));
}

function svg<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Record<string, string | number>,
  text = "",
): SVGElementTagNameMap[Tag] {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  made.textContent = text;
  return made;
}
