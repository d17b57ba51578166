import type { PartName } from "./settings";

type Receive = (name: PartName, base64: string) => void;

/**
 * Loads a part of the page from the script of its name. Scripts, because they are what a page may load that was opened from a
 * disk, without any server.
 *
 * @throws Error (rejection) if the script is not there or does not bring it
 */
export async function loadPart(name: PartName): Promise<ArrayBuffer> {
  const base64 = await new Promise<string>((resolve, reject) => {
    const page = globalThis as typeof globalThis & { finetunePart?: Receive };
    page.finetunePart = (given, content) => {
      if (given === name) resolve(content);
    };
    const script = document.createElement("script");
    script.src = `${name}.js`;
    script.onerror = () =>
      reject(new Error(`${name}.js is not beside this page. The whole folder has to be copied.`));
    script.onload = () => reject(new Error(`${name}.js does not hold what it should.`));
    document.head.append(script);
  });
  const packed = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return await new Response(unpacked).arrayBuffer();
}
