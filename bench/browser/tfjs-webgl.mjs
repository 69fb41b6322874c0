// @ts-check
import "@tensorflow/tfjs-backend-webgl";
import { serveHandWritten } from "../peers/tfjs.mjs";
import { requireWebGl } from "./gpu.mjs";

requireWebGl();
await serveHandWritten("webgl");
