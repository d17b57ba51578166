import { nearNames } from "../near-names";

/** Names that transformers once had, and some that it never had, with what to write instead. */
const SUCCESSORS = new Map(
  Object.entries({
    evaluationStrategy: "evalStrategy",
    evaluateDuringTraining: 'evalStrategy: "steps"',
    warmupRatio: "warmupSteps, of which a number below 1 is a share of all steps",
    groupByLength: 'trainSamplingStrategy: "group_by_length"',
    perGpuTrainBatchSize: "perDeviceTrainBatchSize",
    perGpuEvalBatchSize: "perDeviceEvalBatchSize",
    trainBatchSize: "perDeviceTrainBatchSize",
    evalBatchSize: "perDeviceEvalBatchSize",
    batchSize: "perDeviceTrainBatchSize",
    epochs: "numTrainEpochs",
    lr: "learningRate",
    ...{ lrScheduler: "lrSchedulerType", optimizer: "optim" },
    noCuda: "useEngine, which chooses what computes",
    useCpu: "useEngine, which chooses what computes",
    overwriteOutputDir: "nothing: checkpoints of another run stay, and those of the same step are replaced",
    resumeFromCheckpoint: "train({ resumeFromCheckpoint: … })",
    tokenizer: "processingClass, an option of the Trainer",
    activationCheckpointing: "gradientCheckpointing",
    fp16FullEval: "bf16FullEval; no engine computes in f16",
  }),
);

const MPI = "several processes are started by mpirun, which tells each what it has to know";
const FIRST_PROCESS = "the first process logs and saves, for all";
const AS_IT_IS = "gradients are sent in units of a megabyte and more, as the backward pass comes to them";
const WHOLE_WEIGHTS =
  "every process has all weights; shardOptimizer: true divides the optimizer's state among them";
const PYTORCH = "it chooses among PyTorch's own ways to compute";
const NO_SERVICE = "no service is reported to; reportTo has tensorboard and csv";
const NO_F16 = "no engine computes in f16; bf16 is there";
const NO_UPLOAD = "nothing is sent while a run goes on; trainer.pushToHub(name, options) does it at the end";
const NO_LOADER = "rows are in memory, and collating a batch takes a tenth of a millisecond";
const SCRIPTS = "it is for transformers' example scripts";

/** Arguments of transformers 5 that are not taken, and why. */
const REFUSED = new Map(
  Object.entries({
    fp16: NO_F16,
    ...{ tf32: PYTORCH, torchCompile: PYTORCH, torchCompileBackend: PYTORCH, torchCompileMode: PYTORCH },
    ...{ torchEmptyCacheSteps: PYTORCH, useLigerKernel: PYTORCH, ligerKernelConfig: PYTORCH },
    ...{ gradientCheckpointingKwargs: PYTORCH, activationCheckpointingKwargs: PYTORCH },
    ...{ runName: NO_SERVICE, project: NO_SERVICE, trackioSpaceId: NO_SERVICE },
    ...{ trackioBucketId: NO_SERVICE, trackioStaticSpaceId: NO_SERVICE },
    ...{ dataloaderNumWorkers: NO_LOADER },
    optimTargetModules: "it is for optimizers that are not here (GaLore, Apollo)",
    neftuneNoiseAlpha: "it is for instruction tuning of models that generate text, and not built",
    logLevel: "messages go through console, which can be silenced",
    evalDoConcatBatches: "what an evaluation returns is one matrix for all rows",
    evalAccumulationSteps: "scores leave the engine after each batch as it is",
    batchEvalMetrics: "preprocessLogitsForMetrics keeps of a batch what the metrics need",
    removeUnusedColumns: "collators take the columns that a model knows, and those in extraColumns",
    lengthColumnName: "group_by_length counts input_ids",
    fullDeterminism: "runs are deterministic as they are",
    useCache: "it is for models that generate text",
    averageTokensAcrossDevices: "the loss is that of the whole batch, however many processes compute it",
    ...{ logOnEachNode: FIRST_PROCESS, logLevelReplica: FIRST_PROCESS, saveOnEachNode: FIRST_PROCESS },
    ...{ ddpBackend: MPI, localRank: MPI, acceleratorConfig: MPI, parallelismConfig: MPI },
    ...{ ddpFindUnusedParameters: AS_IT_IS, ddpBucketCapMb: AS_IT_IS, ddpStaticGraph: AS_IT_IS },
    ddpBroadcastBuffers: "the models here have no buffers",
    ...{ fsdp: WHOLE_WEIGHTS, fsdpConfig: WHOLE_WEIGHTS, deepspeed: WHOLE_WEIGHTS },
    evalUseGatherObject: "what an evaluation returns is gathered as it is",
    ...{
      dataloaderPinMemory: NO_LOADER,
      dataloaderPersistentWorkers: NO_LOADER,
      dataloaderInOrder: NO_LOADER,
    },
    ...{ dataloaderPrefetchFactor: NO_LOADER, dataloaderMultiprocessingContext: NO_LOADER },
    ...{ pushToHub: NO_UPLOAD, hubToken: NO_UPLOAD, hubPrivateRepo: NO_UPLOAD, hubModelId: NO_UPLOAD },
    ...{ hubStrategy: NO_UPLOAD, hubAlwaysPush: NO_UPLOAD, hubRevision: NO_UPLOAD },
    ...{ doTrain: SCRIPTS, doEval: SCRIPTS, doPredict: SCRIPTS },
    enableJitCheckpoint: "a signal writes a checkpoint as it is",
    ignoreDataSkip: "the order of the rows is computed, so that skipping costs nothing",
    skipMemoryMetrics: "the memory in use stands in the line of each log entry",
    debug: "there is nothing of the kind to debug",
  }),
);

/** What to say of an argument that does not exist. */
export function describeUnknownArgument(name: string, known: readonly string[]): string {
  const successor = SUCCESSORS.get(name);
  if (successor !== undefined) return `there is no argument '${name}'; it is now ${successor}.`;
  const reason = REFUSED.get(name);
  if (reason !== undefined) return `'${name}', an argument of transformers, is not taken: ${reason}.`;
  const snake = name.replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  const near = snake !== name && known.includes(snake) ? [snake] : nearNames(name, known);
  const hint = near.length > 0 ? ` Did you mean ${near.map((each) => `'${each}'`).join(" or ")}?` : "";
  return `there is no argument '${name}'.${hint} See TrainingArgumentsOptions.`;
}
