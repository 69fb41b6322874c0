// @ts-check
// Where a page has TensorFlow.js's WebAssembly, and how many threads it is to have. To be imported before it is used.
import { setThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { parameters } from "../peers/platform.mjs";

setWasmPaths("./tfjs/");
setThreadsCount(Number(parameters[0]));
