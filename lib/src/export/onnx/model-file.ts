import type * as Pbf from "pbf";
import { importEsm } from "../../platform/packages";
import { ConfigError } from "../../errors";
import type { OnnxGraph, OnnxNode, OnnxPort } from "./graph";
import { DATA_TYPE, type OnnxTensor } from "./tensor";

// onnx.proto's messages, each field under its number there: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto

/** Version 8 of the format goes with operator set 17, in which LayerNormalization appeared. */
const IR_VERSION = 8;
const OPSET = 17;

/** A message of protobuf is no longer. */
const MOST_BYTES = 2 ** 31 - 1;

const ATTRIBUTE_TYPE = { float: 1, integer: 2, integers: 7 };

/**
 * A graph as the file that ONNX runtimes read, in pieces: the weights are written from where they lie.
 *
 * @throws ConfigError for a model beyond 2 GiB
 */
export async function encodeModel(graph: OnnxGraph, producer: string): Promise<Uint8Array[]> {
  const { PbfWriter } = await importEsm<typeof Pbf>("pbf");
  const write = (fill: (writer: Pbf.PbfWriter) => void): Uint8Array => {
    const writer = new PbfWriter();
    fill(writer);
    return writer.finish();
  };
  const head = write((writer) => {
    for (const node of graph.nodes) writer.writeMessage(1, writeNode, node);
    writer.writeStringField(2, graph.name);
    for (const input of graph.inputs) writer.writeMessage(11, writePort, input);
    for (const output of graph.outputs) writer.writeMessage(12, writePort, output);
  });
  const initializers = [...graph.initializers].flatMap(([name, tensor]) => {
    const fields = write((writer) => writeTensorHead([name, tensor], writer));
    const before = write((writer) => {
      // The tag of graph.initializer, whose length is known only with the numbers, and that of raw_data.
      const rawTag = write((inner) => writeLengthTag(inner, 9, tensor.bytes.length));
      writeLengthTag(writer, 5, fields.length + rawTag.length + tensor.bytes.length);
    });
    const rawTag = write((writer) => writeLengthTag(writer, 9, tensor.bytes.length));
    return [before, fields, rawTag, tensor.bytes];
  });
  const body = [head, ...initializers];
  const length = body.reduce((sum, piece) => sum + piece.length, 0);
  if (length > MOST_BYTES) {
    throw new ConfigError(
      `The model takes ${(length / 2 ** 30).toFixed(1)} GiB, and an ONNX file holds 2; it is not exported.`,
    );
  }
  const start = write((writer) => {
    writer.writeVarintField(1, IR_VERSION);
    writer.writeStringField(2, producer);
    writer.writeMessage(8, (version: number, opset) => opset.writeVarintField(2, version), OPSET);
    writeLengthTag(writer, 7, length);
  });
  return [start, ...body];
}

/** What stands before the bytes of a message or of bytes. */
function writeLengthTag(writer: Pbf.PbfWriter, field: number, length: number): void {
  writer.writeTag(field, 2);
  writer.writeVarint(length);
}

function writeNode({ op, inputs, outputs, attributes }: OnnxNode, writer: Pbf.PbfWriter): void {
  for (const input of inputs) writer.writeStringField(1, input);
  for (const output of outputs) writer.writeStringField(2, output);
  writer.writeStringField(3, outputs[0]!);
  writer.writeStringField(4, op);
  for (const attribute of Object.entries(attributes)) writer.writeMessage(5, writeAttribute, attribute);
}

function writeAttribute(
  [name, value]: [string, OnnxNode["attributes"][string]],
  writer: Pbf.PbfWriter,
): void {
  writer.writeStringField(1, name);
  if (typeof value === "object" && "float" in value) {
    writer.writeFloatField(2, value.float);
    writer.writeVarintField(20, ATTRIBUTE_TYPE.float);
  } else if (typeof value === "number") {
    writer.writeVarintField(3, value);
    writer.writeVarintField(20, ATTRIBUTE_TYPE.integer);
  } else {
    for (const each of value) writer.writeVarintField(8, each);
    writer.writeVarintField(20, ATTRIBUTE_TYPE.integers);
  }
}

/** All of a TensorProto but its numbers. */
function writeTensorHead([name, { type, shape }]: [string, OnnxTensor], writer: Pbf.PbfWriter): void {
  for (const length of shape) writer.writeVarintField(1, length);
  writer.writeVarintField(2, DATA_TYPE[type]);
  writer.writeStringField(8, name);
}

/** ValueInfoProto { name, type: { tensor_type: { elem_type, shape: { dim } } } } */
function writePort({ name, type, shape }: OnnxPort, writer: Pbf.PbfWriter): void {
  writer.writeStringField(1, name);
  writer.writeMessage(
    2,
    (_: null, typeProto) =>
      typeProto.writeMessage(
        1,
        (_: null, tensor) => {
          tensor.writeVarintField(1, DATA_TYPE[type]);
          tensor.writeMessage(
            2,
            (_: null, shapeProto) => {
              for (const length of shape) shapeProto.writeMessage(1, writeDimension, length);
            },
            null,
          );
        },
        null,
      ),
    null,
  );
}

/** A length, or the name of one that differs from call to call. */
function writeDimension(length: number | string, writer: Pbf.PbfWriter): void {
  if (typeof length === "number") writer.writeVarintField(1, length);
  else writer.writeStringField(2, length);
}
