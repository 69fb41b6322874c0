// @ts-check
import "@tensorflow/tfjs-backend-webgl";
import { serveLayers } from "../peers/tfjs-layers.mjs";
import { requireWebGl } from "./gpu.mjs";

requireWebGl();
await serveLayers("webgl");
