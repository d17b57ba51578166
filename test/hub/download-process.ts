/** A process of its own that downloads what its argument says (JSON), and prints the path. For tests that kill it. */
import { downloadFile, type DownloadFileOptions } from "../../lib/src/hub/download-file";
import { setFirstDelay } from "../../lib/src/hub/request";

setFirstDelay(1);
downloadFile(JSON.parse(process.argv[2]!) as DownloadFileOptions).then(
  (file) => console.log(file),
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
