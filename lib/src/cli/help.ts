import { NOTEBOOK_COMMANDS, NOTEBOOK_PACKAGE, notebookPackage } from "./notebook-package";

const HELP = `finetune: fine-tunes transformers, and uses them

Usage: finetune COMMAND [options]

  finetune train [CONFIG.json] [options]      fine-tune a classifier, and save it
  finetune evaluate MODEL --dataset D         how often it is right
  finetune predict FILE --model MODEL         classify the rows of a CSV, TSV, JSON Lines or text file
  finetune serve MODEL                        classify over HTTP
  finetune page MODEL [--output DIR]          write a page that classifies in the visitor's browser
  finetune studio [--output DIR]              serve, or write, a page in which a visitor fine-tunes on his own device
  finetune export MODEL --output DIR          write ONNX, for transformers.js and other runtimes
    (both also as DIR --model MODEL)
  finetune build [--verbose]                  compile the native engine (C++ compiler, make, Python and oneDNN are needed)
  finetune doctor                             print what runs here

MODEL is a folder, or a name on the Hugging Face Hub; D a file, a folder, a name on the Hub, "reviews" (comes along) or "glue/sst2".

Labelled texts (train, evaluate)
  --dataset D  --dataset-config NAME          which, and of several in one place which of them
  --text-column NAME  --label-column NAME     default: found by names and types
  --split NAME                                evaluate: default validation

train
  --model MODEL                               to begin with (default: bert-3x384, which comes along)
  --output DIR                                checkpoints, and at last the model
  --epochs N  --max-steps N  --batch-size N  --learning-rate X  --max-length TOKENS  --seed N  --bf16
  --set ARGUMENT=VALUE                        any of TrainingArguments, such as --set warmupSteps=0.1; repeatable
  --resume                                    go on from the last checkpoint
  --push-to-hub NAME  --private               send the model to the Hub at the end (HF_TOKEN)
  CONFIG.json has the same: dataset, datasetConfig, textColumn, labelColumn, model, output, maxLength, resume and
  training (TrainingArguments); what stands on the command line comes before it.

predict
  --output FILE                               default: standard output; a file has its name when it is whole
  --text-column NAME  --batch-size N          default: found by name; 64
  --as NAME                                   new columns NAME and NAME_score (default: prediction)

serve
  --port N  --host ADDRESS                    default 8000 at 127.0.0.1, which only this machine reaches
  --batch-size N  --most-waiting N  --title T default 32 texts at once, 1024 that may wait

page
  --title T  --example TEXT  --exact          heading; texts to click on, repeatable; weights as they are, not in 8 bits

studio
  --model MODEL  --port N                     to begin with (default: bert-3x384); default: a port that is free

export
  --quantize int8|fp16                        a smaller model beside the exact one

  --json                                      (all but build) the result as one JSON value on standard output
  -h, --help                                  this text
  --version                                   the version of the package

Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted.
`;

/** What `finetune --help` prints. */
export async function helpText(): Promise<string> {
  const notebook = await notebookPackage();
  const without = `With the package ${NOTEBOOK_PACKAGE} installed, notebooks too: finetune ${NOTEBOOK_COMMANDS.join(", ")}.\n`;
  return `${HELP}\n${notebook ? notebook.help : without}`;
}
