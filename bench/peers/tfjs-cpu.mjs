// @ts-check
import "@tensorflow/tfjs-backend-cpu";
import { serveHandWritten } from "./tfjs.mjs";

await serveHandWritten("cpu");
