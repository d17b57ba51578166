import "@tensorflow/tfjs-backend-cpu";
// Gradients and tensors' methods: bundlers leave out of tfjs-core what nobody names.
import "@tensorflow/tfjs-core/dist/register_all_gradients";
import "@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops";

export * from "@tensorflow/tfjs-core";
