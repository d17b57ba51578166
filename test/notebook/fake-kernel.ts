import Module from "node:module";
import path from "node:path";

import type { MimeBundle } from "../../notebook/src/mime";

export interface DisplayMessage {
  data: MimeBundle;
  id: string | undefined;
  update: boolean;
}

/** Stands where a running tslab's module would stand, and keeps what is displayed. */
export class FakeKernel {
  readonly messages: DisplayMessage[] = [];
  private readonly file = path.join(__dirname, "tslab", "dist", "jupyter.js");

  constructor() {
    const module = new Module(this.file);
    module.exports = {
      lastWriteDisplayData: (
        content: { data: MimeBundle; transient: { display_id?: string } },
        update: boolean,
      ) => this.messages.push({ data: content.data, id: content.transient.display_id, update }),
    };
    require.cache[this.file] = module;
  }

  remove(): void {
    delete require.cache[this.file];
  }
}
