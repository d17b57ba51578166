import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";
import { test } from "node:test";
import { MPI_ENVIRONMENT, noMpi } from "./ranks";

const ADDON = path.resolve(__dirname, "../../lib/native/mpi/build/Release/finetune_mpi.node");

/** Runs a program with the addon, as the only rank. @returns what it prints */
function alone(program: string): string {
  const script = `
    const assert = require("node:assert/strict");
    const { constants } = require("node:os");
    const module_ = { exports: {} };
    process.dlopen(module_, ${JSON.stringify(ADDON)}, constants.dlopen.RTLD_NOW | constants.dlopen.RTLD_GLOBAL);
    const mpi = module_.exports;
    const floats = (...values) => Float32Array.from(values);
    const one = Int32Array.of(1);
    (async () => { ${program} })().catch((error) => { console.error(error); process.exitCode = 1; }).finally(() => mpi.end(0, ""));
  `;
  const env = { ...process.env, ...MPI_ENVIRONMENT };
  return execFileSync(process.execPath, ["-e", script], { encoding: "utf8", env, timeout: 60_000 });
}

test("one rank does what there is to do by itself", { skip: noMpi }, () => {
  const printed = alone(`
    const job = await mpi.initialize(10, 10);
    assert.deepEqual([job.rank, job.size, job.members.length, job.members[0].pid], [0, 1, 1, process.pid]);
    assert.match(job.library, /MPI/);
    const vector = floats(1, 2, -3);
    const { squares, bytesSent } = await mpi.reduce("a sum", vector, [vector], one, false, -1);
    assert.deepEqual([[...vector], squares, bytesSent], [[1, 2, -3], 14, 0]);
    // Rounded to nearest, ties to even; numbers that are none stay so.
    const halves = floats(1.00390625, 1.01171875, 3.4e38, -0, NaN, Infinity);
    await mpi.reduce("a rounded sum", halves, [halves], one, true, -1);
    assert.deepEqual([...halves], [1, 1.015625, Infinity, -0, NaN, Infinity]);
    const terms = floats(0, 0);
    await mpi.reduce("terms", terms, [floats(1, 2), floats(3, 4), floats(5, 6)], Int32Array.of(3), false, 0);
    assert.deepEqual([...terms], [9, 12]);
    const { parts } = await mpi.gather("bytes", Uint8Array.of(1, 2, 3));
    assert.deepEqual(parts.map((part) => [...part]), [[1, 2, 3]]);
    assert.deepEqual((await mpi.gather("nothing", new Uint8Array(0))).parts.map((part) => part.length), [0]);
    await mpi.broadcast("nothing", new Uint8Array(0), 0);
    await mpi.barrier("a wait");
    assert.ok(mpi.processors().length > 0);
    console.log("done");
  `);
  assert.equal(printed, "done\n");
});

test("a wrong call throws, and harms nothing", { skip: noMpi }, () => {
  const printed = alone(`
    const early = [() => mpi.reduce("x", floats(1), [floats(1)], one, false, -1), () => mpi.gather("x", new Uint8Array(1)),
      () => mpi.broadcast("x", new Uint8Array(1), 0), () => mpi.barrier("x"), () => mpi.abort("x", 1)];
    for (const call of early) assert.throws(call, /has not been initialised/);
    for (const limits of [[], [0, 1], [1, -1], ["1", 1], [NaN, 1]]) assert.throws(() => mpi.initialize(...limits), /timeout|silence/);
    await mpi.initialize(10, 10);
    const v = floats(1, 2);
    const wrong = [
      [/already/, () => mpi.initialize(1, 1)],
      [/purpose/, () => mpi.reduce(1, v, [v], one, false, -1)],
      [/sum must be a Float32Array/, () => mpi.reduce("x", [1, 2], [v], one, false, -1)],
      [/terms must be an array/, () => mpi.reduce("x", v, v, one, false, -1)],
      [/terms must be an array/, () => mpi.reduce("x", v, [new Float64Array(2)], one, false, -1)],
      [/terms have other lengths/, () => mpi.reduce("x", v, [floats(1)], one, false, -1)],
      [/counts has 2 elements/, () => mpi.reduce("x", v, [v], Int32Array.of(1, 1), false, -1)],
      [/counts is not as many/, () => mpi.reduce("x", v, [v], Int32Array.of(2), false, -1)],
      [/counts says that no rank/, () => mpi.reduce("x", v, [], Int32Array.of(0), false, -1)],
      [/counts must be between/, () => mpi.reduce("x", v, [v], Int32Array.of(-1), false, -1)],
      [/halves must be true or false/, () => mpi.reduce("x", v, [v], one, 1, -1)],
      [/owner is no rank/, () => mpi.reduce("x", v, [v], one, false, 1)],
      [/owner/, () => mpi.reduce("x", v, [v], one, false, 0.5)],
      [/bytes must be a Uint8Array/, () => mpi.broadcast("x", v, 0)],
      [/root is no rank/, () => mpi.broadcast("x", new Uint8Array(1), 1)],
      [/bytes must be a Uint8Array/, () => mpi.gather("x", "text")],
      [/purpose/, () => mpi.barrier()],
      [/signal is no signal/, () => mpi.setSignal(65)],
      [/signal/, () => mpi.setSignal(-1)],
      [/code must be below 256/, () => mpi.end(256, "")],
      [/reason/, () => mpi.end(0)],
      [/message/, () => mpi.abort(1, 1)],
    ];
    for (const [message, call] of wrong) assert.throws(call, message, call.toString());
    await mpi.reduce("a sum", v, [v], one, false, -1);
    console.log([...v].join());
  `);
  assert.equal(printed, "1,2\n");
});
