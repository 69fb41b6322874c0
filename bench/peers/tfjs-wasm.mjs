// @ts-check
import "@tensorflow/tfjs-backend-wasm";
import { serveHandWritten } from "./tfjs.mjs";

await serveHandWritten("wasm");
