// @ts-check
import "@tensorflow/tfjs-backend-webgl";
import { serveHandWritten } from "../peers/tfjs.mjs";

await serveHandWritten("webgl");
