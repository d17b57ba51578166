// What the package of the notebook uses besides the public surface. It may change with any version.

export { parse, UsageError } from "./cli/usage";
export { escapeHtml } from "./escape-html";
export { nearestMeanAccuracy } from "./evaluation/nearest-mean";
export { refuseUnknownOptions } from "./known-options";
export { LearningRate } from "./training/schedules/learning-rate";
