# build.mjs calls node-gyp with the three variables; the folder of Node's headers comes from its --nodedir.
{
  "variables": {
    "node_addon_api_include%": "",
    "dnnl_include%": "",
    "dnnl_libraries%": "-ldnnl",
    # none, address or thread
    "sanitize%": "none",
  },
  "targets": [
    {
      "target_name": "finetune_native",
      "sources": [
        "src/addon.cc",
        "src/arguments.cc",
        "src/attention.cc",
        "src/convert.cc",
        "src/disentangled_bias.cc",
        "src/dnnl_compat.cc",
        "src/dropout.cc",
        "src/elementwise.cc",
        "src/embedding.cc",
        "src/failure.cc",
        "src/few_rows.cc",
        "src/few_rows_bfloat16.cc",
        "src/instruction_set.cc",
        "src/layer_norm.cc",
        "src/loss.cc",
        "src/mapped_file.cc",
        "src/matmul.cc",
        "src/memory.cc",
        "src/optimizer.cc",
        "src/rotary.cc",
        "src/scratch.cc",
        "src/segment.cc",
        "src/small_product.cc",
        "src/transpose.cc",
        "src/weight_gradient.cc",
      ],
      "include_dirs": ["<(node_addon_api_include)"],
      "defines": ["NAPI_VERSION=8", "NODE_ADDON_API_CPP_EXCEPTIONS", "NODE_ADDON_API_CPP_EXCEPTIONS_ALL"],
      # errno and floating-point traps are not looked at, and without them square roots and selections vectorise. No
      # -ffast-math: NaN has to come through, and linking with it would switch denormals off for all of Node.
      "cflags_cc!": ["-fno-exceptions", "-fno-rtti", "-std=gnu++20", "-std=gnu++17"],
      "cflags_cc": [
        "-std=gnu++17", "-O3", "-fexceptions", "-fno-math-errno", "-fno-trapping-math",
        "-Wall", "-Wextra", "-Wno-psabi", "-fvisibility=hidden",
      ],
      "libraries": ["<@(dnnl_libraries)"],
      "conditions": [
        ["dnnl_include != ''", {"include_dirs": ["<(dnnl_include)"]}],
        # A worker that ends would unload the addon below the threads of OpenMP, which go on.
        ["OS == 'linux'", {"libraries": ["-Wl,-z,nodelete"]}],
        # ThreadSanitizer does not understand libgomp; it sees the same parts of the work on threads of the standard library.
        ["OS == 'linux' and sanitize != 'thread'", {"cflags_cc": ["-fopenmp"], "libraries": ["-fopenmp"]}],
        ["OS == 'mac'", {
          "xcode_settings": {
            "GCC_ENABLE_CPP_EXCEPTIONS": "YES",
            "CLANG_CXX_LANGUAGE_STANDARD": "gnu++17",
            "OTHER_CPLUSPLUSFLAGS": ["-O3", "-fno-math-errno", "-fno-trapping-math"],
          },
        }],
        ["sanitize == 'thread'", {
          "defines": ["FINETUNE_STD_THREADS"],
          "cflags_cc": ["-fsanitize=thread", "-fno-omit-frame-pointer", "-g"],
          "libraries": ["-fsanitize=thread"],
        }],
        ["sanitize == 'address'", {
          "cflags_cc": [
            "-fsanitize=address,undefined", "-fno-sanitize-recover=undefined", "-fno-omit-frame-pointer", "-g",
          ],
          "libraries": ["-fsanitize=address,undefined"],
        }],
      ],
    },
  ],
}
