/** What `finetune --help` says of notebooks. */
export const HELP = `Notebooks:
  finetune run NOTEBOOK [options]     execute a notebook, watch it, keep the result
  finetune install-kernel [options]   make the kernel known to Jupyter
  finetune kernel --connection-file F be a kernel (Jupyter calls this)

finetune run executes NOTEBOOK cell by cell on a kernel of its own, shows headings, output and progress, and
writes OUT/NAME.ipynb (with outputs) and OUT/NAME.html (one page that works offline).

  --out DIR                 where to write (default: out)
  --kernel finetune|tslab   which kernel: ours, or plain tslab (default: finetune)
  --no-html                 write no page
  --cwd DIR                 where cells run; imports and relative paths start here (default: the current folder)
  --timeout-per-cell SEC    end a cell that takes longer (default: no limit)

  Cells can ask questions when standard input is a terminal. Ctrl-C ends the running cell and writes what there
  is; a second Ctrl-C ends everything at once. Exit code: 0 all cells ran, 1 a cell failed, 2 wrong usage,
  130 interrupted.

finetune install-kernel writes a kernelspec with absolute paths into Jupyter's data folder of this user (--user).

  --prefix DIR              install into DIR/share/jupyter instead
  --sys-prefix              install into the Python environment that is active now
  --name NAME               name of the kernelspec (default: finetune-ts; "tslab" takes plain tslab's place)
  --remove                  take the kernelspec away again
`;
