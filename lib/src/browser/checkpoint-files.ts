/**
 * The files that a checkpoint in one file of safetensors may have; who saves one writes a part of them. The first is that without which
 * it is none.
 */
export const CHECKPOINT_FILES: readonly string[] = [
  ...["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"],
  ...["special_tokens_map.json", "vocab.txt", "vocab.json", "merges.txt"],
];
