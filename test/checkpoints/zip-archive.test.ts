import assert from "node:assert/strict";
import test from "node:test";
import { memorySource } from "../../lib/src/checkpoints/byte-source";
import { ZipArchive } from "../../lib/src/checkpoints/zip-archive";
import { checkpointError, fixtureBytes } from "./support";

const STORED = Buffer.from(fixtureBytes("strided.bin"));
const DEFLATED = Buffer.from(fixtureBytes("deflated.bin"));
const CENTRAL = Buffer.from("PK\x01\x02", "latin1");
const END = Buffer.from("PK\x05\x06", "latin1");
const ZIP64_END = Buffer.from("PK\x06\x06", "latin1");

function open(bytes: Uint8Array): Promise<ZipArchive> {
  return ZipArchive.open(memorySource(bytes, "a.bin"));
}

/** A copy with a number written `offset` bytes after the last occurrence of a signature. */
function patched(bytes: Buffer, signature: Buffer, offset: number, value: number, size: 2 | 4 = 4): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUIntLE(value, copy.lastIndexOf(signature) + offset, size);
  return copy;
}

test("stored and deflated entries read alike", async () => {
  const [stored, deflated] = [await open(STORED), await open(DEFLATED)];
  assert.deepEqual(stored.names, deflated.names);
  for (const name of stored.names) assert.deepEqual(await stored.read(name), await deflated.read(name), name);
  await assert.rejects(stored.read("none"), checkpointError(/a\.bin.*no entry "none"/));
});

test("zip64 sizes are taken where the plain ones are saturated", async () => {
  const plain = await open(STORED);
  let zip64 = patched(STORED, END, 10, 0xffff, 2);
  zip64 = patched(zip64, END, 12, 0xffffffff);
  zip64 = patched(zip64, END, 16, 0xffffffff);
  const archive = await open(zip64);
  assert.deepEqual(archive.names, plain.names);
  await assert.rejects(open(patched(zip64, ZIP64_END, 0, 0)), checkpointError(/no zip64 directory record/));
  await assert.rejects(
    open(patched(zip64, ZIP64_END, 52, 0x7fffffff)),
    checkpointError(/no size in this file/),
  );
  await assert.rejects(open(patched(zip64, ZIP64_END, 44, 0x7fff)), checkpointError(/no size in this file/));
  await assert.rejects(open(patched(DEFLATED, END, 10, 0xffff, 2)), checkpointError(/no zip64 locator/));
});

test("a comment after the directory is skipped", async () => {
  const comment = Buffer.from("PK\x05\x06 a comment that looks like the end of a directory");
  const commented = Buffer.concat([patched(STORED, END, 20, comment.length, 2), comment]);
  assert.deepEqual((await open(commented)).names, (await open(STORED)).names);
});

test("damaged archives are refused", async () => {
  const cases: [string, Uint8Array, RegExp][] = [
    ["nothing", new Uint8Array(0), /no directory at its end/],
    ["a cut-off file", STORED.subarray(0, -10), /no directory at its end/],
    ["directory past the end", patched(STORED, END, 16, 0x7fffffff), /directory runs past/],
    ["more entries than fit", patched(STORED, END, 10, 0xfffe, 2), /no room for 65534 entries/],
    [
      "one entry more",
      patched(DEFLATED, END, 10, DEFLATED.readUInt16LE(DEFLATED.length - 12) + 1, 2),
      /cut off|no room/,
    ],
    ["an entry without signature", patched(STORED, CENTRAL, 0, 0), /no signature/],
    ["an encrypted entry", patched(STORED, CENTRAL, 8, 1, 2), /encrypted/],
    ["an unknown method", patched(STORED, CENTRAL, 10, 12, 2), /unknown compression method 12/],
    ["sizes that differ", patched(STORED, CENTRAL, 24, 99), /cannot be 99/],
    ["a bomb", patched(DEFLATED, CENTRAL, 24, 0x7fffffff), /cannot be/],
    ["a name past the end", patched(STORED, CENTRAL, 28, 0xfff0, 2), /cut off/],
    ["data past the end", patched(STORED, CENTRAL, 42, 0x00ffffff), /runs past the end/],
    ["sizes without zip64 field", patched(STORED, CENTRAL, 42, 0xffffffff), /lacks its zip64 sizes/],
  ];
  for (const [what, bytes, message] of cases) {
    await assert.rejects(open(bytes), checkpointError(/a\.bin: damaged zip archive/, message), what);
  }
});

test("damaged entries are refused when they are read", async () => {
  const readLast = async (bytes: Uint8Array): Promise<ArrayBuffer> => {
    const archive = await open(bytes);
    return archive.read(archive.names.at(-1)!);
  };
  await assert.rejects(
    readLast(patched(STORED, CENTRAL, 16, 12345)),
    checkpointError(/does not have its checksum/),
  );
  await assert.rejects(
    readLast(patched(STORED, CENTRAL, 42, 0)),
    checkpointError(/not where the directory says/),
  );
  const size = DEFLATED.readUInt32LE(DEFLATED.lastIndexOf(CENTRAL) + 24);
  await assert.rejects(
    readLast(patched(DEFLATED, CENTRAL, 24, size - 1)),
    checkpointError(/Cannot create a Buffer larger|does not inflate/),
  );
});

test("two entries of one name are refused", async () => {
  const [first, last] = [STORED.indexOf("strided/data/0"), STORED.lastIndexOf("strided/data/1")];
  assert.ok(first > 0 && last > STORED.indexOf(CENTRAL));
  const copy = Buffer.from(STORED);
  copy.write("strided/data/0", last);
  await assert.rejects(open(copy), checkpointError(/two entries "strided\/data\/0"/));
});
