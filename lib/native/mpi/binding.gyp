# build-mpi.mjs calls node-gyp with the variables: what mpicc passes to the compiler and the linker.
{
  "variables": {
    "node_addon_api_include%": "",
    "mpi_cflags%": "",
    "mpi_libraries%": "-lmpi",
  },
  "targets": [
    {
      "target_name": "finetune_mpi",
      "sources": [
        "src/addon.cc",
        "src/communicator.cc",
        "src/heartbeats.cc",
        "src/operation.cc",
        "shared/arguments.cc",
        "shared/failure.cc",
      ],
      "include_dirs": ["<(node_addon_api_include)", "shared"],
      # The headers' bindings for C++ are of old and need libraries of their own.
      "defines": [
        "NAPI_VERSION=8", "NODE_ADDON_API_CPP_EXCEPTIONS", "NODE_ADDON_API_CPP_EXCEPTIONS_ALL",
        "OMPI_SKIP_MPICXX=1", "MPICH_SKIP_MPICXX=1",
      ],
      "cflags_cc!": ["-fno-exceptions", "-fno-rtti", "-std=gnu++20", "-std=gnu++17"],
      "cflags_cc": [
        "-std=gnu++17", "-O3", "-fexceptions", "-Wall", "-Wextra", "-Wno-cast-function-type", "-fvisibility=hidden",
        "<@(mpi_cflags)",
      ],
      "libraries": ["<@(mpi_libraries)"],
      "conditions": [
        # Its thread outlives whoever loaded it.
        ["OS == 'linux'", {"libraries": ["-Wl,-z,nodelete"]}],
        ["OS == 'mac'", {
          "xcode_settings": {
            "GCC_ENABLE_CPP_EXCEPTIONS": "YES",
            "CLANG_CXX_LANGUAGE_STANDARD": "gnu++17",
            "OTHER_CPLUSPLUSFLAGS": ["-O3", "<@(mpi_cflags)"],
          },
        }],
      ],
    },
  ],
}
